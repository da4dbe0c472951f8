/**
 * WSO2 API Manager: ports and contexts. Servlet contexts are an allow-list. Everything else under the prefix is an API and goes to the gateway,
 * since API contexts are chosen by their publishers; `/t/{tenant}/…` is a tenant's API unless a webapp's name follows.
 */
import { LOGIN_CONTEXTS, MANAGEMENT_CONTEXTS } from "../carbon/contexts.ts";
import { LOGIN_COOKIES } from "../carbon/cookies.ts";
import { trafficHealth } from "../carbon/health.ts";
import { LEADS_AWAY, LOGINS } from "../carbon/logins.ts";
import { publicOriginSetting, SERVLET_POOL, SLOW_START, THREADS } from "../carbon/server.ts";
import { QUALIFIERS } from "../carbon/tenants.ts";
import type { Context, CookieSpec, PoolSpec, Product, Role } from "../product.ts";
import { doctor } from "./doctor.ts";
import { PORTALS } from "./portals.ts";

const KiB = 1024;

/** Roles that have a context: profileSetup.sh up to 4.4, and the distributions since 4.5, which keep no more. */
const KEY_MANAGER: readonly Role[] = ["key-manager", "control-plane", "devportal", "publisher"];
const PUBLISHER: readonly Role[] = ["control-plane", "publisher"];
const DEVPORTAL: readonly Role[] = ["control-plane", "devportal"];
const EVENT_HUB: readonly Role[] = ["control-plane", "traffic-manager"];

/** Contexts of the identity server inside: a key manager has these. */
function withKeyManager(context: Context): Context {
	const isConsole = context.guarded === true && !context.path.startsWith("/api/");
	return isConsole ? context : { ...context, roles: KEY_MANAGER };
}

const WEBAPPS: readonly Context[] = [
	...[...LOGIN_CONTEXTS, ...MANAGEMENT_CONTEXTS].map(withKeyManager),
	{ path: "/oauth2", roles: KEY_MANAGER, access: "public", flows: true, bodies: true, source: "identity.xml" },
	{ path: "/oauth2/token", roles: KEY_MANAGER, access: "public", flows: true, repeat: "never", source: "OAuthConstants" },
	{ path: "/oauth2/token/.well-known", roles: KEY_MANAGER, access: "public", bodies: true, source: "discovery" },
	{ path: "/oauth2/userinfo", roles: KEY_MANAGER, access: "public", repeat: "always", source: "OAuthConstants" },
	{ path: "/oauth2/jwks", roles: KEY_MANAGER, access: "public", repeat: "always", source: "OAuthConstants" },
	{ path: "/oidc", roles: KEY_MANAGER, access: "public", bodies: true, source: "identity.xml" },
	{ path: "/identity", roles: KEY_MANAGER, access: "restricted", source: "identity.xml" },
	{ path: "/devportal", roles: DEVPORTAL, access: "public", qualified: false, since: "3.0", bodies: true, source: "portals" },
	{ path: "/store", roles: DEVPORTAL, access: "public", qualified: false, until: "2.x", bodies: true, source: "product-apim 1889" },
	{ path: "/publisher", roles: PUBLISHER, access: "restricted", qualified: false, bodies: true, source: "portals" },
	{ path: "/admin", roles: PUBLISHER, access: "restricted", qualified: false, bodies: true, source: "portals" },
	// Below /api only what is named here is served; an API of one's own cannot have the context /api.
	{ path: "/api", access: "blocked", inside: true, source: "identity.xml" },
	{ path: "/api/am/devportal", roles: DEVPORTAL, access: "public", since: "4.0", bodies: true, source: "portals" },
	{ path: "/api/am/store", roles: DEVPORTAL, access: "public", until: "3.x", bodies: true, source: "portals" },
	{ path: "/api/am/publisher", roles: PUBLISHER, access: "restricted", source: "portals" },
	{ path: "/api/am/admin", roles: PUBLISHER, access: "restricted", source: "portals" },
	{ path: "/api/am/gateway", roles: ["gateway"], access: "restricted", guarded: true, since: "3.2", source: "packs" },
	{
		path: "/api/am/gateway/{version}/server-startup-healthcheck",
		roles: ["gateway"],
		access: "blocked",
		guarded: true,
		health: true,
		since: "3.2",
		source: "health pages",
	},
	{ path: "/api/am/devops", roles: PUBLISHER, access: "restricted", guarded: true, since: "4.1", source: "packs" },
	{ path: "/api/am/service-catalog", roles: PUBLISHER, access: "restricted", since: "4.0", source: "packs" },
	{ path: "/api/am/governance", roles: PUBLISHER, access: "restricted", since: "4.5", source: "packs" },
	// Between the nodes of an estate: gateways, key managers and traffic managers at the control plane.
	{ path: "/internal", roles: EVENT_HUB, access: "restricted", guarded: true, since: "3.2", source: "packs" },
	{
		path: "/throttle/data",
		roles: ["key-manager", "control-plane", "traffic-manager"],
		access: "restricted",
		guarded: true,
		until: "3.1",
		source: "packs",
	},
	{ path: "/keymanager-operations", roles: KEY_MANAGER, access: "restricted", guarded: true, since: "3.2", source: "packs" },
	{ path: "/usage-data-receiver", access: "restricted", guarded: true, since: "4.7", source: "identity.xml" },
	{ path: "/client-registration", access: "restricted", guarded: true, source: "packs" },
	{ path: "/.well-known/webfinger", roles: KEY_MANAGER, access: "public", qualified: false, bodies: true, source: "discovery" },
];

