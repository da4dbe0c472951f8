import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FailureKind, PassivePlan } from "../plan/health.ts";
import { type Blame, NO_BLAME } from "./blame.ts";
import { afterProbe, afterTime, afterTraffic, type EjectionState, ejectionTime, isOut, NOT_EJECTED, released } from "./ejection.ts";
import { NO_TRAFFIC, type TrafficCounts, type Verdict } from "./verdict.ts";

const PLAN: PassivePlan = {
	inARow: { connect: 3, timeout: 3, broken: 3, unavailable: 3, serverError: 0 },
	baseTime: 10_000,
	maxTime: 60_000,
	jitter: 0.2,
	forgetAfter: 100_000,
	trialAnswers: 4,
	minClients: 1,
};
const yes = { now: 0, random: 0, mayEject: () => true, blame: NO_BLAME };
const no = { ...yes, mayEject: () => false };
const traffic = (counts: Partial<Record<Verdict, number>>): TrafficCounts => ({ ...NO_TRAFFIC, ...counts });

/** The state after several looks at traffic. */
function after(looks: readonly Partial<Record<Verdict, number>>[], from: EjectionState = NOT_EJECTED): EjectionState {
	return looks.reduce((state, look) => afterTraffic(state, traffic(look), PLAN, yes).state, from);
}

const ejected = after([{ connect: 3 }]);
const probing = afterTime(ejected, PLAN, 10_000).state;
const onProbation = afterProbe(probing, true, PLAN, { ...yes, now: 10_000 }).state;

for (const [what, looks, out] of [
	["three failed connects in one look eject", [{ connect: 3 }], true],
	["three failed connects over many looks eject", [{ connect: 1 }, { connect: 1 }, { connect: 1 }], true],
	["two do not", [{ connect: 2 }], false],
	["any response breaks a row of failed connects", [{ connect: 2 }, { serverError: 1 }, { connect: 2 }], false],
	["a timeout shows that it can be connected to", [{ connect: 2 }, { timeout: 1 }, { connect: 2 }], false],
	["a good response in the same look breaks the row: which came first is not known", [{ connect: 50, answered: 1 }], false],
	["three timeouts eject", [{ timeout: 1 }, { timeout: 2 }], true],
	["a failed connect does not break a row of timeouts", [{ timeout: 2 }, { connect: 1 }, { timeout: 1 }], true],
	["three broken answers eject", [{ broken: 3 }], true],
	["502 to 504 eject", [{ unavailable: 2 }, { unavailable: 1 }], true],
	["a timeout does not break a row of 503", [{ unavailable: 2 }, { timeout: 1 }, { unavailable: 1 }], true],
	["a kind that is off never ejects", [{ serverError: 1000 }], false],
	["kinds are not added up", [{ connect: 2, timeout: 2, broken: 2 }], false],
] as const) {
	test(what, () => assert.equal(isOut(after(looks)), out));
}

test("an ejection tells what was seen and how long it takes", () => {
	const step = afterTraffic(after([{ connect: 2 }]), traffic({ connect: 2 }), PLAN, { ...yes, now: 500 });
	assert.deepEqual(
		{ change: step.change, kind: step.kind, inARow: step.inARow, time: step.time },
		{ change: "ejected", kind: "connect", inARow: 4, time: 10_000 },
	);
	assert.equal(step.state.until, 10_500);
});

test("what comes back late from an ejected member says nothing", () => {
	assert.equal(after([{ answered: 100 }, { connect: 100 }], ejected), ejected);
	assert.equal(after([{ answered: 100 }, { connect: 100 }], probing), probing);
});

test("after its time it is probed, and a probe that fails ejects it for longer", () => {
	assert.equal(afterTime(ejected, PLAN, 9999).state.phase, "ejected");
	assert.equal(probing.phase, "probing");
	const again = afterProbe(probing, false, PLAN, { ...no, now: 10_000 });
	assert.deepEqual([again.change, again.time, again.state.until], ["ejected", 20_000, 30_000]);
});

test("a probe says nothing about a member that is not waiting for one", () => {
	for (const state of [NOT_EJECTED, ejected, onProbation]) assert.equal(afterProbe(state, false, PLAN, yes).state, state);
});

test("on trial one failure ejects it again, also between good responses", () => {
	const step = afterTraffic(onProbation, traffic({ answered: 100, unavailable: 1 }), PLAN, yes);
	assert.deepEqual([step.change, step.time], ["ejected", 20_000]);
});

test("on trial a few good responses end the matter", () => {
	assert.equal(after([{ answered: 3 }], onProbation).phase, "onProbation");
	const step = afterTraffic(after([{ answered: 3 }], onProbation), traffic({ answered: 1 }), PLAN, yes);
	assert.deepEqual([step.change, step.state.phase, step.state.times], ["trusted", "in", 1]);
});

test("without room it is spared, told once, and ejected as soon as there is room", () => {
	const first = afterTraffic(NOT_EJECTED, traffic({ connect: 3 }), PLAN, no);
	assert.equal(first.change, "spared");
	const second = afterTraffic(first.state, traffic({ connect: 1 }), PLAN, no);
	assert.equal(second.change, null);
	const third = afterTraffic(second.state, traffic({ connect: 1 }), PLAN, yes);
	assert.deepEqual([third.change, third.inARow], ["ejected", 5]);
});

