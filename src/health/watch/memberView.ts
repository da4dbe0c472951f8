import type { Health } from "../../balance/eligibility.ts";
import type { FailureKind } from "../../plan/health.ts";
import { KINDS } from "../ejection.ts";
import type { Cause, Evidence, HealthEvent } from "../evidence.ts";
import type { ProbeOutcome } from "../judge.ts";
import type { TrafficCounts } from "../verdict.ts";
import type { MemberRecord } from "./memberRecord.ts";
import type { Timers } from "./timers.ts";

/** A member's health and its reasons, for the admin API. Moments are milliseconds since the epoch, durations milliseconds. */
export interface MemberView {
	readonly member: string;
	readonly node: string;
	readonly pool: string;
	readonly health: Health;
	readonly since: number;
	readonly cause: Cause;
	readonly evidence: Evidence;
	/** The node asks for nothing new. */
	readonly selfDraining: boolean;
	/** Null: no active check. */
	readonly check: {
		readonly health: Health;
		/** Results in a row against it, of how many that change it. */
		readonly against: number;
		readonly limit: number;
		/** Member that gates it, or null. */
		readonly gate: string | null;
	} | null;
	/** The last probe, of a check or after an ejection. */
	readonly last: (ProbeOutcome & { readonly at: number }) | null;
	readonly passive: {
		readonly phase: "in" | "ejected" | "probing" | "onProbation";
		readonly inARow: Readonly<Record<FailureKind, number>>;
		readonly ejections: number;
		/** Until it is probed; 0 if it is not ejected. */
		readonly msLeft: number;
	};
	/** Null: none. */
	readonly breaker: {
		readonly phase: "closed" | "open" | "halfOpen";
		/** In the window. */
		readonly errors: number;
		readonly total: number;
		readonly msLeft: number;
	} | null;
	/** What traffic has said since the start. */
	readonly traffic: TrafficCounts;
	/** Newest first. */
	readonly events: readonly HealthEvent[];
}

export function memberView(record: MemberRecord, timers: Timers): MemberView {
	const { member, pool, active, ejection, breaker, published, last, lastAt } = record;
	const { evidence } = record.verdict();
	const left = (until: number): number => Math.max(0, Math.round(until - timers.now()));
	const sum = (field: "errors" | "total"): number => breaker.slices.reduce((total, slice) => total + slice[field], 0);
	return {
		member: member.name,
		node: member.node,
		pool: pool.name,
		health: published.health,
		since: record.since,
		cause: published.cause,
		evidence,
		selfDraining: published.draining,
		check:
			active === null
				? null
				: { health: active.health, against: active.against, limit: active.limit, gate: record.gate?.member.name ?? null },
		last: last === null || lastAt === null ? null : { ...last, at: lastAt },
		passive: {
			phase: ejection.phase,
			inARow: Object.fromEntries(KINDS.map((kind) => [kind, ejection.inARow[kind]])) as Record<FailureKind, number>,
			ejections: ejection.times,
			msLeft: ejection.phase === "ejected" ? left(ejection.until) : 0,
		},
		breaker:
			pool.health.breaker === null
				? null
				: {
						phase: breaker.phase,
						errors: sum("errors"),
						total: sum("total"),
						msLeft: breaker.phase === "open" ? left(breaker.until) : 0,
					},
		traffic: record.countedTraffic,
		events: [...record.events],
	};
}
