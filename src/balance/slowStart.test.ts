import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RAMP, slowStartFactor, slowStartStep } from "./slowStart.ts";

const MINUTE = { ...RAMP, window: 60_000 };

test("a member goes from a tenth to all of its weight in a minute", () => {
	const at = (seconds: number): number => slowStartFactor(MINUTE, seconds * 1000);
	assert.deepEqual([0, 3, 6, 30, 45, 59.9, 60, 1e6].map(at), [0.1, 0.1, 0.1, 0.5, 0.75, 59 / 60, 1, 1]);
});

test("aggression bends the ramp, as Envoy's does", () => {
	const at = (aggression: number): number => slowStartFactor({ window: 60_000, minimum: 0.01, aggression }, 15_000);
	assert.equal(at(1), 0.25);
	assert.equal(at(2), 0.5);
	assert.equal(at(0.5), 0.0625);
});

test("no window: full weight at once", () => {
	assert.equal(slowStartFactor({ window: 0, minimum: 0.1, aggression: 1 }, 0), 1);
});

test("a clock that was set back ends it; one that a thread reads a moment early does not", () => {
	assert.equal(slowStartFactor(MINUTE, -3_600_000), 1);
	assert.equal(slowStartFactor(MINUTE, -1), 0.1);
});

test("the factor never falls, is never less than the minimum, and changes at steps only", () => {
	const ramp = fc.record({
		window: fc.integer({ min: 600, max: 600_000 }),
		minimum: fc.double({ min: 0.01, max: 1, noNaN: true }),
		aggression: fc.double({ min: 0.1, max: 10, noNaN: true }),
	});
	fc.assert(
		fc.property(ramp, fc.nat(700_000), fc.nat(700_000), (slowStart, one, other) => {
			const [earlier, later] = [slowStartFactor(slowStart, Math.min(one, other)), slowStartFactor(slowStart, Math.max(one, other))];
			assert.ok(earlier >= slowStart.minimum && earlier <= later && later <= 1);
			const step = slowStartStep(slowStart);
			const begin = Math.floor(one / step) * step;
			assert.equal(slowStartFactor(slowStart, begin + step * 0.1), slowStartFactor(slowStart, begin + step * 0.9));
		}),
	);
});
