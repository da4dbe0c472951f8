/**
 * WSO2 Identity Server: ports and contexts. An allow-list: what is not here is not served. WSO2 asks to keep `/carbon` and `/services` off
 * the front door and to prefer an allow-list (docs-is, network-level security guidelines); the health check API's own README asks to block it there.
 */
import type { Context, Preset } from "./preset.ts";

const MiB = 1024 * 1024;

/** Login pages and protocol endpoints that browsers and clients of every identity server need. API Manager embeds the same framework. */
export const LOGIN_CONTEXTS: readonly Context[] = [
	{ path: "/oidc/logout", access: "public" },
	{ path: "/oidc/checksession", access: "public" },
	{ path: "/identity/oidc/slo", access: "public" },
	{ path: "/samlsso", access: "public" },
	{ path: "/samlartresolve", access: "public" },
	{ path: "/identity/saml/slo", access: "public" },
	{ path: "/identity/metadata", access: "public" },
	{ path: "/commonauth", access: "public" },
	{ path: "/logincontext", access: "public" },
	{ path: "/longwaitstatus", access: "public" },
	{ path: "/identity/extend-session", access: "public" },
	{ path: "/acs", access: "public" },
	{ path: "/authenticationendpoint", access: "public" },
	{ path: "/accountrecoveryendpoint", access: "public" },
	{ path: "/x509-certificate-servlet", access: "public" },
	{ path: "/x509certificateauthenticationendpoint", access: "public" },
	{ path: "/totpauthenticationendpoint", access: "public" },
	{ path: "/smsotpauthenticationendpoint", access: "public" },
	{ path: "/emailotpauthenticationendpoint", access: "public" },
];

/** Consoles and management APIs that every Carbon product has. */
export const MANAGEMENT_CONTEXTS: readonly Context[] = [
	{ path: "/carbon", access: "blocked", guarded: true },
	{ path: "/services", access: "blocked", guarded: true },
	{ path: "/registry", access: "blocked", guarded: true },
	{ path: "/fileupload", access: "restricted", guarded: true },
	{ path: "/filedownload", access: "restricted", guarded: true },
	{ path: "/api/health-check", access: "blocked", guarded: true, health: true },
	{ path: "/oauth2/introspect", access: "restricted" },
	{ path: "/scim2", access: "restricted" },
	{ path: "/scim2/Me", access: "public" },
	{ path: "/wso2/scim", access: "restricted" },
	{ path: "/api/server", access: "restricted" },
	{ path: "/api/users", access: "restricted" },
	{ path: "/api/users/{version}/me", access: "public" },
	{ path: "/api/identity", access: "restricted" },
	{ path: "/api/identity/auth/v1.1", access: "public" },
	{ path: "/api/o", access: "restricted" },
];

const CONTEXTS: readonly Context[] = [
	...LOGIN_CONTEXTS,
	...MANAGEMENT_CONTEXTS,
	{ path: "/oauth2/authorize", access: "public" },
	{ path: "/oauth2/token", access: "public" },
	{ path: "/oauth2/revoke", access: "public" },
	{ path: "/oauth2/userinfo", access: "public" },
	{ path: "/oauth2/jwks", access: "public" },
	{ path: "/oauth2/par", access: "public" },
	{ path: "/oauth2/device_authorize", access: "public" },
	{ path: "/oauth2/device", access: "public" },
	{ path: "/oauth2/ciba", access: "restricted" },
	{ path: "/oauth2/authn", access: "public", since: "7.0" },
	{ path: "/oauth2/oidcdiscovery", access: "public" },
	{ path: "/.well-known", access: "public" },
	{ path: "/passivests", access: "public" },
	{ path: "/mex", access: "restricted" },
	{ path: "/mexut", access: "restricted" },
	{ path: "/identity/cas", access: "restricted" },
	{ path: "/duoauthenticationendpoint", access: "public" },
	{ path: "/iwa-kerberos", access: "public" },
	// My Account reads the SCIM schemas before its user does anything.
	{ path: "/scim2/Schemas", access: "public" },
	{ path: "/scim2/ResourceTypes", access: "public" },
	{ path: "/scim2/ServiceProviderConfig", access: "public" },
	// Login pages fetch their branding without a token.
	{ path: "/api/server/v1/branding-preference", access: "public", since: "6.0" },
	{ path: "/myaccount", access: "public", since: "5.11" },
	{ path: "/console", access: "restricted", since: "5.11" },
	{ path: "/user-portal", access: "public", since: "5.10", until: "5.10" },
	{ path: "/dashboard", access: "public", until: "5.9" },
	{ path: "/portal", access: "public", until: "5.9" },
];

export const wso2Is: Preset = {
	defaultVersion: "7.x",
	affinity: "cookie",
	pools: [{ kind: "servlet", https: 9443, http: 9763, pathRules: "servlet", maxBody: 100 * MiB, sessions: true }],
	contexts: CONTEXTS,
};
