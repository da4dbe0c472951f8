/**
 * What a proxy in front of the WSO2 products has to know, for the peers that have no preset for it. The lists
 * follow Portico's presets, as far as routes are public.
 */

/** Name of the affinity cookie, the same for every proxy. Variables of nginx have no dashes. */
export function affinityCookie(service: "is" | "apim"): string {
	return `route_${service}`;
}

export interface ContextList {
	/** Bodies are looked through for links. */
	readonly rewritten: readonly string[];
	readonly relayed: readonly string[];
}

const LOGIN: ContextList = {
	rewritten: [
		"oidc/logout",
		"oidc/checksession",
		"samlsso",
		"commonauth",
		"logincontext",
		"authenticationendpoint",
		"accountrecoveryendpoint",
		"x509certificateauthenticationendpoint",
		"totpauthenticationendpoint",
		"smsotpauthenticationendpoint",
		"emailotpauthenticationendpoint",
	],
	relayed: ["samlartresolve", "identity/metadata", "longwaitstatus", "identity/extend-session"],
};

export const IS_CONTEXTS: ContextList = {
	rewritten: [
		...LOGIN.rewritten,
		...["oauth2/authorize", "oauth2/device", "oauth2/authn", "oauth2/oidcdiscovery", ".well-known", "passivests", "myaccount", "scim2/Me"],
	],
	relayed: [...LOGIN.relayed, "oauth2/token", "oauth2/revoke", "oauth2/userinfo", "oauth2/jwks", "oauth2/par", "iwa-kerberos"],
};

export const APIM_CONTEXTS: ContextList = {
	rewritten: [...LOGIN.rewritten, "oauth2", "oidc", "devportal", "api/am/devportal"],
	relayed: [...LOGIN.relayed, "oauth2/token", "oauth2/userinfo", "oauth2/jwks"],
};

/** Under API Manager's prefix, but neither public nor an API. All else there goes to the gateway. */
export const APIM_BLOCKED = [
	...["carbon", "services", "registry", "fileupload", "filedownload", "api", "scim2", "wso2", "identity", "publisher", "admin"],
	...["internal", "keymanager-operations", "client-registration", "health-check"],
];

/** Fields by which the products know a client's address or certificate: no client may send them. */
export const FORGEABLE_FIELDS = [
	...["Forwarded", "Proxy-Client-IP", "WL-Proxy-Client-IP", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP"],
	...["X-WSO2-CLIENT-CERTIFICATE", "x-wso2-mtls-cert", "x-wso2-mutual-auth-cert", "X-SSL-CERT", "ssl-client-cert", "Client-Cert"],
];

/**
 * What pages name: the node's own origins, and paths from the root or from the page. The public form of each
 * follows it.
 */
export function bodyTexts(
	service: "is" | "apim",
	nodePorts: readonly number[],
	nodeOrigin: string,
	publicOrigin: string,
): [string, string][] {
	const prefix = `/${service}-`;
	const origins = [`${nodeOrigin}/`, ...nodePorts.map((port) => `http://127.0.0.1:${port}/`)];
	const own: Record<typeof service, readonly string[]> = {
		is: ["authenticationendpoint/", "longwaitstatus"],
		apim: ["authenticationendpoint/", "longwaitstatus", "devportal/", "api/am/devportal"],
	};
	const relative = ["commonauth", "samlsso", "logincontext", "oauth2/authorize"];
	return [
		...origins.map((origin): [string, string] => [origin, `${publicOrigin}${prefix}`]),
		...own[service].map((path): [string, string] => [`"/${path}`, `"${prefix}${path}`]),
		...relative.map((path): [string, string] => [`"../${path}`, `"${prefix}${path}`]),
	];
}
