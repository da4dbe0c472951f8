/**
 * Circuit breaker of one member: `closed` it counts; when too many of the attempts in a sliding window are errors it is `open` and the member gets nothing;
 * after a time it is `halfOpen`: a few good responses close it, one error opens it again.
 */
import type { BreakerPlan, FailureKind } from "../plan/health.ts";
import type { TrafficCounts } from "./verdict.ts";

/** Immutable; times on the clock that is passed in. */
export interface BreakerState {
	readonly phase: "closed" | "open" | "halfOpen";
	/** When `open` is over. */
	readonly until: number;
	/** Good responses in a row while half open. */
	readonly goodResponses: number;
	/** Traffic in the window, oldest first, at most one slice for each {@link SLICES}th of it. */
	readonly slices: readonly Slice[];
	/** It should be open, and the pool has no room for it. */
	readonly spared: boolean;
}

interface Slice {
	/** Which part of time: its beginning divided by the length of a slice. */
	readonly at: number;
	readonly errors: number;
	readonly total: number;
}

/** The window moves by a tenth of itself. */
const SLICES = 10;

export const CLOSED: BreakerState = { phase: "closed", until: 0, goodResponses: 0, slices: [], spared: false };

export interface BreakerInput {
	readonly now: number;
	/** From 0 to 1. */
	readonly random: number;
	/** Whether the pool has room for one more member that traffic takes out. */
	readonly mayOpen: () => boolean;
}

/** `errors` of `total` attempts are what was seen in the window, or since it is half open. */
export interface BreakerStep {
	readonly state: BreakerState;
	readonly change: "open" | "spared" | "halfOpen" | "closed" | null;
	readonly errors: number;
	readonly total: number;
	/** Milliseconds it is open for. */
	readonly time: number;
}

const still = (state: BreakerState): BreakerStep => ({ state, change: null, errors: 0, total: 0, time: 0 });

/** @param delta traffic since the last step, null for none */
export function stepBreaker(state: BreakerState, delta: TrafficCounts | null, plan: BreakerPlan, input: BreakerInput): BreakerStep {
	if (state.phase === "open") return input.now < state.until ? still(state) : halfOpened(state);
	if (delta === null) return still(state);
	const { errors, total } = errorsOf(delta, plan.counts);
	if (state.phase === "halfOpen") {
		if (errors > 0) return input.mayOpen() ? open(plan, input, errors, total) : still({ ...state, goodResponses: 0 });
		const goodResponses = state.goodResponses + total;
		if (goodResponses < plan.trialAnswers) return still({ ...state, goodResponses });
		return { state: CLOSED, change: "closed", errors, total: goodResponses, time: 0 };
	}
	const slices = slide(state.slices, plan.window, input.now, errors, total);
	const inWindow = slices.reduce((sum, slice) => ({ errors: sum.errors + slice.errors, total: sum.total + slice.total }), {
		errors: 0,
		total: 0,
	});
	const tooMany = inWindow.total >= plan.minVolume && inWindow.errors > 0 && inWindow.errors / inWindow.total >= plan.errorRatio;
	if (!tooMany) return still({ ...state, slices, spared: false });
	if (input.mayOpen()) return open(plan, input, inWindow.errors, inWindow.total);
	const spared = { ...state, slices, spared: true };
	return state.spared ? still(spared) : { state: spared, change: "spared", ...inWindow, time: 0 };
}

/** Let in before its time: nobody else is left. */
export function halfOpened(state: BreakerState): BreakerStep {
	if (state.phase !== "open") return still(state);
	return { ...still({ ...CLOSED, phase: "halfOpen" }), change: "halfOpen" };
}

function open(plan: BreakerPlan, { now, random }: BreakerInput, errors: number, total: number): BreakerStep {
	const time = Math.round(plan.openTime * (1 + plan.jitter * random));
	return { state: { ...CLOSED, phase: "open", until: now + time }, change: "open", errors, total, time };
}

function errorsOf(delta: TrafficCounts, counts: readonly FailureKind[]): { errors: number; total: number } {
	const total = delta.answered + delta.connect + delta.timeout + delta.broken + delta.unavailable + delta.serverError;
	return { errors: counts.reduce((sum, kind) => sum + delta[kind], 0), total };
}

function slide(slices: readonly Slice[], window: number, now: number, errors: number, total: number): Slice[] {
	const at = Math.floor(now / (window / SLICES));
	const kept = slices.filter((slice) => slice.at > at - SLICES);
	const last = kept.at(-1);
	if (last?.at !== at) return [...kept, { at, errors, total }];
	return [...kept.slice(0, -1), { at, errors: last.errors + errors, total: last.total + total }];
}
