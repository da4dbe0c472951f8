import { createHash, randomBytes } from "node:crypto";
import { forgetClient, registerClient } from "./clients.ts";
import type { Exchange } from "./exchange.ts";
import { page } from "./html.ts";
import { call } from "./httpClient.ts";
import { clearPortalCookies, type PortalTokens, SESSION_STATE, setPortalCookies } from "./portalCookies.ts";
import { portalPage, portalScript } from "./portalPages.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";
import type { Store } from "./store.ts";
import { errorPage, type WebApp } from "./tomcat.ts";

export type PortalName = "publisher" | "devportal" | "admin";

/** As shipped it is 2 s. */
const SINGLE_LOGOUT_MS = 500;

/** A portal of API Manager: a single-page application and the JSPs under its `services/`. */
export function portal(name: PortalName): WebApp {
	return async (exchange) => {
		const rest = exchange.path.slice(name.length + 1);
		if (rest === "") return exchange.sendRedirect(`/${name}/`);
		if (rest === "/services/auth/login") return beginLogin(exchange, name);
		if (rest === "/services/auth/callback/login") return afterLogin(exchange, name);
		if (rest === "/services/logout") return beginLogout(exchange, name);
		if (rest === "/services/auth/callback/logout") return afterLogout(exchange, name);
		if (rest === "/services/settings/settings.js") return settings(exchange, name);
		if (rest === "/site/public/app.js") return exchange.send(200, "application/javascript", portalScript(name));
		if (rest.startsWith("/services/")) return errorPage(exchange, 404, "Not Found");
		exchange.html(200, portalPage(name));
	};
}

/** idp.jsp: configured URL, or (customUrl) https plus whatever the configured header says. */
function serverUrl(exchange: Exchange): string {
	const { customUrlHeader, switches, urls } = exchange.node;
	const header = switches.customUrlHeader || customUrlHeader;
	const host = header === null ? undefined : exchange.header(header);
	return host === undefined ? urls.origin : `https://${host}`;
}

const clientId = (name: PortalName): string => `apim_${name}`;
const callbackUrl = (exchange: Exchange, name: PortalName, which: "login" | "logout"): string =>
	`${serverUrl(exchange)}/${name}/services/auth/callback/${which}`;

/** The next login at each of them registers its callback again. */
export async function forgetPortals(store: Store): Promise<void> {
	for (const name of ["publisher", "devportal", "admin"] as const) await forgetClient(store, clientId(name));
}

/** The verifier stays in this node's HttpSession: the callback has to come back here. */
async function beginLogin(exchange: Exchange, name: PortalName): Promise<void> {
	const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	const callback = `${literal(callbackUrl(exchange, name, "login"))}|${literal(callbackUrl(exchange, name, "logout"))}`;
	await registerClient(exchange.node.store, { id: clientId(name), secret: "portal-secret", name: clientId(name), callback, jwt: true });
	const verifier = randomBytes(32).toString("base64url");
	exchange.session().attributes.set("code_verifier", verifier);
	const query = new URLSearchParams({
		response_type: "code",
		client_id: clientId(name),
		scope: `apim:subscribe apim:api_view openid`,
		state: "/",
		redirect_uri: callbackUrl(exchange, name, "login"),
		code_challenge: createHash("sha256").update(verifier).digest("base64url"),
		code_challenge_method: "S256",
	});
	exchange.addCookie({ name: "CLIENT_ID", value: clientId(name), path: `/${name}/`, secure: true, httpOnly: false, sameSite: "Strict" });
	exchange.redirect(`${serverUrl(exchange)}/oauth2/authorize?${query}`);
}

/** login_callback.jsp: the code is exchanged over loopback with this same node, then a relative redirect. */
async function afterLogin(exchange: Exchange, name: PortalName): Promise<void> {
	const verifier = exchange.session().attributes.get("code_verifier");
	const code = exchange.query.get("code");
	if (verifier === undefined || code === null) return failed(exchange, "There is no login in progress in this session");
	const form = new URLSearchParams({
		grant_type: "authorization_code",
		code,
		code_verifier: verifier,
		redirect_uri: callbackUrl(exchange, name, "login"),
	});
	const answer = await call(`https://localhost:${exchange.node.ports.servletHttps}/oauth2/token`, {
		method: "POST",
		body: form.toString(),
		ca: exchange.node.keystore.cert,
		headers: {
			Authorization: `Basic ${Buffer.from(`${clientId(name)}:portal-secret`).toString("base64")}`,
			"Content-Type": "application/x-www-form-urlencoded",
		},
	});
	if (answer.status !== 200) return failed(exchange, "The code was refused");
	setPortalCookies(exchange, name, JSON.parse(answer.body.toString()) as PortalTokens, exchange.query.get("session_state") ?? "");
	const state = exchange.query.get("state") ?? "/";
	exchange.sendRedirect(`/${name}${/^\/[^/\\]/.test(state) ? state : "/"}`);
}

function failed(exchange: Exchange, text: string): void {
	exchange.html(500, page("Login failed", `<h1>Login failed</h1><p>${text}</p>`));
}

/** logout.jsp: the whole id_token travels in the query. */
function beginLogout(exchange: Exchange, name: PortalName): void {
	const idToken = `${exchange.cookie("AM_ID_TOKEN_DEFAULT_P1") ?? ""}${exchange.cookie("AM_ID_TOKEN_DEFAULT_P2") ?? ""}`;
	const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: callbackUrl(exchange, name, "logout") });
	exchange.redirect(`${serverUrl(exchange)}/oidc/logout?${query}`);
}

function afterLogout(exchange: Exchange, name: PortalName): void {
	clearPortalCookies(exchange, name);
	exchange.sendRedirect(`/${name}/`);
}

/** settings.jsp: absolute addresses in JavaScript. */
function settings(exchange: Exchange, name: PortalName): void {
	const { urls } = exchange.node;
	const config = {
		app: {
			context: `/${name}`,
			proxy_context_path: "",
			singleLogout: { enabled: exchange.node.switches.singleLogout, timeout: SINGLE_LOGOUT_MS },
			sessionStateCookie: SESSION_STATE[name],
		},
		idp: {
			origin: serverUrl(exchange),
			checkSessionEndpoint: urls.absolute("/oidc/checksession", SUPER_TENANT),
			client_id: clientId(name),
		},
	};
	exchange.send(200, "application/javascript", `const AppConfig = ${JSON.stringify(config)};\n`);
}
