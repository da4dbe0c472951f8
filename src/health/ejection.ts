/**
 * Passive health: what traffic itself says about a member. It is `in`; failures in a row make it `ejected`; when its time is over it is `probing`; a probe that passes
 * puts it `onProbation`, where one more failure ejects it again and a few good responses end the matter.
 *
 * The times grow as Envoy's do (outlier detection: base time × times ejected, up to a maximum).
 */
import type { FailureKind, PassivePlan } from "../plan/health.ts";
import { type Blame, isVouched, NO_BLAME, withClients } from "./blame.ts";
import type { TrafficCounts } from "./verdict.ts";

/** Immutable; times on the clock that is passed in. */
export interface EjectionState {
	readonly phase: "in" | "ejected" | "probing" | "onProbation";
	/** Failures in a row, by kind. */
	readonly inARow: Readonly<Record<FailureKind, number>>;
	/** Who saw them; on probation: who saw any since it began. */
	readonly clients: Blame;
	/** Ejections to its name: how long the next one takes. */
	readonly times: number;
	/** `ejected`: when that is over. `in`: when one ejection is forgotten. */
	readonly until: number;
	/** Good responses in a row on probation. */
	readonly goodResponses: number;
	/** It should be ejected, and there is no room for it. */
	readonly spared: boolean;
}

export const KINDS: readonly FailureKind[] = ["connect", "timeout", "broken", "unavailable", "serverError"];

const NONE: EjectionState["inARow"] = { connect: 0, timeout: 0, broken: 0, unavailable: 0, serverError: 0 };

export const NOT_EJECTED: EjectionState = {
	phase: "in",
	inARow: NONE,
	clients: NO_BLAME,
	times: 0,
	until: 0,
	goodResponses: 0,
	spared: false,
};

/** What decides beside the state. */
export interface EjectionInput {
	readonly now: number;
	/** From 0 to 1. */
	readonly random: number;
	/** Whether the pool has room for one more ejection. */
	readonly mayEject: () => boolean;
	/** Who saw the failures since the last step. */
	readonly blame: Blame;
}

/** `kind`: the kind of failures that led to it; null where time or a probe did. */
export interface EjectionStep {
	readonly state: EjectionState;
	readonly change: "ejected" | "spared" | "probing" | "onProbation" | "trusted" | null;
	readonly kind: FailureKind | null;
	/** Failures of that kind in a row. */
	readonly inARow: number;
	/** Milliseconds it is out for. */
	readonly time: number;
}

const still = (state: EjectionState): EjectionStep => ({ state, change: null, kind: null, inARow: 0, time: 0 });

/** Traffic since the last step, in no known order; so any good response in it breaks a row that is then not beyond doubt. */
export function afterTraffic(state: EjectionState, delta: TrafficCounts, plan: PassivePlan, input: EjectionInput): EjectionStep {
	// What is still answered was sent before the ejection.
	if (state.phase === "ejected" || state.phase === "probing") return still(state);
	const inARow = rowsAfter(state.inARow, delta);
	const onProbation = state.phase === "onProbation";
	const clients = clientsAfter(state.clients, input.blame, onProbation ? null : inARow);
	const seen = { ...state, inARow, clients };
	const isTooMuch = (each: FailureKind): boolean => (onProbation ? delta[each] > 0 : inARow[each] >= plan.inARow[each]);
	const kind = KINDS.find((each) => plan.inARow[each] > 0 && isTooMuch(each) && isVouched(each, clients[each], plan.minClients)) ?? null;
	if (kind === null) return onProbation ? afterGoodProbation(seen, delta, plan, input) : still({ ...seen, spared: false });
	if (input.mayEject()) return eject(seen, plan, input, kind);
	const spared = { ...seen, spared: true };
	return state.spared ? still(spared) : { state: spared, change: "spared", kind, inARow: inARow[kind], time: 0 };
}

/** Nothing may happen for a long time: an ejection ends, or is forgotten, by the clock alone. */
export function afterTime(state: EjectionState, plan: PassivePlan, now: number): EjectionStep {
	if (state.phase === "ejected" && now >= state.until) return { ...still({ ...state, phase: "probing" }), change: "probing" };
	if (state.phase !== "in" || state.times === 0 || now < state.until) return still(state);
	return still({ ...state, times: state.times - 1, until: now + plan.forgetAfter });
}

/** The probe that follows an ejection was made; in other phases it says nothing. */
export function afterProbe(state: EjectionState, passed: boolean, plan: PassivePlan, input: EjectionInput): EjectionStep {
	if (state.phase !== "probing") return still(state);
	return passed ? released(state) : eject(state, plan, input, null);
}

/** Let in before its time: nobody else is left. */
export function released(state: EjectionState): EjectionStep {
	if (state.phase === "in" || state.phase === "onProbation") return still(state);
	return {
		...still({ ...state, phase: "onProbation", inARow: NONE, clients: NO_BLAME, goodResponses: 0, spared: false }),
		change: "onProbation",
	};
}

export const isOut = ({ phase }: EjectionState): boolean => phase === "ejected" || phase === "probing";

/** Milliseconds out: the nth time n times the base, up to the maximum, less a random share so that members do not come back together. */
export function ejectionTime(times: number, plan: PassivePlan, random: number): number {
	return Math.round(Math.min(plan.maxTime, plan.baseTime * times) * (1 - plan.jitter * random));
}

function eject(state: EjectionState, plan: PassivePlan, { now, random }: EjectionInput, kind: FailureKind | null): EjectionStep {
	const times = state.times + 1;
	const time = ejectionTime(times, plan, random);
	const inARow = kind === null ? 0 : state.inARow[kind];
	return { state: { ...NOT_EJECTED, phase: "ejected", times, until: now + time }, change: "ejected", kind, inARow, time };
}

function afterGoodProbation(state: EjectionState, delta: TrafficCounts, plan: PassivePlan, { now }: EjectionInput): EjectionStep {
	const goodResponses = state.goodResponses + delta.answered;
	if (goodResponses < plan.trialAnswers) return still({ ...state, goodResponses, spared: false });
	const trusted: EjectionState = {
		...NOT_EJECTED,
		inARow: state.inARow,
		clients: state.clients,
		times: state.times,
		until: now + plan.forgetAfter,
	};
	return { ...still(trusted), change: "trusted" };
}

/** Any response shows that the member can be connected to and is in time; only a good one shows that it can do its work. */
function rowsAfter(before: EjectionState["inARow"], delta: TrafficCounts): EjectionState["inARow"] {
	const good = delta.answered > 0;
	const any = good || delta.unavailable > 0 || delta.serverError > 0;
	const connected = any || delta.timeout > 0 || delta.broken > 0;
	return {
		connect: connected ? 0 : before.connect + delta.connect,
		timeout: any ? 0 : before.timeout + delta.timeout,
		broken: any ? 0 : before.broken + delta.broken,
		unavailable: good ? 0 : before.unavailable + delta.unavailable,
		serverError: good ? 0 : before.serverError + delta.serverError,
	};
}

/** @param rows those that are over take their clients with them; null: none is over */
function clientsAfter(before: Blame, blame: Blame, rows: EjectionState["inARow"] | null): Blame {
	if (before === NO_BLAME && blame === NO_BLAME) return before;
	const of = (kind: FailureKind): readonly number[] => (rows !== null && rows[kind] === 0 ? [] : withClients(before[kind], blame[kind]));
	return {
		connect: [],
		timeout: of("timeout"),
		broken: of("broken"),
		unavailable: of("unavailable"),
		serverError: of("serverError"),
	};
}
