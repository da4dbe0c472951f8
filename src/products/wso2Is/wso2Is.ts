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

const OUTSIDE = { access: "public", methods: ["GET"], qualified: false, bodies: true } as const;

/** What outsiders need of a management API: these methods are public, the others restricted. */
function partlyPublic(methods: readonly string[], row: Omit<Context, "access" | "methods">): readonly Context[] {
	return [
		{ ...row, access: "public", methods },
		{ ...row, access: "restricted" },
	];
}

/** Endpoints of the protocols. */
const PROTOCOLS: readonly Context[] = [
	{ path: "/oauth2/authorize", access: "public", flows: true, bodies: true, source: "OAuthConstants" },
	{ path: "/oauth2/token", access: "public", flows: true, repeat: "never", source: "OAuthConstants" },
	{ path: "/oauth2/token/.well-known", access: "public", bodies: true, source: "discovery" },
	{ path: "/oauth2/token/client", access: "public", since: "7.3", bodies: true, source: "oauth endpoints" },
	{ path: "/oauth2/revoke", access: "public", source: "OAuthConstants" },
	{ path: "/oauth2/userinfo", access: "public", repeat: "always", source: "OAuthConstants" },
	{ path: "/oauth2/jwks", access: "public", repeat: "always", source: "OAuthConstants" },
	{ path: "/oauth2/par", access: "public", since: "7.0", source: "oauth endpoints" },
	{ path: "/oauth2/device_authorize", access: "public", bodies: true, source: "OAuthConstants" },
	{ path: "/oauth2/device", access: "public", bodies: true, source: "OAuthConstants" },
	// Clients authenticate as at the token endpoint, and a second request would call the user again.
	{ path: "/oauth2/ciba", access: "public", methods: ["POST"], repeat: "never", source: "oauth endpoints" },
	// The link that the user's phone gets.
	{
		path: "/oauth2/ciba_authorize",
		access: "public",
		methods: ["GET"],
		since: "7.3",
		flows: true,
		bodies: true,
		source: "oauth endpoints",
	},
	{ path: "/oauth2/authn", access: "public", since: "7.0", bodies: true, source: "app-native login" },
	{ path: "/oauth2/oidcdiscovery", access: "public", bodies: true, source: "discovery" },
	{ path: "/.well-known", access: "public", bodies: true, source: "discovery" },
	// Names by which the outside world asks for what the product serves under others.
	{ path: "/.well-known/assetlinks.json", to: "/.well-known/trusted-apps/android", ...OUTSIDE, since: "7.1", source: "trusted apps" },
	{
		path: "/.well-known/apple-app-site-association",
		to: "/.well-known/trusted-apps/ios",
		...OUTSIDE,
		since: "7.1",
		source: "trusted apps",
	},
	// RFC 8414 section 3.1: the well-known part stands before the issuer's path.
	{
		path: "/.well-known/oauth-authorization-server/oauth2/token",
		to: "/oauth2/token/.well-known/oauth-authorization-server",
		...OUTSIDE,
		since: "7.3",
		source: "oauth endpoints",
	},
	{ path: "/oid4vci", access: "public", since: "7.3", bodies: true, source: "access control" },
	{ path: "/passivests", access: "public", bodies: true, source: "identity.xml" },
	{ path: "/mex", access: "public", qualified: false, source: "access control" },
	{ path: "/mexut", access: "public", qualified: false, source: "access control" },
];

/** Of optional connectors, without which the nodes answer 404. */
const CONNECTORS: readonly Context[] = [
	{ path: "/identity/cas", access: "public", flows: true, bodies: true, source: "access control" },
	{ path: "/duoauthenticationendpoint", access: "public", qualified: false, bodies: true, source: "access control" },
	{ path: "/mepinauthenticationendpoint", access: "public", qualified: false, bodies: true, source: "access control" },
	{ path: "/mobileconnectauthenticationendpoint", access: "public", qualified: false, bodies: true, source: "access control" },
	{ path: "/inweboauthenticationendpoint", access: "public", qualified: false, bodies: true, source: "access control" },
	{ path: "/token2authenticationendpoint", access: "public", qualified: false, bodies: true, source: "access control" },
	{ path: "/iwa-kerberos", access: "public", source: "identity.xml" },
];

