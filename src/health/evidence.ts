/** Evidence for changes of health, for the log and operators: what happened, how often, and the last case. Pure. */

import type { Health } from "../balance/eligibility.ts";
import type { FailureKind } from "../plan/health.ts";
import type { ActiveState } from "./activeCheck.ts";
import type { BreakerStep } from "./circuitBreaker.ts";
import type { EjectionStep } from "./ejection.ts";
import type { ProbeOutcome } from "./judge.ts";

/** Why a member's health is what it is. */
export type Cause = "initial" | "check" | "gate" | "ejected" | "circuit" | "trial" | "panic";

/** Names of events in the control log. */
export type HealthEventName =
	| "member_up"
	| "member_down"
	| "member_unknown"
	| "member_draining"
	| "member_drain_over"
	| "ejection_skipped"
	| "member_recovered"
	| "pool_panic"
	| "pool_panic_over";

export interface HealthEvent {
	readonly event: HealthEventName;
	readonly level: "info" | "warn" | "error";
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly pool: string;
	/** Null: of the pool as a whole. */
	readonly member: string | null;
	readonly from: Health | null;
	readonly to: Health | null;
	readonly cause: Cause;
	readonly evidence: Evidence;
}

/** A sentence for people, and the same facts as fields; fields that do not apply are absent. Durations in milliseconds. */
export interface Evidence {
	readonly text: string;
	/** Results, failures or errors that decided. */
	readonly count?: number;
	/** Attempts that `count` is a part of. */
	readonly of?: number;
	readonly kind?: FailureKind;
	readonly probe?: string;
	readonly status?: number;
	readonly error?: string;
	/** Of the last probe. */
	readonly duration?: number;
	/** Time of the ejection. */
	readonly time?: number;
}

const FAILED_AS: Readonly<Record<FailureKind, string>> = {
	connect: "failed to connect",
	timeout: "timed out",
	broken: "broke off",
	unavailable: "got 502, 503 or 504",
	serverError: "got 5xx",
};

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

export function ofChecks(outcome: ProbeOutcome, before: ActiveState): Evidence {
	const count = before.against + 1;
	const last = `${outcome.probe}: ${outcome.detail} (${Math.round(outcome.duration)} ms)`;
	return { text: count === 1 ? last : `${count} checks in a row; the last: ${last}`, count, ...ofProbe(outcome) };
}

function ofProbe(outcome: ProbeOutcome): Pick<Evidence, "probe" | "status" | "error" | "duration"> {
	const { probe, status, error, duration } = outcome;
	return { probe, duration: Math.round(duration), ...(status === 0 ? {} : { status }), ...(error === null ? {} : { error }) };
}

export function ofGate(gate: string, outcome: ProbeOutcome | null): Evidence {
	return { text: `${gate} is down`, ...(outcome === null ? {} : ofProbe(outcome)) };
}

export function ofEjection(step: EjectionStep, outcome: ProbeOutcome | null): Evidence {
	const { kind, inARow, change, state } = step;
	if (kind === null) {
		const probe = outcome === null ? {} : ofProbe(outcome);
		const why = outcome === null ? "its probe failed" : `${outcome.probe}: ${outcome.detail}`;
		return { text: `${why}; ejected for ${seconds(step.time)} (ejection ${state.times})`, time: step.time, ...probe };
	}
	const attempts = `${inARow === 1 ? "an attempt" : `${inARow} attempts in a row`} ${FAILED_AS[kind]}`;
	if (change === "spared") return { text: `${attempts}; not ejected, because too few members would remain`, count: inARow, kind };
	return { text: `${attempts}; ejected for ${seconds(step.time)} (ejection ${state.times})`, count: inARow, kind, time: step.time };
}

export function ofBreaker({ change, errors, total, time }: BreakerStep): Evidence {
	const seen = `${errors} of ${total} attempts failed`;
	if (change === "spared") return { text: `${seen}; not ejected, because too few members would remain`, count: errors, of: total };
	return { text: `${seen}; ejected for ${seconds(time)}`, count: errors, of: total, time };
}

export function ofTrial(outcome: ProbeOutcome | null): Evidence {
	if (outcome === null) return { text: "ejection ended; on probation" };
	return { text: `ejection ended and ${outcome.probe} passed; on probation`, ...ofProbe(outcome) };
}
