/**
 * Circuit breaker of one member: `closed` it counts; when too many of the attempts in a sliding window are errors it is `open` and the member gets nothing;
 * after a time it is `halfOpen`: a few good responses close it, one error opens it again.
 */
import type { BreakerPlan, FailureKind } from "../plan/health.ts";
import { type Blame, byRequest, withClients } from "./blame.ts";
import type { TrafficCounts } from "./verdict.ts";

/** Immutable; times on the clock that is passed in. */
export interface BreakerState {
	readonly phase: "closed" | "open" | "halfOpen";
	/** When `open` is over. */
	readonly until: number;
	/** Good responses in a row while half open. */
	readonly goodResponses: number;
	/** While half open: who saw its errors. */
	readonly clients: readonly number[];
	/** Traffic in the window, oldest first, at most one slice for each {@link SLICES}th of it. */
	readonly slices: readonly Slice[];
	/** It should be open, and the pool has no room for it. */
	readonly spared: boolean;
}

interface Slice {
	/** Which part of time: its beginning divided by the length of a slice. */
	readonly at: number;
	readonly errors: number;
	/** Of these, errors that no client can bring about. */
	readonly beyondClients: number;
	/** Who saw the others. */
	readonly clients: readonly number[];
	readonly total: number;
}

/** What of some traffic counts. */
type Seen = Omit<Slice, "at">;

const NOTHING: Seen = { errors: 0, beyondClients: 0, clients: [], total: 0 };

/** The window moves by a tenth of itself. */
const SLICES = 10;

export const CLOSED: BreakerState = { phase: "closed", until: 0, goodResponses: 0, clients: [], slices: [], spared: false };

export interface BreakerInput {
	readonly now: number;
	/** From 0 to 1. */
	readonly random: number;
	/** Whether the pool has room for one more member that traffic takes out. */
	readonly mayOpen: () => boolean;
	/** Who saw the failures since the last step. */
	readonly blame: Blame;
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
	const seen = seenIn(delta, input.blame, plan.counts);
	const { errors, total } = seen;
	if (state.phase === "halfOpen") {
		const clients = withClients(state.clients, seen.clients);
		const counts = plan.minClients <= 1 || seen.beyondClients > 0 || clients.length >= plan.minClients;
		if (errors > 0 && counts) return input.mayOpen() ? open(plan, input, errors, total) : still({ ...state, clients, goodResponses: 0 });
		const goodResponses = state.goodResponses + total - errors;
		if (goodResponses < plan.trialAnswers) return still({ ...state, clients, goodResponses });
		return { state: CLOSED, change: "closed", errors, total: goodResponses, time: 0 };
	}
	const slices = slide(state.slices, plan.window, input.now, seen);
	const inWindow = slices.reduce<Seen>(sum, NOTHING);
	const tooMany = inWindow.total >= plan.minVolume && inWindow.errors > 0 && inWindow.errors / inWindow.total >= plan.errorRatio;
	if (!tooMany || !isVouched(inWindow, plan)) return still({ ...state, slices, spared: false });
	if (input.mayOpen()) return open(plan, input, inWindow.errors, inWindow.total);
	const spared = { ...state, slices, spared: true };
	return state.spared ? still(spared) : { state: spared, change: "spared", errors: inWindow.errors, total: inWindow.total, time: 0 };
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

/** What no client can bring about is enough by itself, or enough clients saw errors. */
function isVouched({ beyondClients, clients, total }: Seen, { minClients, errorRatio }: BreakerPlan): boolean {
	return minClients <= 1 || clients.length >= minClients || (beyondClients > 0 && beyondClients / total >= errorRatio);
}

function seenIn(delta: TrafficCounts, blame: Blame, counts: readonly FailureKind[]): Seen {
	const total = delta.answered + delta.connect + delta.timeout + delta.broken + delta.unavailable + delta.serverError;
	const errorsOf = (kinds: readonly FailureKind[]): number => kinds.reduce((count, kind) => count + delta[kind], 0);
	return {
		errors: errorsOf(counts),
		beyondClients: errorsOf(counts.filter((kind) => !byRequest(kind))),
		clients: counts.reduce<readonly number[]>((clients, kind) => withClients(clients, blame[kind]), []),
		total,
	};
}

const sum = (some: Seen, more: Seen): Seen => ({
	errors: some.errors + more.errors,
	beyondClients: some.beyondClients + more.beyondClients,
	clients: withClients(some.clients, more.clients),
	total: some.total + more.total,
});

function slide(slices: readonly Slice[], window: number, now: number, seen: Seen): Slice[] {
	const at = Math.floor(now / (window / SLICES));
	const kept = slices.filter((slice) => slice.at > at - SLICES);
	const last = kept.at(-1);
	if (last?.at !== at) return [...kept, { at, ...seen }];
	return [...kept.slice(0, -1), { at, ...sum(last, seen) }];
}
