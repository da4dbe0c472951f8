import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { cookieText, cookieValues } from "./cookies.ts";
import { detached } from "./detached.ts";
import type { RelyingPartyUser } from "./journeys.ts";
import {
	authorizeUrl,
	exchangeCode,
	type LoginState,
	logoutUrl,
	newLoginState,
	type Provider,
	refresh,
	type Tokens,
	userinfo,
} from "./relyingPartyOidc.ts";
import { homePage, problemPage } from "./relyingPartyPages.ts";
import {
	assertedUser,
	type SamlUser,
	samlLoginUrl,
	samlLogoutAnswer,
	samlLogoutMessage,
	samlLogoutUrl,
	samlUser,
} from "./relyingPartySaml.ts";
import { autoSubmitForm, redirectUrl } from "./samlLogoutMessages.ts";

export interface RelyingPartyOptions extends Provider {
	/** PEM certificate whose key signs SAML assertions. */
	readonly signer?: string;
	/** Issuer of its SAML requests; default "demo-saml-sp". */
	readonly entityId?: string;
	/** Default any free port. */
	readonly port?: number;
}

export interface RunningRelyingParty {
	/** "http://127.0.0.1:PORT", another site than the provider's. */
	readonly origin: string;
	/** Takes effect with the next request; its port stays. */
	configure(changes: Partial<RelyingPartyOptions>): void;
	close(): Promise<void>;
}

interface Session {
	login: LoginState | null;
	user: RelyingPartyUser | null;
	tokens: Tokens | null;
	saml: SamlUser | null;
}

/** Of all requests: what a handler can read and what it answers. */
interface Visit {
	readonly origin: string;
	readonly provider: RelyingPartyOptions;
	readonly session: Session;
	readonly parameters: URLSearchParams;
	readonly rawQuery: string;
	/** Of all users: what a provider says about one comes without a cookie. */
	readonly sessions: Iterable<Session>;
	/** Ids of SAML requests on their way, by RelayState: the response is a cross-site POST, which our Lax cookie does not go with. */
	readonly samlRequests: Map<string, string>;
}

type Reply = { readonly redirect: string } | { readonly html: string; readonly status?: number } | { readonly json: unknown };

const ENTITY_ID = "demo-saml-sp";
const WS_REALM = "demo-wsfed-rp";
/** Several relying parties may have one host, and browsers do not tell ports apart. */
const cookieOf = ({ entityId = ENTITY_ID }: RelyingPartyOptions): string =>
	entityId === ENTITY_ID ? "rp_session" : `rp_session_${entityId}`;

/** A web application that lets its users log in at the provider: OpenID Connect and SAML. */
export async function startRelyingParty(options: RelyingPartyOptions): Promise<RunningRelyingParty> {
	let provider = options;
	const sessions = new Map<string, Session>();
	const samlRequests = new Map<string, string>();
	const server = http.createServer(
		detached(async (request: http.IncomingMessage, response: http.ServerResponse) => {
			const url = new URL(request.url ?? "/", origin);
			const known = sessions.get(cookieValues(request.headers.cookie, cookieOf(provider))[0] ?? "");
			const session: Session = known ?? { login: null, user: null, tokens: null, saml: null };
			// A message of the provider comes without the Lax cookie; a new one would end the session in the browser, whatever is said.
			if (known === undefined && url.pathname !== "/saml/slo") {
				const id = randomUUID();
				sessions.set(id, session);
				response.setHeader(
					"Set-Cookie",
					cookieText({ name: cookieOf(provider), value: id, path: "/", secure: false, httpOnly: true, sameSite: "Lax" }),
				);
			}
			const reply = await answer(`${request.method} ${url.pathname}`, {
				origin,
				provider,
				session,
				samlRequests,
				sessions: sessions.values(),
				rawQuery: url.search.slice(1),
				parameters: request.method === "POST" ? await readForm(request) : url.searchParams,
			});
			send(response, reply);
		}),
	);
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port ?? 0, "127.0.0.1", resolve);
	});
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		origin,
		configure(changes) {
			provider = { ...provider, ...changes };
		},
		async close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

async function answer(asked: string, visit: Visit): Promise<Reply> {
	const handler = ROUTES.get(asked);
	if (handler === undefined) return { html: problemPage("There is no such page."), status: 404 };
	try {
		return await handler(visit);
	} catch (error) {
		return { html: problemPage(error instanceof Error ? error.message : String(error)), status: 502 };
	}
}

const ROUTES: ReadonlyMap<string, (visit: Visit) => Promise<Reply> | Reply> = new Map<string, (visit: Visit) => Promise<Reply> | Reply>([
	["GET /", ({ session }) => ({ html: homePage(session.user) })],
	["GET /me", ({ session }) => ({ json: session.user })],
	["GET /login", beginOidc],
	["GET /callback", endOidc],
	["POST /refresh", refreshTokens],
	["GET /logout", logout],
	["GET /logged-out", () => ({ redirect: "/" })],
	["GET /saml/login", beginSaml],
	["POST /saml/acs", endSaml],
	["GET /saml/slo", (visit) => singleLogout(visit, "redirect")],
	["POST /saml/slo", (visit) => singleLogout(visit, "post")],
	["GET /wsfed/login", beginWsFed],
	["POST /wsfed", endWsFed],
	["GET /wsfed/logout", endWsFedSession],
]);

