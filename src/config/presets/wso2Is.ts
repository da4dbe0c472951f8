/**
 * WSO2 Identity Server: ports and contexts. An allow-list: what is not here is not served. WSO2 asks to keep `/carbon` and `/services` off
 * the front door and to prefer an allow-list (docs-is, network-level security guidelines); the health check API's own README asks to block it there.
 */
import type { Context, CookieSpec, Preset } from "./preset.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

/** Login pages and protocol endpoints that browsers and clients of every identity server need. API Manager embeds the same framework. */
export const LOGIN_CONTEXTS: readonly Context[] = [
	{ path: "/oidc/logout", access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/oidc/checksession", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/identity/oidc/slo", access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/samlsso", access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/samlartresolve", access: "public", flows: true, source: "identity.xml" },
	{ path: "/identity/saml/slo", access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/identity/metadata", access: "public", source: "identity.xml" },
	{ path: "/commonauth", access: "public", flows: true, repeat: "never", bodies: true, source: "init-url.jsp" },
	{ path: "/logincontext", access: "public", flows: true, bodies: true, source: "init-url.jsp" },
	{ path: "/longwaitstatus", access: "public", source: "init-url.jsp" },
	{ path: "/identity/extend-session", access: "public", source: "identity.xml" },
	{ path: "/acs", access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/authenticationendpoint", access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/accountrecoveryendpoint", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/x509-certificate-servlet", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/x509certificateauthenticationendpoint", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/totpauthenticationendpoint", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/smsotpauthenticationendpoint", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/emailotpauthenticationendpoint", access: "public", bodies: true, source: "identity.xml" },
];

/** Consoles and management APIs that every Carbon product has. */
export const MANAGEMENT_CONTEXTS: readonly Context[] = [
	{ path: "/carbon", access: "blocked", guarded: true, bodies: true, source: "network security" },
	{ path: "/services", access: "blocked", guarded: true, inside: true, source: "network security" },
	{ path: "/registry", access: "blocked", guarded: true, source: "identity.xml" },
	{ path: "/fileupload", access: "restricted", guarded: true, source: "identity.xml" },
	{ path: "/filedownload", access: "restricted", guarded: true, source: "identity.xml" },
	{ path: "/api/health-check", access: "blocked", guarded: true, health: true, source: "carbon-health-check" },
	{ path: "/oauth2/introspect", access: "restricted", repeat: "always", source: "OAuthConstants" },
	{ path: "/scim2", access: "restricted", bodies: true, source: "identity.xml" },
	{ path: "/scim2/Me", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/wso2/scim", access: "restricted", source: "identity.xml" },
	{ path: "/api/server", access: "restricted", source: "web.xml" },
	{ path: "/api/users", access: "restricted", bodies: true, source: "web.xml" },
	{ path: "/api/users/{version}/me", access: "public", bodies: true, source: "web.xml" },
	{ path: "/api/identity", access: "restricted", source: "web.xml" },
	{ path: "/api/identity/auth/v1.1", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/api/o", access: "restricted", source: "web.xml" },
];

const CONTEXTS: readonly Context[] = [
	...LOGIN_CONTEXTS,
	...MANAGEMENT_CONTEXTS,
	{ path: "/oauth2/authorize", access: "public", flows: true, bodies: true, source: "OAuthConstants" },
	{ path: "/oauth2/token", access: "public", flows: true, repeat: "never", source: "OAuthConstants" },
	{ path: "/oauth2/token/.well-known", access: "public", bodies: true, source: "discovery" },
	{ path: "/oauth2/revoke", access: "public", source: "OAuthConstants" },
	{ path: "/oauth2/userinfo", access: "public", repeat: "always", source: "OAuthConstants" },
	{ path: "/oauth2/jwks", access: "public", repeat: "always", source: "OAuthConstants" },
	{ path: "/oauth2/par", access: "public", source: "OAuthConstants" },
	{ path: "/oauth2/device_authorize", access: "public", bodies: true, source: "OAuthConstants" },
	{ path: "/oauth2/device", access: "public", bodies: true, source: "OAuthConstants" },
	{ path: "/oauth2/ciba", access: "restricted", source: "OAuthConstants" },
	{ path: "/oauth2/authn", access: "public", since: "7.0", bodies: true, source: "app-native login" },
	{ path: "/oauth2/oidcdiscovery", access: "public", bodies: true, source: "discovery" },
	{ path: "/.well-known", access: "public", bodies: true, source: "discovery" },
	{ path: "/passivests", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/mex", access: "restricted", source: "identity.xml" },
	{ path: "/mexut", access: "restricted", source: "identity.xml" },
	{ path: "/identity/cas", access: "restricted", source: "identity.xml" },
	{ path: "/duoauthenticationendpoint", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/iwa-kerberos", access: "public", source: "identity.xml" },
	// My Account reads the SCIM schemas before its user does anything.
	{ path: "/scim2/Schemas", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/scim2/ResourceTypes", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/scim2/ServiceProviderConfig", access: "public", bodies: true, source: "identity.xml" },
	// Login pages fetch their branding without a token.
	{ path: "/api/server/v1/branding-preference", access: "public", since: "6.0", source: "identity.xml" },
	{ path: "/myaccount", access: "public", since: "5.11", bodies: true, source: "product-is 12420" },
	{ path: "/console", access: "restricted", since: "5.11", bodies: true, source: "product-is 12420" },
	{ path: "/user-portal", access: "public", since: "5.10", until: "5.10", bodies: true, source: "product-is 12024" },
	{ path: "/dashboard", access: "public", until: "5.9", bodies: true, source: "product-is 8353" },
	{ path: "/portal", access: "public", until: "5.9", bodies: true, source: "product-is 8353" },
];

/** What the authentication framework and the servlet container set; API Manager embeds both. */
export const LOGIN_COOKIES: readonly CookieSpec[] = [
	{ name: "JSESSIONID", source: "kernel" },
	{ name: "commonAuthId", source: "framework" },
	{ name: "sessionNonceCookie-*", piles: true, source: "framework" },
	// The check-session iframe reads it by name (OpenID Connect Session Management 1.0), in its tenant's form too.
	{ name: "opbs", kept: true, copiedTo: ["/oidc", "/t", "/o"], source: "session state" },
	{ name: "atbv", source: "token binding" },
	{ name: "samlssoTokenId", source: "SAML servlet" },
	{ name: "pastr", source: "identity.xml" },
	{ name: "ALOR", source: "identity.xml" },
	// Scripts of the login pages write it, and the pages read it.
	{ name: "ui_lang", kept: true, source: "language switcher" },
	// The admin console's own scripts.
	{ name: "MSG*", kept: true, source: "cookie policy" },
	{ name: "requestedURI", kept: true, source: "cookie policy" },
	{ name: "current-breadcrumb", kept: true, source: "cookie policy" },
];

export const wso2Is: Preset = {
	defaultVersion: "7.x",
	versions: ["5.0", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "5.10", "5.11", "6.0", "6.1", "7.0", "7.1", "7.2"],
	affinity: "cookie",
	pools: [{ kind: "servlet", https: 9443, http: 9763, pathRules: "servlet", maxBody: 100 * MiB, sessions: true, source: "default ports" }],
	contexts: CONTEXTS,
	cookies: LOGIN_COOKIES,
	heads: [{ bytes: 8 * KiB, source: "kernel" }],
};