const GATEWAY: readonly Context[] = [
	// Health of the traffic ports, on the ports themselves.
	{
		path: "/health-check",
		access: "blocked",
		pool: "gateway",
		guarded: true,
		health: true,
		qualified: false,
		source: "carbon-apimgt 12661",
	},
	// Synapse APIs that call the key manager back; the products up to 3.x have them.
	...["/token", "/revoke", "/authorize", "/userinfo"].map(
		(path): Context => ({ path, access: "public", until: "3.x", pool: "gateway", qualified: false, source: "token APIs" }),
	),
	// Keys with which back ends verify what the gateway tells them about a caller.
	...["/jwks", "/t/{tenant}/jwks"].map(
		(path): Context => ({ path, access: "public", since: "4.0", pool: "gateway", qualified: false, source: "api-manager.xml" }),
	),
	...["/{context}", "/t/{tenant}"].flatMap((path): Context[] => [
		{ path, access: "public", pool: "gateway", qualified: false, source: "default.json" },
		{ path, access: "public", pool: "websocket", upgrade: "websocket", qualified: false, source: "default.json" },
	]),
	// Where event sources post to a WebSub API; the default version has no number in its path.
	...["/{context}", "/{context}/{version}", "/t/{tenant}/{context}", "/t/{tenant}/{context}/{version}"].map(
		(path): Context => ({
			path: `${path}/webhooks_events_receiver_resource`,
			access: "public",
			since: "4.0",
			pool: "websub",
			qualified: false,
			source: "carbon-apimgt",
		}),
	),
];

/** The portals of 3.0 and later. Half of each token is for their scripts, the rest is HttpOnly. Their scripts know no prefix. */
const PORTAL_COOKIES: readonly CookieSpec[] = [
	...[
		...["WSO2_AM_TOKEN_1_Default", "WSO2_AM_REFRESH_TOKEN_1_Default", "CLIENT_ID", "IS_LOGIN_DEFAULT"],
		...["PUBLISHER_SESSION_STATE", "DEVPORTAL_SESSION_STATE", "admin_session_state"],
	].map((name): CookieSpec => ({ name, kept: true, bare: true, since: "3.0", source: "login_callback.jsp" })),
	...[
		...["AM_ACC_TOKEN_DEFAULT_P2", "AM_PUBLISHER_ACC_TOKEN_DEFAULT_P2", "AM_ADMIN_ACC_TOKEN_DEFAULT_P2"],
		...["AM_REF_TOKEN_DEFAULT_P2", "AM_ID_TOKEN_DEFAULT_P1", "AM_ID_TOKEN_DEFAULT_P2"],
	].map((name): CookieSpec => ({ name, bare: true, since: "3.0", source: "login_callback.jsp" })),
];

