/**
 * How the members of a product are watched, unless the file says otherwise. Product `http`: not at all, since nothing is known of it.
 *
 * WSO2: one check every 10 s and three failures are what its own charts use; here checks are twice as often, since they find what traffic cannot. The servlet port gates the
 * others: it answers first, and APIs are deployed after it. Which endpoint a node has depends on its version and patches, so each list ends with one that all have.
 *
 * What traffic says about a gateway is what it says about the APIs behind it: their 5xx and their slowness are not the gateway's, and one broken API must not take
 * all gateways out. A 500 of a servlet may be a SOAP fault or a bad request, so only 502 to 504, timeouts and broken connections count.
 */
import type { BreakerPlan, CheckPlan, FailureKind, HealthPlan, HttpProbe, PassivePlan } from "./healthPlan.ts";

/** What a preset's check asks, less what only the file knows. */
type Endpoint = Pick<HttpProbe, "path" | "body">;

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

/** 503 while data sources, the user store or the start are not well. Must not be reachable from outside (carbon-health-check, README). */
const HEALTH_API: Endpoint = { path: "/api/health-check/v1.0/health", body: null };
/** All Carbon products; an Axis2 service, so an early sign of life. */
const VERSION: Endpoint = { path: "/services/Version", body: { kind: "contains", text: "getVersionResponse" } };
/** Deployed APIs, asked on the traffic ports themselves (API Manager 4.4, and patches of older ones). */
const GATEWAY_HEALTH: Endpoint = { path: "/health-check", body: null };
const WEBSOCKET_HEALTH: Endpoint = { path: "/health", body: null };

const SERVLET_ENDPOINTS: readonly Endpoint[] = [HEALTH_API, VERSION];

const BY_KIND: ReadonlyMap<string, readonly Endpoint[]> = new Map([
	["servlet", SERVLET_ENDPOINTS],
	["gateway", [GATEWAY_HEALTH]],
	["websocket", [WEBSOCKET_HEALTH, GATEWAY_HEALTH]],
	["websub", [GATEWAY_HEALTH]],
]);

/** What decides, of a pool. */
export interface HealthSubject {
	readonly product: "wso2-is" | "wso2-apim" | "http";
	/** Kind of the pool. */
	readonly kind: string;
	/** The canonical public authority. */
	readonly host: string;
}

export function presetHealth({ product, kind, host }: HealthSubject): HealthPlan {
	const rest = { maxEjected: 0.5, panic: "passive" } as const;
	if (product === "http") return { check: null, gatedBy: null, passive: { ...PASSIVE, inARow: NO_ROWS }, breaker: null, ...rest };
	const probes = (BY_KIND.get(kind) ?? []).map((endpoint) => httpProbe(endpoint, host));
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
function httpProbe(endpoint: Endpoint, host: string): HttpProbe {
	return {
		kind: "http",
		via: null,
		method: "GET",
		host,
		headers: [],
		statuses: [[200, 299]],
		bodyBytes: 64 * 1024,
		absentOn: [401, 403, 404],
		...endpoint,
	};
}

function breakerFor(rows: Readonly<Record<FailureKind, number>>): BreakerPlan {
	const counts = (Object.keys(rows) as FailureKind[]).filter((kind) => rows[kind] > 0);
	return { ...BREAKER, counts };
}
