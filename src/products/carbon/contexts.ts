/** Contexts that every product on WSO2's Carbon server has. */
import type { Context } from "../product.ts";

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
	{ path: "/x509-certificate-servlet", access: "public", qualified: false, bodies: true, source: "identity.xml" },
	{ path: "/x509certificateauthenticationendpoint", access: "public", qualified: false, bodies: true, source: "identity.xml" },
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
	{ path: "/scim2", access: "restricted", organization: true, bodies: true, source: "identity.xml" },
	{ path: "/scim2/Me", access: "public", organization: true, bodies: true, source: "identity.xml" },
	{ path: "/wso2/scim", access: "restricted", source: "identity.xml" },
	{ path: "/api/server", access: "restricted", organization: true, source: "web.xml" },
	{ path: "/api/users", access: "restricted", organization: true, bodies: true, source: "web.xml" },
	{ path: "/api/users/{version}/me", access: "public", organization: true, bodies: true, source: "web.xml" },
	{ path: "/api/identity", access: "restricted", organization: true, source: "web.xml" },
	{ path: "/api/o", access: "restricted", source: "web.xml" },
];
