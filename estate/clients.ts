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
	{ id: "demo-api", secret: "demo-api-secret", name: "DefaultApplication", callback: "https://nowhere.invalid/", jwt: true },
];

export async function findClient(store: Store, id: string): Promise<Client | undefined> {
	return BUILT_IN.find((client) => client.id === id) ?? (await new Table<Client>(store, "client").get(id));
}

/** Dynamic registration. The first one wins: a later call with another callback changes nothing, as in the product. */
export function registerClient(store: Store, client: Client): Promise<Client> {
	return new Table<Client>(store, "client").claim(client.id, client);
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

/** Issuers of SAML requests that the Identity Server knows, with where their responses may go. */
const SAML_PROVIDERS = new Map([["demo-saml-sp", new RegExp(`^${LOOPBACK}/saml/acs$`)]]);

export function allowsAcs(issuer: string, url: string): boolean {
	return SAML_PROVIDERS.get(issuer)?.test(url) === true;
}
