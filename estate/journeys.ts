import type { Browser, Page } from "./browser.ts";

export interface Credentials {
	readonly username: string;
	readonly password: string;
}

/** Fills in the login page on which a navigation ended. Throws an Error when it ended elsewhere. */
export async function logIn(browser: Browser, page: Page, credentials: Credentials): Promise<Page> {
	if (page.status !== 200 || !page.text.includes('id="loginForm"'))
		throw new Error(`no login page at ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
	return browser.submit(page, { ...credentials });
}

export interface RelyingPartyLogin {
	readonly login: Page;
	/** Where it ended: the relying party's page. */
	readonly page: Page;
	/** What the relying party says about the user; null when nobody is logged in there. */
	readonly user: RelyingPartyUser | null;
}

export interface RelyingPartyUser {
	readonly subject: string;
	readonly protocol: "oidc" | "saml" | "wsfed";
	/** Claims of the id_token and of userinfo; empty for the others. */
	readonly claims: Readonly<Record<string, unknown>>;
	readonly userinfo: Readonly<Record<string, unknown>>;
	readonly refreshed: number;
}

/** OpenID Connect: from the relying party through the login page and back. */
export async function oidcLogin(browser: Browser, relyingParty: string, credentials: Credentials): Promise<RelyingPartyLogin> {
	const login = await browser.open(`${relyingParty}/login`);
	const page = await logIn(browser, login, credentials);
	return { login, page, user: await relyingPartyUser(browser, relyingParty) };
}

/** SAML 2.0: redirect binding out, POST binding back. */
export async function samlLogin(browser: Browser, relyingParty: string, credentials: Credentials): Promise<RelyingPartyLogin> {
	const login = await browser.open(`${relyingParty}/saml/login`);
	const form = await logIn(browser, login, credentials);
	if (!form.text.includes('name="SAMLResponse"'))
		throw new Error(`no SAML response at ${form.url}: ${form.status} ${form.text.slice(0, 300)}`);
	const page = await browser.submit(form);
	return { login, page, user: await relyingPartyUser(browser, relyingParty) };
}

export async function relyingPartyUser(browser: Browser, relyingParty: string): Promise<RelyingPartyUser | null> {
	const answer = await browser.send(`${relyingParty}/me`);
	return JSON.parse(answer.body.toString()) as RelyingPartyUser | null;
}

export interface PortalLogin {
	readonly login: Page;
	readonly page: Page;
	/** Status and names of the APIs that the portal's REST API lists for its user. */
	readonly apis: { readonly status: number; readonly names: readonly string[] };
}

/**
 * A portal of API Manager. `base` is what stands before its contexts: "https://localhost:9443/", "https://sso.example.com/apim-".
 */
export async function portalLogin(
	browser: Browser,
	base: string,
	portal: "publisher" | "devportal" | "admin",
	credentials: Credentials,
): Promise<PortalLogin> {
	const login = await browser.open(`${base}${portal}/services/auth/login`);
	const page = await logIn(browser, login, credentials);
	return { login, page, apis: await portalApis(browser, base, portal) };
}

/** What the portal's script does: the first half of the token from a cookie that it can read, the second half goes by itself. */
export async function portalApis(browser: Browser, base: string, portal: string): Promise<PortalLogin["apis"]> {
	const half = browser.jar.get(`${base}${portal}/`, "WSO2_AM_TOKEN_1_Default") ?? "";
	const headers = { Accept: "application/json", Authorization: `Bearer ${half}` };
	const { status, body } = await browser.send(`${base}api/am/${portal}/v3/apis`, { headers });
	const { list = [] } = JSON.parse(body.toString() || "{}") as { list?: { name: string }[] };
	return { status, names: list.map((api) => api.name) };
}