/** APIs for users, and what of the management APIs needs no token, or the token of any user. */
const USER_APIS: readonly Context[] = [
	// My Account reads the SCIM schemas before its user does anything.
	{ path: "/scim2/Schemas", access: "public", organization: true, bodies: true, source: "identity.xml" },
	{ path: "/scim2/ResourceTypes", access: "public", organization: true, bodies: true, source: "identity.xml" },
	{ path: "/scim2/ServiceProviderConfig", access: "public", organization: true, bodies: true, source: "identity.xml" },
	// Login pages fetch their branding without a token, and who registers the rules for passwords.
	...partlyPublic(["GET"], { path: "/api/server/v1/branding-preference", organization: true, since: "6.0", source: "access control" }),
	...partlyPublic(["GET"], { path: "/api/server/v1/validation-rules", organization: true, since: "6.1", source: "access control" }),
	{ path: "/api/server/v1/flow/execute", access: "public", methods: ["POST"], since: "7.2", bodies: true, source: "access control" },
	{
		path: "/api/server/v1/guests/invitation/accept",
		access: "public",
		methods: ["POST"],
		organization: true,
		since: "7.0",
		source: "access control",
	},
	...partlyPublic(["GET"], { path: "/api/server/v1/configs/home-realm-identifiers", since: "5.11", source: "My Account" }),
	{ path: "/api/server/v1/identity-governance/preferences", access: "public", methods: ["POST"], since: "5.11", source: "My Account" },
	{ path: "/api/identity/consent-mgt/v1.0/consents", access: "public", since: "5.10", source: "My Account" },
	{ path: "/api/identity/user/v1.0/me", access: "public", since: "5.10", source: "My Account" },
	{ path: "/api/identity/typingdna/v1.0/me", access: "public", since: "5.11", source: "My Account" },
	{ path: "/api/identity/typingdna/v1.0/server", access: "public", since: "5.11", source: "My Account" },
	...partlyPublic(["GET"], { path: "/api/identity/media/v1.0/public", source: "access control" }),
	{ path: "/api/event-configurations", access: "restricted", since: "7.0", source: "access control" },
	{ path: "/api/idle-account-identification", access: "restricted", since: "7.0", source: "access control" },
];

/** Pages. */
const APPLICATIONS: readonly Context[] = [
	{ path: "/accounts", access: "public", since: "7.2", flows: true, bodies: true, source: "packs" },
	// The login page asks it whether the phone has confirmed, and the phone posts to it.
	{ path: "/push-auth", access: "public", since: "7.1", source: "access control" },
	{ path: "/myaccount", access: "public", since: "5.11", bodies: true, source: "product-is 12420" },
	{ path: "/console", access: "restricted", since: "5.11", bodies: true, source: "product-is 12420" },
	{ path: "/user-portal", access: "public", since: "5.10", until: "5.10", bodies: true, source: "product-is 12024" },
	{ path: "/dashboard", access: "public", until: "5.9", bodies: true, source: "product-is 8353" },
	{ path: "/portal", access: "public", until: "5.9", bodies: true, source: "product-is 8353" },
];

/** The security token service is a SOAP service, but for clients. */
const MANAGEMENT = MANAGEMENT_CONTEXTS.map(
	(row): Context => (row.path === "/services" ? { ...row, openable: ["/services/wso2carbon-sts"] } : row),
);

export const wso2Is: Product = {
	isFree: false,
	defaultVersion: "7.x",
	versions: [
		"5.0",
		"5.1",
		"5.2",
		"5.3",
		"5.4",
		"5.5",
		"5.6",
		"5.7",
		"5.8",
		"5.9",
		"5.10",
		"5.11",
		"6.0",
		"6.1",
		"7.0",
		"7.1",
		"7.2",
		"7.3",
	],
	affinity: "cookie",
	slowStart: SLOW_START,
	pools: [SERVLET_POOL],
	contexts: [...LOGIN_CONTEXTS, ...MANAGEMENT, ...PROTOCOLS, ...CONNECTORS, ...USER_APIS, ...APPLICATIONS],
	qualifiers: [...QUALIFIERS, ...QUALIFIERS_WITHOUT_ID],
	cookies: LOGIN_COOKIES,
	roles: [],
	heads: [{ bytes: 8 * KiB, source: "kernel" }],
	logins: LOGINS,
	leadsAway: LEADS_AWAY,
	queryValues: [],
	publicOriginSetting,
	doctor,
};
