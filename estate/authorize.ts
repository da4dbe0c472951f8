import { createHash, randomBytes, randomUUID } from "node:crypto";
import { allowsCallback, type Client, findClient } from "./clients.ts";
import { frameworkCookie, tenantCookiePath } from "./cookies.ts";
import { agreeToDevice } from "./device.ts";
import type { Exchange } from "./exchange.ts";
import { currentSession, endpointUrl, requireLogin, type SsoSession, takeLoginResult } from "./framework.ts";
import { escapeHtml, hiddenField } from "./html.ts";
import { temporaryData } from "./nodeContext.ts";
import { Table } from "./store.ts";
import { codes, now } from "./tokens.ts";

/** An authorization request while the user logs in or consents. */
interface PendingRequest {
	readonly query: string;
	readonly session: SsoSession | null;
}

const CODE_SECONDS = 300;

const pending = (exchange: Exchange): Table<PendingRequest> => new Table(temporaryData(exchange.node), "oauthRequest");
const consents = (exchange: Exchange): Table<boolean> => new Table(exchange.node.store, "consent");

/** `/oauth2/authorize`: the first request, the return from the login, and the consent form. */
export async function authorize(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	const consentKey = form.get("sessionDataKeyConsent");
	if (consentKey !== null) return afterConsent(exchange, consentKey, form.get("consent") ?? "deny");
	const key = form.get("sessionDataKey");
	if (key !== null && !form.has("client_id")) return afterLogin(exchange, key);
	return begin(exchange, form);
}

async function begin(exchange: Exchange, query: URLSearchParams): Promise<void> {
	const client = await findClient(exchange.node.store, query.get("client_id") ?? "");
	if (client === undefined) return errorRedirect(exchange, "invalid_client", "A valid OAuth client could not be found for client_id");
	if (query.get("response_type") === "device") return ask(exchange, query, client);
	if (exchange.node.switches.oldCallbacks || !allowsCallback(client, query.get("redirect_uri") ?? "")) {
		return errorRedirect(exchange, "invalid_callback", "Registered callback does not match with the provided url.");
	}
	if (query.get("response_type") !== "code") return refuse(exchange, query, "unsupported_response_type");
	return ask(exchange, query, client);
}

async function ask(exchange: Exchange, query: URLSearchParams, client: Client): Promise<void> {
	const prompt = query.get("prompt");
	if (prompt === "none" && (await currentSession(exchange)) === undefined) return refuse(exchange, query, "login_required");
	const key = randomUUID();
	await pending(exchange).put(key, { query: query.toString(), session: null });
	const session = await requireLogin(exchange, {
		type: "oidc",
		callerPath: exchange.node.urls.internal("/oauth2/authorize", exchange.tenant),
		callerKey: key,
		query: query.toString(),
		application: client.name,
		forceLogin: prompt === "login",
	});
	if (session === null) return;
	await pending(exchange).take(key);
	return consentOrCode(exchange, query, client, session);
}

async function afterLogin(exchange: Exchange, key: string): Promise<void> {
	const request = await pending(exchange).take(key);
	const session = await takeLoginResult(exchange, key);
	if (request === undefined || session === undefined) return errorRedirect(exchange, "invalid_request", "Invalid authorization request");
	const query = new URLSearchParams(request.query);
	const client = await findClient(exchange.node.store, query.get("client_id") ?? "");
	if (client === undefined) return errorRedirect(exchange, "invalid_client", "Application not found");
	return consentOrCode(exchange, query, client, session);
}

async function consentOrCode(exchange: Exchange, query: URLSearchParams, client: Client, session: SsoSession): Promise<void> {
	const given = await consents(exchange).get(`${session.user} ${client.id}`);
	if (!exchange.node.switches.consent || given === true) return sendCode(exchange, query, client, session);
	const key = randomUUID();
	await pending(exchange).put(key, { query: query.toString(), session });
	const told = { loggedInUser: session.user, application: client.name, scope: query.get("scope") ?? "", sessionDataKeyConsent: key };
	exchange.redirect(endpointUrl(exchange, "oauth2_consent.do", new URLSearchParams(told)));
}

async function afterConsent(exchange: Exchange, key: string, answer: string): Promise<void> {
	const request = await pending(exchange).take(key);
	if (request === undefined || request.session === null) return errorRedirect(exchange, "invalid_request", "Invalid consent request");
	const query = new URLSearchParams(request.query);
	const client = await findClient(exchange.node.store, query.get("client_id") ?? "");
	if (client === undefined || !answer.startsWith("approve")) return refuse(exchange, query, "access_denied");
	await consents(exchange).put(`${request.session.user} ${client.id}`, true);
	return sendCode(exchange, query, client, request.session);
}

async function sendCode(exchange: Exchange, query: URLSearchParams, client: Client, session: SsoSession): Promise<void> {
	if (query.get("response_type") === "device") return agreeToDevice(exchange, query, session.user);
	const redirectUri = query.get("redirect_uri") ?? "";
	const code = randomUUID();
	await codes(exchange.node).put(code, {
		clientId: client.id,
		redirectUri,
		user: session.user,
		scope: query.get("scope") ?? "",
		tenant: exchange.tenant,
		nonce: query.get("nonce"),
		challenge: query.get("code_challenge_method") === "S256" ? query.get("code_challenge") : null,
		authTime: session.startedAt,
		sessionKey: session.key,
		expiresAt: now() + CODE_SECONDS,
	});
	const opbs = exchange.cookie("opbs") ?? newOpbs(exchange);
	const answer = new URLSearchParams({ code, session_state: sessionState(client.id, redirectUri, opbs) });
	sendToClient(exchange, query, answer);
}

function newOpbs(exchange: Exchange): string {
	const value = randomUUID();
	exchange.addCookie(frameworkCookie("opbs", value, tenantCookiePath(exchange.tenant), { httpOnly: false }));
	return value;
}

/** OpenID Connect Session Management 1.0, section 4.2. */
function sessionState(clientId: string, redirectUri: string, opbs: string): string {
	const salt = randomBytes(8).toString("base64url");
	const { origin } = new URL(redirectUri);
	return `${createHash("sha256").update(`${clientId} ${origin} ${opbs} ${salt}`).digest("hex")}.${salt}`;
}

function refuse(exchange: Exchange, query: URLSearchParams, error: string): void {
	sendToClient(exchange, query, new URLSearchParams({ error, error_description: error.replaceAll("_", " ") }));
}

function sendToClient(exchange: Exchange, query: URLSearchParams, answer: URLSearchParams): void {
	const redirectUri = query.get("redirect_uri") ?? "";
	const state = query.get("state");
	if (state !== null) answer.set("state", state);
	if (query.get("response_mode") === "form_post") return exchange.html(200, formPost(redirectUri, answer));
	exchange.redirect(`${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${answer}`);
}

/** OAuth 2.0 Form Post Response Mode. */
function formPost(redirectUri: string, answer: URLSearchParams): string {
	const fields = [...answer].map(([name, value]) => hiddenField(name, value)).join("\n");
	return `<html>
<head><link rel="icon" href="data:,"></head>
<body onload="javascript:document.forms[0].submit()">
<p>You are now redirected back to ${escapeHtml(redirectUri)}. If the redirection fails, please click the post button.</p>
<form method="post" action="${escapeHtml(redirectUri)}">
${fields}
<button type="submit">POST</button>
</form>
</body>
</html>
`;
}

function errorRedirect(exchange: Exchange, code: string, message: string): void {
	exchange.redirect(endpointUrl(exchange, "oauth2_error.do", new URLSearchParams({ oauthErrorCode: code, oauthErrorMsg: message })));
}
