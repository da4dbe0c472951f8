import { createHash, randomUUID } from "node:crypto";
import { signInName } from "./accounts.ts";
import { frameworkCookie, tenantCookiePath } from "./cookies.ts";
import type { Exchange } from "./exchange.ts";
import { askIdentityProvider, federatedUser } from "./federation.ts";
import { temporaryData } from "./nodeContext.ts";
import { type Store, Table } from "./store.ts";

/** A login in progress, kept under the sessionDataKey of its login page. */
interface LoginContext {
	readonly type: "oidc" | "samlsso" | "passivests";
	/** Where the browser goes when it is done: the servlet that asked, with the key under which that one keeps its request. */
	readonly callerPath: string;
	readonly callerKey: string;
	/** What the login page is told besides: the query of the first request. */
	readonly query: string;
	readonly application: string;
	readonly nonce: string;
	/** Whose password was right, while the login waits for something outside; null = nobody's yet. */
	readonly waitingUser: string | null;
}

/** A single-sign-on session, in IDN_AUTH_SESSION_STORE under the hash of commonAuthId. */
export interface SsoSession {
	readonly key: string;
	readonly user: string;
	/** Unix seconds. */
	readonly startedAt: number;
}

export interface LoginRequest extends Omit<LoginContext, "nonce" | "waitingUser"> {
	readonly forceLogin: boolean;
}

/** SessionNonceCookieUtil: twice the clean-up timeout of temporary data, 40 minutes. */
const NONCE_SECONDS = 4800;

const contexts = (exchange: Exchange): Table<LoginContext> => new Table(temporaryData(exchange.node), "loginContext");
const results = (exchange: Exchange): Table<SsoSession> => new Table(temporaryData(exchange.node), "loginResult");
const sessions = (store: Store): Table<SsoSession> => new Table(store, "session");
const sessionKey = (commonAuthId: string): string => createHash("sha256").update(commonAuthId).digest("hex");

/** The session of the request's commonAuthId cookie. */
export async function currentSession(exchange: Exchange): Promise<SsoSession | undefined> {
	const id = exchange.cookie("commonAuthId");
	return id === undefined ? undefined : sessions(exchange.node.store).get(sessionKey(id));
}

/** The single-sign-on session if there is one; else sends the browser to the login page and returns null. */
export async function requireLogin(exchange: Exchange, request: LoginRequest): Promise<SsoSession | null> {
	const session = request.forceLogin ? undefined : await currentSession(exchange);
	if (session !== undefined) return session;
	const { forceLogin, ...rest } = request;
	const key = randomUUID();
	const context: LoginContext = { ...rest, nonce: randomUUID(), waitingUser: null };
	await contexts(exchange).put(key, context);
	sendToLoginPage(exchange, key, context, { forceAuth: String(forceLogin) });
	return null;
}

/** Whether a login of this key is under way, as far as this node knows. */
export async function isLoginOpen(exchange: Exchange, key: string): Promise<boolean> {
	return (await contexts(exchange).get(key)) !== undefined;
}

/** The outcome of a login that the caller began, once. */
export function takeLoginResult(exchange: Exchange, callerKey: string): Promise<SsoSession | undefined> {
	return results(exchange).take(callerKey);
}

/** `POST /commonauth`: the login form, and every other return to the framework. */
export async function commonauth(exchange: Exchange): Promise<void> {
	const form = exchange.method === "POST" ? await exchange.form() : exchange.query;
	if (form.get("commonAuthLogout") === "true") return endSession(exchange, form.get("commonAuthCallerPath") ?? "/");
	const state = form.get("state")?.split(",")[0];
	const key = form.get("sessionDataKey") ?? state ?? "";
	const context = await contexts(exchange).get(key);
	if (context === undefined)
		return sendToRetryPage(exchange, "Authentication Error!", "Something went wrong during the authentication process.");
	if (exchange.cookie(`sessionNonceCookie-${key}`) !== context.nonce) {
		return sendToRetryPage(exchange, "suspicious.authentication.attempts", "suspicious.authentication.attempts.description");
	}
	if (context.waitingUser !== null) return finishLogin(exchange, key, context, context.waitingUser, false);
	if (form.has("idp")) return askIdentityProvider(exchange, key);
	const user =
		state === undefined
			? await signInName(exchange.node.store, (form.get("username") ?? "").replace(/@carbon\.super$/, ""), form.get("password") ?? "")
			: await federatedUser(exchange, form.get("code") ?? "");
	if (user === null) {
		return sendToLoginPage(exchange, key, context, {
			authFailure: "true",
			authFailureMsg: "login.fail.message",
			failedUsername: form.get("username") ?? "",
		});
	}
	if (exchange.node.switches.longWait) {
		await contexts(exchange).put(key, { ...context, waitingUser: user });
		return exchange.redirect(endpointUrl(exchange, "long-wait.do", new URLSearchParams({ sessionDataKey: key })));
	}
	return finishLogin(exchange, key, context, user, form.get("chkRemember") === "on");
}

