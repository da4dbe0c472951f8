import type { Misconfiguration } from "./misconfiguration.ts";
import { SUPER_TENANT } from "./serviceUrls.ts";

export interface Cookie {
	readonly name: string;
	readonly value: string;
	readonly path: string;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	/** Seconds; 0 deletes. Absent = a session cookie. */
	readonly maxAge?: number;
	readonly sameSite?: string;
	readonly domain?: string;
}

/** What becomes of it on a node that is set up like that. */
export function asConfigured(cookie: Cookie, node: Misconfiguration): Cookie {
	const { insecureCookies, scriptableCookies, sameSite, cookieDomain, cookiePrefix } = node;
	return {
		...cookie,
		path: cookiePrefix + cookie.path,
		secure: cookie.secure && !insecureCookies,
		httpOnly: cookie.httpOnly && !scriptableCookies,
		...(cookie.sameSite === undefined || sameSite === "" ? {} : { sameSite }),
		...(cookieDomain === "" ? {} : { domain: cookieDomain }),
	};
}

/** A Set-Cookie value with its attributes in the order in which Tomcat's Rfc6265CookieProcessor writes them. */
export function cookieText(cookie: Cookie): string {
	let text = `${cookie.name}=${cookie.value}`;
	if (cookie.maxAge !== undefined) {
		const expires = cookie.maxAge === 0 ? "Thu, 01 Jan 1970 00:00:10 GMT" : new Date(Date.now() + cookie.maxAge * 1000).toUTCString();
		text += `; Max-Age=${cookie.maxAge}; Expires=${expires}`;
	}
	if (cookie.domain !== undefined) text += `; Domain=${cookie.domain}`;
	text += `; Path=${cookie.path}`;
	if (cookie.secure) text += "; Secure";
	if (cookie.httpOnly) text += "; HttpOnly";
	if (cookie.sameSite !== undefined) text += `; SameSite=${cookie.sameSite}`;
	return text;
}

/** Every value that a Cookie header carries for `name`, in its order: a browser sends the longest path first. */
export function cookieValues(header: string | undefined, name: string): string[] {
	const values: string[] = [];
	for (const pair of (header ?? "").split(";")) {
		const equals = pair.indexOf("=");
		if (equals !== -1 && pair.slice(0, equals).trim() === name) values.push(pair.slice(equals + 1).trim());
	}
	return values;
}

/** Path of the cookies that a tenant keeps to itself. */
export function tenantCookiePath(tenant: string): string {
	return tenant === SUPER_TENANT ? "/" : `/t/${tenant}/`;
}

/** The cookies of the authentication framework, OIDC session management and SAML share their attributes but HttpOnly. */
export function frameworkCookie(name: string, value: string, path: string, extra: Partial<Cookie> = {}): Cookie {
	return { name, value, path, secure: true, httpOnly: true, sameSite: "None", ...extra };
}