function beginOidc({ origin, provider, session }: Visit): Reply {
	session.login = newLoginState();
	return { redirect: authorizeUrl(provider, `${origin}/callback`, session.login) };
}

async function endOidc({ origin, provider, session, parameters }: Visit): Promise<Reply> {
	const { login } = session;
	session.login = null;
	if (login === null || parameters.get("state") !== login.state) throw new Error("There is no login in progress with this state.");
	const error = parameters.get("error");
	if (error !== null) throw new Error(`The provider said ${error}.`);
	const tokens = await exchangeCode(provider, `${origin}/callback`, login, parameters.get("code") ?? "");
	session.tokens = tokens;
	const subject = String(tokens.claims.sub);
	session.user = { protocol: "oidc", subject, claims: tokens.claims, userinfo: await userinfo(provider, tokens), refreshed: 0 };
	return { redirect: "/" };
}

async function refreshTokens({ provider, session }: Visit): Promise<Reply> {
	if (session.tokens === null || session.user === null) throw new Error("Nobody is logged in by OpenID Connect.");
	session.tokens = await refresh(provider, session.tokens);
	const { user, tokens } = session;
	session.user = { ...user, claims: tokens.claims, userinfo: await userinfo(provider, tokens), refreshed: user.refreshed + 1 };
	return { redirect: "/" };
}

function logout({ origin, provider, session }: Visit): Reply {
	const { tokens, saml } = session;
	forget(session);
	if (saml !== null) return { redirect: samlLogoutUrl(provider.idp, provider.entityId ?? ENTITY_ID, saml, randomUUID()) };
	return { redirect: tokens === null ? "/" : logoutUrl(provider, tokens.idToken, `${origin}/logged-out`) };
}

function forget(session: Session): void {
	session.user = null;
	session.tokens = null;
	session.saml = null;
}

function beginSaml({ origin, provider, samlRequests }: Visit): Reply {
	const relayState = randomUUID();
	const { url, id } = samlLoginUrl(provider.idp, provider.entityId ?? ENTITY_ID, `${origin}/saml/acs`, relayState);
	samlRequests.set(relayState, id);
	return { redirect: url };
}

function endSaml({ provider, session, parameters, samlRequests }: Visit): Reply {
	const relayState = parameters.get("RelayState") ?? "";
	const id = samlRequests.get(relayState);
	samlRequests.delete(relayState);
	if (id === undefined) throw new Error("There is no SAML login in progress with this RelayState.");
	session.saml = samlUser(parameters.get("SAMLResponse") ?? "", id, provider.signer ?? "");
	session.user = { protocol: "saml", subject: session.saml.subject, claims: {}, userinfo: {}, refreshed: 0 };
	return { redirect: "/" };
}

/** The provider tells of a logout elsewhere, or answers ours. */
function singleLogout({ provider, parameters, rawQuery, sessions }: Visit, binding: "redirect" | "post"): Reply {
	const request = samlLogoutMessage(parameters, binding, rawQuery, provider.signer ?? "");
	if (request === null) return { redirect: "/" };
	for (const session of sessions) if (session.saml?.sessionIndex === request.sessionIndex) forget(session);
	const answer = samlLogoutAnswer(provider.idp, provider.entityId ?? ENTITY_ID, request, parameters.get("RelayState") ?? "");
	return binding === "redirect" ? { redirect: redirectUrl(answer, null) } : { html: autoSubmitForm(answer) };
}

/** WS-Federation 1.2, section 13: the passive requestor profile. */
function beginWsFed({ origin, provider }: Visit): Reply {
	const query = new URLSearchParams({ wa: "wsignin1.0", wtrealm: WS_REALM, wreply: `${origin}/wsfed`, wctx: randomUUID() });
	return { redirect: `${provider.idp}passivests?${query}` };
}

function endWsFed({ provider, session, parameters }: Visit): Reply {
	const { subject } = assertedUser(parameters.get("wresult") ?? "", provider.signer ?? "");
	session.user = { protocol: "wsfed", subject, claims: {}, userinfo: {}, refreshed: 0 };
	return { redirect: "/" };
}

function endWsFedSession({ origin, provider, session }: Visit): Reply {
	forget(session);
	return {
		redirect: `${provider.idp}passivests?${new URLSearchParams({ wa: "wsignout1.0", wtrealm: WS_REALM, wreply: `${origin}/logged-out` })}`,
	};
}

async function readForm(request: http.IncomingMessage): Promise<URLSearchParams> {
	const chunks: Buffer[] = [];
	for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
	return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** 303: the browser goes on with GET. */
function send(response: http.ServerResponse, reply: Reply): void {
	response.setHeader("Cache-Control", "no-store");
	if ("redirect" in reply) {
		response.writeHead(303, { Location: reply.redirect, "Content-Length": "0" }).end();
	} else if ("json" in reply) {
		response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(reply.json));
	} else {
		response.writeHead(reply.status ?? 200, { "Content-Type": "text/html; charset=utf-8" }).end(reply.html);
	}
}
