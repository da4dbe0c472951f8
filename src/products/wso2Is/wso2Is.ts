/**
 * WSO2 Identity Server: ports and contexts. An allow-list: what is not here is not served. WSO2 asks to keep `/carbon` and `/services` off
 * the front door and to prefer an allow-list (docs-is, network-level security guidelines); the health check API's own README asks to block it there.
 */
import { LOGIN_CONTEXTS, MANAGEMENT_CONTEXTS } from "../carbon/contexts.ts";
import { LOGIN_COOKIES } from "../carbon/cookies.ts";
import { LEADS_AWAY, LOGINS } from "../carbon/logins.ts";
import { publicOriginSetting, SERVLET_POOL, SLOW_START } from "../carbon/server.ts";
import { QUALIFIERS, QUALIFIERS_WITHOUT_ID } from "../carbon/tenants.ts";
import type { Context, Product } from "../product.ts";
import { doctor } from "./doctor.ts";

const KiB = 1024;

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

export const wso2Is: Product = {
	isFree: false,
	defaultVersion: "7.x",
	versions: ["5.0", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "5.10", "5.11", "6.0", "6.1", "7.0", "7.1", "7.2"],
	affinity: "cookie",
	slowStart: SLOW_START,
	pools: [SERVLET_POOL],
	contexts: CONTEXTS,
	qualifiers: [...QUALIFIERS, ...QUALIFIERS_WITHOUT_ID],
	cookies: LOGIN_COOKIES,
	heads: [{ bytes: 8 * KiB, source: "kernel" }],
	logins: LOGINS,
	leadsAway: LEADS_AWAY,
	queryValues: [],
	publicOriginSetting,
	doctor,
};