async function finishLogin(exchange: Exchange, key: string, context: LoginContext, user: string, remember: boolean): Promise<void> {
	await contexts(exchange).take(key);
	const session = await startSession(exchange, user, remember);
	await results(exchange).put(context.callerKey, session);
	exchange.addCookie(frameworkCookie(`sessionNonceCookie-${key}`, "", "/", { maxAge: 0 }));
	exchange.sendRedirect(`${context.callerPath}?sessionDataKey=${context.callerKey}`);
}

async function startSession(exchange: Exchange, user: string, remember: boolean): Promise<SsoSession> {
	const id = exchange.cookie("commonAuthId") ?? randomUUID();
	const session: SsoSession = { key: sessionKey(id), user, startedAt: Math.floor(Date.now() / 1000) };
	await sessions(exchange.node.store).put(session.key, session);
	exchange.addCookie(frameworkCookie("commonAuthId", id, tenantCookiePath(exchange.tenant), remember ? { maxAge: 1_209_600 } : {}));
	return session;
}

/** Ends the single-sign-on session and its cookies. */
export async function dropSession(exchange: Exchange): Promise<void> {
	const id = exchange.cookie("commonAuthId");
	if (id !== undefined) await sessions(exchange.node.store).take(sessionKey(id));
	const path = tenantCookiePath(exchange.tenant);
	exchange.addCookie(frameworkCookie("commonAuthId", "", path, { maxAge: 0 }));
	exchange.addCookie(frameworkCookie("opbs", "", path, { maxAge: 0, httpOnly: false }));
}

async function endSession(exchange: Exchange, callerPath: string): Promise<void> {
	await dropSession(exchange);
	// Only a path of this server: the product checks the caller path against its own servlets.
	exchange.sendRedirect(/^\/[^/\\]/.test(callerPath) ? callerPath : "/authenticationendpoint/oauth2_logout.do");
}

function sendToLoginPage(exchange: Exchange, key: string, context: LoginContext, extra: Readonly<Record<string, string>>): void {
	const query = new URLSearchParams(context.query);
	const told = {
		commonAuthCallerPath: context.callerPath,
		passiveAuth: "false",
		tenantDomain: exchange.tenant,
		sessionDataKey: key,
		relyingParty: context.application,
		type: context.type,
		sp: context.application,
		isSaaSApp: "false",
		authenticators: "BasicAuthenticator:LOCAL",
		...extra,
	};
	for (const [name, value] of Object.entries(told)) query.set(name, value);
	exchange.addCookie(frameworkCookie(`sessionNonceCookie-${key}`, context.nonce, "/", { maxAge: NONCE_SECONDS }));
	exchange.redirect(endpointUrl(exchange, "login.do", query));
}

function sendToRetryPage(exchange: Exchange, status: string, message: string): void {
	exchange.redirect(endpointUrl(exchange, "retry.do", new URLSearchParams({ status, statusMsg: message })));
}

/** Address of a page of the login application, from configuration. Old releases wrote it relative to the console. */
export function endpointUrl(exchange: Exchange, pageName: string, query: URLSearchParams): string {
	const { urls, switches } = exchange.node;
	const path = `${switches.oldRedirects ? "/carbon/.." : ""}/authenticationendpoint/${pageName}`;
	return `${urls.absolute(path, exchange.tenant)}?${query}`;
}
