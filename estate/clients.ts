import { type Store, Table } from "./store.ts";

/** An OAuth application ("service provider"). */
export interface Client {
	readonly id: string;
	/** null = a public client: PKCE alone protects its codes. */
	readonly secret: string | null;
	readonly name: string;
	/** Regular expression, as in the product's `regexp=(…)` callbacks. */
	readonly callback: string;
	/** Access tokens are JWTs, else opaque. */
	readonly jwt: boolean;
}

const LOOPBACK = "https?://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?";

const BUILT_IN: readonly Client[] = [
	{ id: "demo-rp", secret: "demo-rp-secret", name: "Demo relying party", callback: `${LOOPBACK}/(callback|logged-out)`, jwt: false },
	{ id: "demo-spa", secret: null, name: "Demo single-page application", callback: `${LOOPBACK}/.*`, jwt: true },
	{
		id: "federation",
		secret: "federation-secret",
		name: "Another identity provider",
		callback: "https://[^/]+/([a-z]+[-/])?commonauth",
		jwt: false,
	},
	{ id: "demo-api", secret: "demo-api-secret", name: "DefaultApplication", callback: "https://nowhere.invalid/", jwt: true },
];

export async function findClient(store: Store, id: string): Promise<Client | undefined> {
	return BUILT_IN.find((client) => client.id === id) ?? (await new Table<Client>(store, "client").get(id));
}

/** Dynamic registration. The first one wins: a later call with another callback changes nothing, as in the product. */
export function registerClient(store: Store, client: Client): Promise<Client> {
	return new Table<Client>(store, "client").claim(client.id, client);
}

export async function forgetClient(store: Store, id: string): Promise<void> {
	await new Table<Client>(store, "client").take(id);
}

/** Identity Server's own applications, which it registers when it first starts. */
export async function registerApplications(store: Store, urlOf: (path: string) => string): Promise<void> {
	for (const [id, path] of [
		["MY_ACCOUNT", "/myaccount"],
		["CONSOLE", "/console"],
	] as const) {
		const callback = `${urlOf(path).replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(/.*)?`;
		await registerClient(store, { id, secret: null, name: id, callback, jwt: true });
	}
}

export function allowsCallback(client: Client, url: string): boolean {
	return new RegExp(`^(?:${client.callback})$`).test(url);
}

/** A SAML service provider: where its responses may go, and how it is told that a session has ended. */
interface SamlProvider {
	readonly acs: RegExp;
	/** Front channel: through the browser. */
	readonly logoutBinding: Binding;
}

export type Binding = "redirect" | "post";

const SAML_PROVIDERS: ReadonlyMap<string, SamlProvider> = new Map([
	["demo-saml-sp", { acs: new RegExp(`^${LOOPBACK}/saml/acs$`), logoutBinding: "redirect" }],
	["demo-saml-sp-2", { acs: new RegExp(`^${LOOPBACK}/saml/acs$`), logoutBinding: "post" }],
]);

export function allowsAcs(issuer: string, url: string): boolean {
	return SAML_PROVIDERS.get(issuer)?.acs.test(url) === true;
}

/** Single logout URL and binding of a provider whose responses went to `acs`. */
export function logoutService(issuer: string, acs: string): { readonly url: string; readonly binding: Binding } {
	return { url: acs.replace(/\/acs$/, "/slo"), binding: SAML_PROVIDERS.get(issuer)?.logoutBinding ?? "redirect" };
}

/** Realms of WS-Federation, with where their tokens may go. */
const REALMS = new Map([["demo-wsfed-rp", new RegExp(`^${LOOPBACK}/(wsfed|logged-out)$`)]]);

export function allowsReply(realm: string, url: string): boolean {
	return REALMS.get(realm)?.test(url) === true;
}
