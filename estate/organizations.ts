/** `/o/{organization}/…` of Identity Server 6.0 and newer, as its rewrite valve cuts it. */

/** What can be reached in the form of an organization (`OrgContextsToRewrite`). Everything else is refused. */
const CONTEXTS = [
	...["/oauth2", "/authenticationendpoint", "/accountrecoveryendpoint", "/accounts", "/commonauth", "/logincontext", "/samlsso"],
	...["/identity/metadata/saml2", "/longwaitstatus", "/oidc", "/push-auth", "/scim2"],
	...[
		"/api/server/v1/branding-preference",
		"/api/server/v1/validation-rules",
		"/api/server/v1/flow/execute",
		"/api/identity/auth/v1.1/data",
	],
];
/** Without an id the token names the organization. */
const OF_TOKEN = ["/api", "/scim2"];

export interface Organized {
	/** Null: the path has no such form. Empty: the token names it. */
	readonly organization: string | null;
	readonly rest: string;
	/** The valve refuses it. */
	readonly isRefused: boolean;
}

/** @param path without its tenant */
export function splitOrganization(path: string): Organized {
	const [, first = "", below = ""] = /^\/o\/([^/]+)(\/.*)?$/.exec(path) ?? [];
	if (first === "") return { organization: null, rest: path, isRefused: false };
	if (OF_TOKEN.includes(`/${first}`)) return { organization: "", rest: path.slice("/o".length), isRefused: false };
	const isKnown = CONTEXTS.some((context) => below === context || below.startsWith(`${context}/`));
	return { organization: first, rest: below === "" ? "/" : below, isRefused: !isKnown };
}
