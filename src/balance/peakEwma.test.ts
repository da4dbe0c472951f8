import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { averageLatency, LATENCY_MEMORY } from "./latencyAverage.ts";
import { peakEwma } from "./peakEwma.ts";
import { NO_KEY } from "./picker.ts";
import { candidatesOf, conforms, TestContext } from "./policy.fixture.ts";

conforms(peakEwma, { exact: false });

const milliseconds = fc.double({ min: 0, max: 1e6, noNaN: true });

test("a peak counts in full, better times by and by", () => {
	assert.equal(averageLatency(0, 0, 12), 12);
	assert.equal(averageLatency(10, 5, 200), 200);
	assert.equal(averageLatency(200, 0, 10), 200);
	assert.ok(Math.abs(averageLatency(200, LATENCY_MEMORY, 0) - 200 / Math.E) < 1e-9);
	assert.equal(averageLatency(200, -5000, 10), 200, "a clock that was set back changes nothing");
	assert.ok(averageLatency(200, 100 * LATENCY_MEMORY, 10) < 10.01);
});

test("the average stays between what it was and what was seen", () => {
	fc.assert(
		fc.property(milliseconds, milliseconds, milliseconds, (average, elapsed, seen) => {
			const next = averageLatency(average, elapsed, seen);
			assert.ok(next >= Math.min(average, seen) * (1 - 1e-12) && next <= Math.max(average, seen) * (1 + 1e-12));
		}),
	);
});

test("the faster member is picked until it has so much more in flight", () => {
	const context = new TestContext();
	const { latencies, inFlights } = context.loads;
	[latencies[0], latencies[1]] = [10, 40];
	const picker = peakEwma(candidatesOf([1, 1]), context);
	assert.equal(picker.pick(NO_KEY, []), 0);
	inFlights[0] = 2;
	assert.equal(picker.pick(NO_KEY, []), 0);
	inFlights[0] = 4;
	assert.equal(picker.pick(NO_KEY, []), 1);
});

test("a member whose latency is not known is tried by one exchange at a time", () => {
	const context = new TestContext();
	const { latencies, inFlights } = context.loads;
	latencies[0] = 10;
	const picker = peakEwma(candidatesOf([1, 1]), context);
	assert.equal(picker.pick(NO_KEY, []), 1);
	inFlights[1] = 1;
	assert.equal(picker.pick(NO_KEY, []), 0);
});

test("a member that was slow is tried again after a while", () => {
	const context = new TestContext();
	context.loads.latencies.set([10, 1000]);
	context.loads.latencyAt = (slot) => (slot === 0 ? context.now : 0);
	const picker = peakEwma(candidatesOf([1, 1]), context);
	context.now = 1000;
	assert.equal(picker.pick(NO_KEY, []), 0);
	context.now = 5 * LATENCY_MEMORY;
	assert.equal(picker.pick(NO_KEY, []), 1);
});

test("weights count", () => {
	const context = new TestContext();
	context.loads.latencies.set([10, 25]);
	assert.equal(peakEwma(candidatesOf([1, 3]), context).pick(NO_KEY, []), 1);
});