test("an ejection is forgotten after a time of good behaviour", () => {
	const trusted = afterTraffic(onProbation, traffic({ answered: 9 }), PLAN, { ...yes, now: 20_000 }).state;
	assert.equal(afterTime(trusted, PLAN, 119_999).state.times, 1);
	assert.equal(afterTime(trusted, PLAN, 120_000).state.times, 0);
});

test("who is let in before its time is on trial", () => {
	assert.equal(released(ejected).state.phase, "onProbation");
	assert.equal(released(probing).state.phase, "onProbation");
	assert.equal(released(NOT_EJECTED).change, null);
});

test("times grow with the ejections, up to the maximum, and jitter only shortens them", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (times, random) => {
			const time = ejectionTime(times, PLAN, random);
			const whole = Math.min(PLAN.maxTime, PLAN.baseTime * times);
			assert.ok(time <= whole && time >= whole * (1 - PLAN.jitter) - 1);
		}),
	);
});

test("whatever happens: it is out only by failures that count or by a failed probe, never for longer than the maximum, and comes in only by a probe", () => {
	const look = fc.record({
		what: fc.constantFrom<Verdict | "probe passes" | "probe fails" | "nothing">(
			"answered",
			"connect",
			"timeout",
			"broken",
			"unavailable",
			"serverError",
			"probe passes",
			"probe fails",
			"nothing",
		),
		wait: fc.integer({ min: 0, max: 30_000 }),
		room: fc.boolean(),
		random: fc.double({ min: 0, max: 1, noNaN: true }),
	});
	fc.assert(
		fc.property(fc.array(look, { maxLength: 80 }), (looks) => {
			let state = NOT_EJECTED;
			let now = 0;
			for (const { what, wait, room, random } of looks) {
				now += wait;
				const before = afterTime(state, PLAN, now).state;
				const input = { now, random, mayEject: () => room, blame: NO_BLAME };
				if (what === "nothing") state = before;
				else if (what.startsWith("probe")) state = afterProbe(before, what === "probe passes", PLAN, input).state;
				else state = afterTraffic(before, traffic({ [what]: 1 }), PLAN, input).state;
				// One that was spared for want of room goes out with the next look that has room, whatever that saw.
				if (isOut(state) && !isOut(before)) assert.ok(room && (before.spared || PLAN.inARow[what as FailureKind] > 0));
				if (!isOut(state) && isOut(before)) assert.equal(what, "probe passes");
				if (state.phase === "ejected") assert.ok(state.until - now <= PLAN.maxTime);
				if (state.phase === "ejected" && before.phase !== "ejected") assert.equal(state.times, before.times + 1);
			}
		}),
	);
});

// --- who saw the failures

const PAIR: PassivePlan = { ...PLAN, minClients: 2, inARow: { ...PLAN.inARow, serverError: 3 } };

/** The state after several looks, each with the clients that saw its failures. */
function seenBy(looks: readonly (readonly [Partial<Record<Verdict, number>>, Partial<Blame>])[], from = NOT_EJECTED): EjectionState {
	return looks.reduce(
		(state, [counts, blame]) => afterTraffic(state, traffic(counts), PAIR, { ...yes, blame: { ...NO_BLAME, ...blame } }).state,
		from,
	);
}

for (const kind of ["timeout", "broken", "unavailable", "serverError"] as const) {
	test(`one client alone never ejects a member by ${kind}, two do`, () => {
		const alone = seenBy([
			[{ [kind]: 500 }, { [kind]: [7] }],
			[{ [kind]: 500 }, { [kind]: [7] }],
		]);
		assert.equal(isOut(alone), false);
		assert.equal(isOut(seenBy([[{ [kind]: 1 }, { [kind]: [8] }]], alone)), true);
		assert.equal(isOut(seenBy([[{ [kind]: 3 }, { [kind]: [7, 8] }]])), true);
	});

	test(`the client of an earlier row of ${kind} does not count for the next one`, () => {
		const state = seenBy([
			[{ [kind]: 5 }, { [kind]: [7] }],
			[{ answered: 1 }, {}],
			[{ [kind]: 5 }, { [kind]: [8] }],
		]);
		assert.equal(isOut(state), false);
	});

	test(`on trial one client alone does not eject it again by ${kind}; another one does, also after a good response`, () => {
		const trial = released(seenBy([[{ connect: 3 }, {}]])).state;
		const alone = seenBy([[{ [kind]: 9 }, { [kind]: [7] }]], trial);
		assert.equal(alone.phase, "onProbation");
		assert.equal(seenBy([[{ [kind]: 1, answered: 1 }, { [kind]: [8] }]], alone).phase, "ejected");
	});
}

test("clients that saw another kind of failure do not count", () => {
	assert.equal(
		isOut(
			seenBy([
				[
					{ broken: 5, timeout: 1 },
					{ broken: [7], timeout: [8] },
				],
			]),
		),
		false,
	);
});

test("failed connections need no client", () => assert.equal(isOut(seenBy([[{ connect: 3 }, {}]])), true));