/**
 * Of the traffic ports, on the ports themselves: deployed APIs, since 4.4 and in patches of those before; in versions before that nothing can be asked there.
 * API Manager's `/api/am/gateway/v2/server-startup-healthcheck` is not used: it wants a password before 4.3, says 500 to all in builds of 4.3.0
 * (wso2/api-manager issues 1996, 2731), and 200 once a single API is there (3359).
 */
const POOLS: readonly PoolSpec[] = [
	SERVLET_POOL,
	{
		kind: "gateway",
		https: 8243,
		http: 8280,
		pathRules: "gateway",
		maxBody: 0,
		maxRequests: THREADS,
		keepAliveRequests: 1_000_000,
		sessions: false,
		health: trafficHealth(
			{ path: "/health-check", since: "3.0", source: "carbon-apimgt 12661" },
			{ path: null, until: "2.x", source: "default ports" },
		),
		source: "default ports",
	},
	{
		kind: "websocket",
		https: 8099,
		http: 9099,
		pathRules: "gateway",
		maxBody: 0,
		// Its connections wait without a thread.
		maxRequests: 0,
		keepAliveRequests: 1_000_000,
		sessions: false,
		health: trafficHealth(
			{ path: "/health", since: "4.0", source: "health pages" },
			{ path: "/health-check", since: "4.0", source: "carbon-apimgt 12661" },
			{ path: null, until: "3.x", source: "default ports" },
		),
		source: "default.json",
	},
	{
		kind: "websub",
		https: 8021,
		http: 9021,
		pathRules: "gateway",
		maxBody: 0,
		maxRequests: 0,
		keepAliveRequests: 1_000_000,
		sessions: false,
		health: trafficHealth({ path: "/health-check", since: "4.0", source: "carbon-apimgt 12661" }),
		since: "4.0",
		source: "default.json",
	},
];

export const wso2Apim: Product = {
	isFree: false,
	defaultVersion: "4.x",
	versions: ["2.0", "2.1", "2.2", "2.5", "2.6", "3.0", "3.1", "3.2", "4.0", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7"],
	affinity: "cookie",
	slowStart: SLOW_START,
	pools: POOLS,
	contexts: [...WEBAPPS, ...GATEWAY],
	qualifiers: QUALIFIERS,
	roles: [
		{ role: "control-plane", profiles: ["control-plane", "wso2am-acp"], since: "4.0" },
		{ role: "gateway", profiles: ["gateway-worker", "gateway-manager", "wso2am-universal-gw"] },
		{ role: "key-manager", profiles: ["api-key-manager", "api-key-manager-node", "api-key-manager-deprecated"] },
		{ role: "traffic-manager", profiles: ["traffic-manager", "wso2am-tm"] },
		{ role: "publisher", profiles: ["api-publisher", "api-publisher-deprecated"], until: "4.1" },
		{ role: "devportal", profiles: ["api-devportal", "api-store", "api-devportal-deprecated"], until: "4.1" },
	],
	cookies: [...LOGIN_COOKIES, ...PORTAL_COOKIES],
	heads: [{ bytes: 8 * KiB, updated: 32 * KiB, source: "product-apim 14245" }],
	logins: LOGINS,
	leadsAway: LEADS_AWAY,
	queryValues: [
		// The product compares it with the registered callback (OIDCSessionIFrameServlet of wso2-extensions/identity-inbound-auth-oauth), which has no prefix.
		{
			path: "/oidc/checksession",
			parameter: "redirect_uri",
			applications: PORTALS.map((portal) => `/${portal}`),
			suffix: "/services/auth/callback/login",
		},
	],
	publicOriginSetting,
	doctor,
};
