import type { Exchange } from "./exchange.ts";
import type { PortalName } from "./portals.ts";

/** What the token endpoint answered. */
export interface PortalTokens {
	readonly access_token: string;
	readonly refresh_token: string;
	readonly id_token: string;
	readonly expires_in: number;
}

interface PortalCookie {
	readonly name: string;
	readonly value: string;
	readonly path: string;
	readonly httpOnly: boolean;
	readonly maxAge?: number;
}

const REFRESH_SECONDS = 86_400;

/**
 * login_callback.jsp: the tokens are cut in halves, so that neither script nor a forged request alone has a whole one, and the same cookie is
 * set on several paths. SameSite=Strict comes from the server's valve.
 */
function cookiesOf(name: PortalName, tokens: PortalTokens, sessionState: string): PortalCookie[] {
	const [access1, access2] = halves(tokens.access_token);
	const [refresh1, refresh2] = halves(tokens.refresh_token);
	const [id1, id2] = halves(tokens.id_token);
	const own = `/${name}/`;
	const apiPaths = [`/api/am/${name}/`, ...(name === "publisher" ? ["/api/am/service-catalog/v1/"] : [])];
	const maxAge = tokens.expires_in;
	const cookies: PortalCookie[] = [
		{ name: "AM_ACC_TOKEN_DEFAULT_P2", value: access2, path: own, httpOnly: true, maxAge },
		...apiPaths.map((path) => ({ name: "AM_ACC_TOKEN_DEFAULT_P2", value: access2, path, httpOnly: true, maxAge })),
		{ name: "AM_REF_TOKEN_DEFAULT_P2", value: refresh2, path: own, httpOnly: true, maxAge: REFRESH_SECONDS },
		{ name: "WSO2_AM_TOKEN_1_Default", value: access1, path: own, httpOnly: false, maxAge },
		{ name: "WSO2_AM_REFRESH_TOKEN_1_Default", value: refresh1, path: own, httpOnly: false, maxAge: REFRESH_SECONDS },
		{ name: "AM_ID_TOKEN_DEFAULT_P1", value: id1, path: `/${name}/services/logout`, httpOnly: true, maxAge },
		{ name: "AM_ID_TOKEN_DEFAULT_P2", value: id2, path: `/${name}/services/logout`, httpOnly: true, maxAge },
		{ name: SESSION_STATE[name], value: sessionState, path: own, httpOnly: false },
		{ name: "IS_LOGIN_DEFAULT", value: "true", path: `/${name}`, httpOnly: false },
	];
	if (name === "publisher")
		cookies.push({ name: "AM_PUBLISHER_ACC_TOKEN_DEFAULT_P2", value: access2, path: "/api/am/governance/", httpOnly: true, maxAge });
	if (name === "admin")
		cookies.push({ name: "AM_ADMIN_ACC_TOKEN_DEFAULT_P2", value: access2, path: "/api/am/governance/", httpOnly: true, maxAge });
	return cookies;
}

export const SESSION_STATE = {
	publisher: "PUBLISHER_SESSION_STATE",
	devportal: "DEVPORTAL_SESSION_STATE",
	admin: "admin_session_state",
} as const;

function halves(token: string): [string, string] {
	const middle = Math.floor(token.length / 2);
	return [token.slice(0, middle), token.slice(middle)];
}

export function setPortalCookies(exchange: Exchange, name: PortalName, tokens: PortalTokens, sessionState: string): void {
	for (const cookie of cookiesOf(name, tokens, sessionState)) exchange.addCookie({ ...cookie, secure: true, sameSite: "Strict" });
}

/** Same names, same paths, no values: a browser drops a cookie only on its own path. */
export function clearPortalCookies(exchange: Exchange, name: PortalName): void {
	const empty: PortalTokens = { access_token: "", refresh_token: "", id_token: "", expires_in: 0 };
	for (const cookie of cookiesOf(name, empty, "")) exchange.addCookie({ ...cookie, maxAge: 0, secure: true, sameSite: "Strict" });
}

/** The whole access token of a REST call: its first half as Bearer, its second from the cookie. */
export function joinedToken(exchange: Exchange): string {
	const first = /^bearer\s+(\S+)$/i.exec(exchange.header("authorization") ?? "")?.[1] ?? "";
	return first + (exchange.cookie("AM_ACC_TOKEN_DEFAULT_P2") ?? "");
}
