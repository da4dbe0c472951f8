/**
 * How the members of a product are watched, unless the file says otherwise: its pool's {@link PoolHealth}, with what is the same for all. Pure.
 *
 * One check every 10 s and three failures are what WSO2's own charts use; here checks are twice as often, since they find what traffic cannot.
 */
import type { BreakerPlan, CheckPlan, FailureKind, HealthPlan, PassivePlan, ProbePlan } from "../plan/health.ts";
import type { Endpoint, Product } from "./product.ts";
import { isIn } from "./version.ts";

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

const PASSIVE: Omit<PassivePlan, "inARow"> = {
	minClients: 2,
	baseTime: 10_000,
	maxTime: 300_000,
	jitter: 0.1,
	forgetAfter: 60_000,
	trialAnswers: 5,
};
/** What a breaker is made with where the product has none. */
export const BREAKER: BreakerPlan = {
	counts: ["connect", "timeout", "broken", "unavailable"],
	errorRatio: 0.5,
	minVolume: 20,
	minClients: 2,
	window: 10_000,
	openTime: 10_000,
	jitter: 0.1,
	trialAnswers: 5,
};

/** Beyond every version there is. */
const NEWEST = "99.x";

/** What decides, of a pool. */
export interface HealthSubject {
	readonly product: Product;
	/** Without it, the newest. */
	readonly version?: string | undefined;
	/** Kind of the pool. */
	readonly kind: string;
	/** The canonical public authority. */
	readonly host: string;
}

export function presetHealth({ product, version = NEWEST, kind, host }: HealthSubject): HealthPlan {
	const health = product.pools.find((pool) => pool.kind === kind)?.health ?? null;
	const failures = health?.failures ?? NO_FAILURES;
	const probes = (health?.endpoints ?? []).filter((row) => isIn(version, row)).map((endpoint) => probeOf(endpoint, host));
	const gatedBy = health?.gatedBy ?? null;
	return {
		check: probes.length === 0 ? null : { ...CHECK, probes, onAbsent: gatedBy === null ? "fail" : "gate" },
		gatedBy,
		passive: { ...PASSIVE, inARow: failures },
		breaker: breakerFor(failures),
		maxEjected: 0.5,
		panic: "passive",
	};
}

const NO_FAILURES: Readonly<Record<FailureKind, number>> = { connect: 0, timeout: 0, broken: 0, unavailable: 0, serverError: 0 };

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

/** Null where no kind of failure counts. */
function breakerFor({ connect, timeout, broken, unavailable, serverError }: Readonly<Record<FailureKind, number>>): BreakerPlan | null {
	const kinds = [
		["connect", connect],
		["timeout", timeout],
		["broken", broken],
		["unavailable", unavailable],
		["serverError", serverError],
	] as const;
	const counts = kinds.flatMap(([kind, most]) => (most > 0 ? [kind] : []));
	return counts.length === 0 ? null : { ...BREAKER, counts };
}
