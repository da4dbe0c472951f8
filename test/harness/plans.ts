import type { AffinityPlan } from "../../src/plan/affinity.ts";
import type { MemberPlan } from "../../src/plan/member.ts";
import type { MaintenancePlan } from "../../src/plan/pages.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { RoutePlan } from "../../src/plan/route.ts";
import type { CookiePlan, PathMapping, ServicePlan } from "../../src/plan/service.ts";
import { LOGINS } from "../../src/products/carbon/logins.ts";
import type { HeaderFacts } from "../../src/rewrite/headerTemplate.ts";

/** Plan values for unit tests: everything has a plain default, a test names only what it is about. */

const DASH: PathMapping = { from: "/is-", to: "/" };
export const SLASH: PathMapping = { from: "/is", to: "" };
export const BARE: PathMapping = { from: "", to: "" };

export function servicePlan(fields: Partial<ServicePlan> = {}): ServicePlan {
	return {
		name: "is",
		front: null,
		product: "wso2-is",
		version: "7.x",
		hosts: ["sso.example.com"],
		bindings: [],
		publicOrigin: "https://sso.example.com",
		mappings: [DASH],
		nodeOrigins: originsOf(["localhost", "127.0.0.1", "[::1]", "10.0.0.11", "is-1.internal"], [9443, 9763, 443, 80]),
		ownOrigins: [],
		nodeHosts: ["localhost", "127.0.0.1", "10.0.0.11", "is-1.internal"],
		pagePaths: [],
		ownCookies: [],
		cookies: cookiePlan(),
		logins: LOGINS,
		nodePorts: ["9443", "9763"],
		errorPages: [],
		interceptErrors: [],
		maintenance: NO_MAINTENANCE,
		...fields,
	};
}

export const NO_MAINTENANCE: MaintenancePlan = { on: false, html: null, json: null, retryAfter: 300, allow: [] };

/** Of a service that shares its hosts with no other. */
export function cookiePlan(fields: Partial<CookiePlan> = {}): CookiePlan {
	return {
		tag: "",
		kept: [],
		copied: [],
		wide: false,
		bare: [],
		piling: [],
		foreignTags: [],
		foreignKept: [],
		acceptUntagged: true,
		maxHeader: 0,
		mostHeader: 0,
		...fields,
	};
}

/** Every host with every port and both schemes. */
export function originsOf(hosts: readonly string[], ports: readonly number[]): string[] {
	return hosts.flatMap((host) => ports.flatMap((port) => [`https://${host}:${port}`, `http://${host}:${port}`]));
}

export function routePlan(fields: Partial<RoutePlan> = {}): RoutePlan {
	return {
		id: "is:/samlsso",
		service: 0,
		pattern: "/is-samlsso",
		written: null,
		exact: false,
		methods: null,
		methodOverride: true,
		upgrade: null,
		access: "public",
		allow: null,
		deny: [],
		users: -1,
		pool: 0,
		affinity: null,
		mapping: DASH,
		bare: false,
		pathRules: "servlet",
		allowPath: [],
		host: "public",
		maxBody: 0,
		defaultType: null,
		requestHeaders: [],
		responseHeaders: [],
		rewriteBodies: false,
		queryValues: null,
		leadsAway: false,
		sampleBodies: true,
		retry: { attempts: 4, perTry: 0, repeat: "idempotent", redispatch: true, statuses: [], keepBody: 65_536 },
		priority: 1,
		timeouts: {},
		...fields,
	};
}

export function affinityPlan(fields: Partial<AffinityPlan> = {}): AffinityPlan {
	return {
		mode: "cookie",
		name: "portico-is",
		flows: false,
		maxIdle: 0,
		maxLife: 0,
		preserve: false,
		postOnly: false,
		sessionIdle: 1_800_000,
		onMemberLost: "rebalance",
		memberLostWait: 10_000,
		...fields,
	};
}

export function headerFacts(fields: Partial<HeaderFacts> = {}): HeaderFacts {
	return {
		client: { address: "203.0.113.7", secure: true },
		authority: "sso.example.com",
		requestId: "id-1",
		service: "is",
		route: "is:/samlsso",
		pattern: "/is-samlsso",
		path: "/is-samlsso",
		nodePath: "/samlsso?x=1",
		user: "",
		...fields,
	};
}

export function memberPlan(fields: Partial<MemberPlan> = {}): MemberPlan {
	return {
		name: "is-1/servlet",
		node: "is-1",
		route: "is-1",
		host: "10.0.0.11",
		port: 9443,
		weight: 1,
		tls: { ca: null, pinnedSha256: null, verify: false, serverName: null },
		adminState: "enabled",
		zone: null,
		roles: ["all"],
		standby: false,
		...fields,
	};
}

export function planOf(services: readonly ServicePlan[], routes: readonly RoutePlan[] = []): Plan {
	return {
		publicOrigin: "https://sso.example.com",
		listeners: [],
		services,
		pools: [],
		members: [],
		routes,
		ownRoutes: [],
		errorPages: [],
		maintenance: false,
		affinityKeys: [],
		userLists: [],
		responseHeaders: [],
		trustedProxies: [],
		limits: {
			requestHead: 65536,
			requestBuffer: 65536,
			responseBuffer: 0,
			responseHead: 65536,
			headerFields: 128,
			connections: 0,
			connectionsPerClient: 0,
			memory: 0,
		},
		timeouts: {
			tlsHandshake: 10_000,
			requestHead: 10_000,
			bodyIdle: 30_000,
			bodyMinRate: 0,
			keepAlive: 60_000,
			clientWrite: 60_000,
			halfClosed: 10_000,
			connect: 5000,
			firstByte: 300_000,
			upstreamIdle: 300_000,
			tunnelIdle: 3_600_000,
			drain: 30_000,
		},
		accessLogs: [],
		eventLog: null,
		admin: null,
		zone: null,
		overProvisioning: 1.4,
		workers: 1,
	};
}
