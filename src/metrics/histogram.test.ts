import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HISTOGRAM_SLOTS, Histogram } from "./histogram.ts";

const duration = fc.oneof(fc.double({ min: 0, max: 600_000, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(600_000));
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });

function of(values: readonly number[]): Histogram {
	const histogram = new Histogram();
	for (const value of values) histogram.record(value);
	return histogram;
}

test("nothing recorded: no count, no sum", () => {
	const empty = new Histogram();
	assert.deepEqual([empty.count, empty.sum, empty.countUpTo(1e9)], [0, 0, 0]);
});

test("durations below 32 µs are exact", () => {
	for (let micros = 0; micros < 32; micros++) {
		const one = of([micros / 1000]);
		assert.deepEqual([one.countUpTo((micros - 1) / 1000), one.countUpTo(micros / 1000)], [0, 1]);
	}
});

test("a count up to a bound is that of the exact durations, to the width of a bucket", () => {
	fc.assert(
		fc.property(durations, duration, (values, bound) => {
			const exact = (limit: number): number => values.filter((value) => value <= limit).length;
			const count = of(values).countUpTo(bound);
			// A bucket is at most 1/32 wide; durations are rounded to a microsecond.
			assert.ok(count >= exact(bound - 0.001), `${count} of ${exact(bound - 0.001)}`);
			assert.ok(count <= exact(bound * (1 + 1 / 32) + 0.002), `${count} of ${exact(bound * (1 + 1 / 32) + 0.002)}`);
		}),
	);
});

test("count and sum are those of the values", () => {
	fc.assert(
		fc.property(durations, (values) => {
			const histogram = of(values);
			assert.equal(histogram.count, values.length);
			const sum = values.reduce((total, value) => total + value, 0);
			assert.ok(Math.abs(histogram.sum - sum) <= 0.0005 * values.length + sum * 1e-9);
		}),
	);
});

test("merging is the same as recording everything in one", () => {
	fc.assert(
		fc.property(durations, durations, (a, b) => {
			const merged = of(a);
			merged.merge(of(b));
			const whole = of([...a, ...b]);
			for (const ms of [0, 0.01, 1, 100, 10_000, 600_000]) assert.equal(merged.countUpTo(ms), whole.countUpTo(ms));
			assert.equal(merged.count, whole.count);
			assert.ok(Math.abs(merged.sum - whole.sum) < 1e-6);
		}),
	);
});

test("countUpTo never falls, and counts all at the top", () => {
	fc.assert(
		fc.property(durations, (values) => {
			const histogram = of(values);
			const counts = [-1, 0, 0.01, 1, 5, 10, 100, 1000, 60_000, 600_000].map((ms) => histogram.countUpTo(ms));
			assert.deepEqual(
				counts,
				counts.toSorted((a, b) => a - b),
			);
			assert.equal(counts[0], 0);
			assert.equal(counts.at(-1), values.length);
		}),
	);
});

test("countUpTo is right to the precision of a bucket", () => {
	const histogram = of([0.5, 1, 2, 50]);
	assert.deepEqual(
		[0.4, 0.6, 1.1, 3, 49, 51].map((ms) => histogram.countUpTo(ms)),
		[0, 1, 2, 3, 3, 4],
	);
});

test("what is out of range counts as its nearest end", () => {
	const histogram = of([-1, Number.NaN, 1e12, Number.POSITIVE_INFINITY]);
	assert.equal(histogram.count, 4);
	assert.deepEqual(
		[0, 580_000, 600_000].map((ms) => histogram.countUpTo(ms)),
		[2, 2, 4],
	);
});

test("a histogram goes on in the memory it is given", () => {
	const slots = new Float64Array(HISTOGRAM_SLOTS);
	new Histogram(slots).record(5);
	assert.equal(new Histogram(slots).count, 1);
	assert.throws(() => new Histogram(new Float64Array(3)), RangeError);
});
