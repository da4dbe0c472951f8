/**
 * How the members of a product are watched, unless the file says otherwise. Product `http`: not at all, since nothing is known of it.
 *
 * WSO2: one check every 10 s and three failures are what its own charts use; here checks are twice as often, since they find what traffic cannot. The servlet port gates the
 * others: it answers first, and APIs are deployed after it. Which endpoint a node has depends on its version and patches, so each list ends with one that all have.
 *
 * What traffic says about a gateway is what it says about the APIs behind it: their 5xx and their slowness are not the gateway's, and one broken API must not take
 * all gateways out. A 500 of a servlet may be a SOAP fault or a bad request, so only 502 to 504, timeouts and broken connections count.
 */
import type { BreakerPlan, CheckPlan, FailureKind, HealthPlan, PassivePlan, ProbePlan } from "../plan/health.ts";
import { isIn, type Versioned } from "./productVersion.ts";

/** What a preset's check asks, less what only the file knows. Path null: only whether the port accepts. */
export interface Endpoint extends Versioned {
	readonly product: "wso2-is" | "wso2-apim" | "both";
	/** Kind of the pool. */
	readonly kind: string;
	readonly path: string | null;
	/** What the answer's body must hold, or null. */
	readonly contains: string | null;
	/** Where it is told: a key of the presets' sources. */
	readonly source: string;
}

/** What a check is made with that says only what to ask. */
export const CHECK: Omit<CheckPlan, "probes"> = {
	onAbsent: "fail",
	rise: 2,
	fall: 3,
	initial: "unknown",
	interval: 5000,
	fastInterval: 1000,
	downInterval: 5000,
	jitter: 0.1,
	timeout: 3000,
	drainOn: [],
};

const PASSIVE: Omit<PassivePlan, "inARow"> = { baseTime: 10_000, maxTime: 300_000, jitter: 0.1, forgetAfter: 60_000, trialAnswers: 5 };
/** What a breaker is made with where the product has none. */
export const BREAKER: BreakerPlan = {
	counts: ["connect", "timeout", "broken", "unavailable"],
	errorRatio: 0.5,
	minVolume: 20,
	window: 10_000,
	openTime: 10_000,
	jitter: 0.1,
	trialAnswers: 5,
};

const SERVLET_ROWS: Readonly<Record<FailureKind, number>> = { connect: 3, timeout: 5, broken: 5, unavailable: 5, serverError: 0 };
const NO_ROWS: Readonly<Record<FailureKind, number>> = { connect: 0, timeout: 0, broken: 0, unavailable: 0, serverError: 0 };
const GATEWAY_ROWS: Readonly<Record<FailureKind, number>> = { connect: 3, timeout: 0, broken: 5, unavailable: 0, serverError: 0 };

/** Beyond every version there is. */
const NEWEST = "99.x";
const ON_PORTS = { product: "wso2-apim", contains: null, source: "carbon-apimgt 12661" } as const;

/**
 * In the order in which they are asked. API Manager's `/api/am/gateway/v2/server-startup-healthcheck` is none of them: it wants a password before 4.3, says 500
 * to all in builds of 4.3.0 (wso2/api-manager issues 1996, 2731), and 200 once a single API is there (3359).
 */
const ENDPOINTS: readonly Endpoint[] = [
	// 503 while data sources, the user store or the start are not well. Must not be reachable from outside.
	{ product: "both", kind: "servlet", path: "/api/health-check/v1.0/health", contains: null, source: "carbon-health-check" },
	// All Carbon products; an Axis2 service, so an early sign of life.
	{ product: "both", kind: "servlet", path: "/services/Version", contains: "getVersionResponse", source: "health pages" },
	// Deployed APIs, asked on the traffic ports themselves: 4.4, and patches of those before.
	...["gateway", "websocket", "websub"].flatMap((kind): Endpoint[] => [
		...(kind === "websocket" ? [{ ...ON_PORTS, kind, path: "/health", since: "4.0", source: "health pages" }] : []),
		{ ...ON_PORTS, kind, path: "/health-check", since: kind === "gateway" ? "3.0" : "4.0" },
	]),
	// Before that nothing can be asked there.
	{ ...ON_PORTS, kind: "gateway", path: null, until: "2.x", source: "default ports" },
	{ ...ON_PORTS, kind: "websocket", path: null, until: "3.x", source: "default ports" },
];

/** What the checks of a product's pool ask, in order. @param version null: whatever one of them asks */
export function presetEndpoints(product: Exclude<HealthSubject["product"], "http">, kind: string, version: string | null): Endpoint[] {
	const ofPool = ENDPOINTS.filter((row) => (row.product === "both" || row.product === product) && row.kind === kind);
	return version === null ? ofPool : ofPool.filter((row) => isIn(version, row));
}

/** What decides, of a pool. */
export interface HealthSubject {
	readonly product: "wso2-is" | "wso2-apim" | "http";
	/** Without it, the newest. */
	readonly version?: string | undefined;
	/** Kind of the pool. */
	readonly kind: string;
	/** The canonical public authority. */
	readonly host: string;
}

export function presetHealth({ product, version = NEWEST, kind, host }: HealthSubject): HealthPlan {
	const rest = { maxEjected: 0.5, panic: "passive" } as const;
	if (product === "http") return { check: null, gatedBy: null, passive: { ...PASSIVE, inARow: NO_ROWS }, breaker: null, ...rest };
	const probes = presetEndpoints(product, kind, version).map((endpoint) => probeOf(endpoint, host));
	const servlet = kind === "servlet";
	const rows = servlet ? SERVLET_ROWS : GATEWAY_ROWS;
	return {
		check: { ...CHECK, probes, onAbsent: servlet ? "fail" : "gate" },
		gatedBy: servlet ? null : "servlet",
		passive: { ...PASSIVE, inARow: rows },
		breaker: breakerFor(rows),
		...rest,
	};
}

/** A GET that must be answered 200 to 299; 404 says that the node does not have the endpoint, 401 and 403 that it keeps it for others. */
function probeOf({ path, contains }: Endpoint, host: string): ProbePlan {
	if (path === null) return { kind: "tcp", via: null };
	return {
		kind: "http",
		via: null,
		method: "GET",
		path,
		host,
		headers: [],
		statuses: [[200, 299]],
		body: contains === null ? null : { kind: "contains", text: contains },
		bodyBytes: 64 * 1024,
		absentOn: [401, 403, 404],
	};
}

function breakerFor(rows: Readonly<Record<FailureKind, number>>): BreakerPlan {
	const counts = (Object.keys(rows) as FailureKind[]).filter((kind) => rows[kind] > 0);
	return { ...BREAKER, counts };
}
