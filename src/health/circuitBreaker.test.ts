import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BreakerPlan } from "../plan/health.ts";
import { NO_BLAME } from "./blame.ts";
import { type BreakerState, CLOSED, halfOpened, stepBreaker } from "./circuitBreaker.ts";
import { NO_TRAFFIC, type TrafficCounts } from "./verdict.ts";

const PLAN: BreakerPlan = {
	counts: ["connect", "timeout", "broken", "unavailable"],
	errorRatio: 0.5,
	minVolume: 10,
	minClients: 1,
	window: 10_000,
	openTime: 5000,
	jitter: 0.2,
	trialAnswers: 3,
};
const at = (now: number, mayOpen = true) => ({ now, random: 0, mayOpen: () => mayOpen, blame: NO_BLAME });
const seen = (answered: number, timeout = 0): TrafficCounts => ({ ...NO_TRAFFIC, answered, timeout });
const phases = (looks: readonly [now: number, delta: TrafficCounts | null][], from: BreakerState = CLOSED): string[] => {
	let state = from;
	return looks.map(([now, delta]) => {
		state = stepBreaker(state, delta, PLAN, at(now)).state;
		return state.phase;
	});
};

test("it opens at the ratio, and tells what was seen", () => {
	const step = stepBreaker(CLOSED, seen(5, 5), PLAN, at(0));
	assert.deepEqual([step.change, step.errors, step.total, step.time, step.state.until], ["open", 5, 10, 5000, 5000]);
});

test("below the ratio or below the volume it stays closed", () => {
	assert.deepEqual(phases([[0, seen(6, 5)]]), ["closed"]);
	assert.deepEqual(phases([[0, seen(0, 9)]]), ["closed"]);
});

test("errors that do not count are answers", () => {
	assert.deepEqual(phases([[0, { ...NO_TRAFFIC, serverError: 100 }]]), ["closed"]);
});

test("what is older than the window is forgotten", () => {
	assert.deepEqual(
		phases([
			[0, seen(0, 9)],
			[9000, seen(0, 1)],
		]),
		["closed", "open"],
	);
	assert.deepEqual(
		phases([
			[0, seen(0, 9)],
			[10_000, seen(0, 1)],
		]),
		["closed", "closed"],
	);
});

test("open, it hears nothing until its time is over; then a few good responses close it", () => {
	const open = stepBreaker(CLOSED, seen(0, 10), PLAN, at(0)).state;
	assert.deepEqual(
		phases(
			[
				[4999, seen(100)],
				[5000, null],
				[5100, seen(2)],
				[5200, seen(1)],
			],
			open,
		),
		["open", "halfOpen", "halfOpen", "closed"],
	);
});

test("half open, one error opens it again", () => {
	const half = halfOpened(stepBreaker(CLOSED, seen(0, 10), PLAN, at(0)).state).state;
	const step = stepBreaker(half, seen(50, 1), PLAN, at(6000));
	assert.deepEqual([step.change, step.errors, step.total], ["open", 1, 51]);
});

test("closed again, it has forgotten what opened it", () => {
	const half = halfOpened(stepBreaker(CLOSED, seen(0, 10), PLAN, at(0)).state).state;
	assert.deepEqual(
		phases(
			[
				[100, seen(3)],
				[200, seen(1, 1)],
			],
			half,
		),
		["closed", "closed"],
	);
});

test("without room it is spared, which is told once", () => {
	const first = stepBreaker(CLOSED, seen(0, 10), PLAN, at(0, false));
	assert.equal(first.change, "spared");
	assert.equal(stepBreaker(first.state, seen(0, 10), PLAN, at(100, false)).change, null);
	assert.equal(stepBreaker(first.state, seen(0, 10), PLAN, at(100)).change, "open");
});

test("it opens exactly when the window, moved by a tenth of itself, has enough traffic and too many errors", () => {
	const look = fc.record({
		wait: fc.integer({ min: 0, max: 4000 }),
		answered: fc.integer({ min: 0, max: 6 }),
		timeout: fc.integer({ min: 0, max: 6 }),
	});
	fc.assert(
		fc.property(fc.array(look, { maxLength: 40 }), (looks) => {
			let state = CLOSED;
			let now = 0;
			const all: { slice: number; answered: number; timeout: number }[] = [];
			for (const { wait, answered, timeout } of looks) {
				now += wait;
				const slice = Math.floor(now / 1000);
				all.push({ slice, answered, timeout });
				const recent = all.filter((each) => each.slice > slice - 10);
				const errors = recent.reduce((sum, each) => sum + each.timeout, 0);
				const total = recent.reduce((sum, each) => sum + each.timeout + each.answered, 0);
				state = stepBreaker(state, seen(answered, timeout), PLAN, at(now)).state;
				const opens = total >= 10 && errors > 0 && errors / total >= 0.5;
				assert.equal(state.phase, opens ? "open" : "closed");
				if (opens) return;
				assert.ok(state.slices.length <= 10);
			}
		}),
	);
});

// --- who saw the errors

const PAIR: BreakerPlan = { ...PLAN, minClients: 2 };

function seenBy(
	looks: readonly (readonly [delta: TrafficCounts, clients: readonly number[]])[],
	from: BreakerState = CLOSED,
): BreakerState {
	return looks.reduce(
		(state, [delta, timeout]) => stepBreaker(state, delta, PAIR, { ...at(0), blame: { ...NO_BLAME, timeout } }).state,
		from,
	);
}

test("one client alone never opens it, two do", () => {
	const alone = seenBy([
		[seen(0, 50), [7]],
		[seen(0, 50), [7]],
	]);
	assert.equal(alone.phase, "closed");
	assert.equal(seenBy([[seen(0, 1), [8]]], alone).phase, "open");
});

test("failed connections open it by themselves, and only if they alone are too many", () => {
	assert.equal(seenBy([[{ ...NO_TRAFFIC, connect: 10 }, []]]).phase, "open");
	assert.equal(seenBy([[{ ...NO_TRAFFIC, connect: 2, timeout: 20 }, [7]]]).phase, "closed");
});

test("half open, one client alone neither opens it again nor holds it up", () => {
	const half = halfOpened(seenBy([[seen(0, 50), [7, 8]]])).state;
	const alone = seenBy([[seen(1, 9), [7]]], half);
	assert.equal(alone.phase, "halfOpen");
	assert.equal(seenBy([[seen(2, 1), [7]]], alone).phase, "closed");
	assert.equal(seenBy([[seen(0, 1), [8]]], alone).phase, "open");
});
