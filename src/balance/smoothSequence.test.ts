import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { smoothSequence } from "./smoothSequence.ts";

const countsOf = (sequence: Uint16Array, members: number): number[] =>
	Array.from({ length: members }, (_, member) => sequence.filter((each) => each === member).length);

test("it is what smooth weighted round robin gives step by step", () => {
	assert.deepEqual([...smoothSequence([5, 1, 1])], [0, 0, 1, 0, 2, 0, 0]);
	assert.deepEqual([...smoothSequence([1, 2, 3])], [2, 1, 0, 2, 1, 2]);
	assert.deepEqual([...smoothSequence([1, 1])], [0, 1]);
	assert.deepEqual([...smoothSequence([])], []);
});

test("it is as short as the weights allow", () => {
	assert.deepEqual([...smoothSequence([300, 100])], [...smoothSequence([3, 1])]);
	assert.equal(smoothSequence([1000, 1000, 500]).length, 5);
	assert.equal(smoothSequence([0.5, 0.5]).length, 2);
});

test("whole weights get exactly their places, and at no moment is a member off its share by as many places as there are members", () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }), (weights) => {
			const sequence = smoothSequence(weights);
			const sum = weights.reduce((total, each) => total + each, 0);
			const scale = sequence.length / sum;
			assert.deepEqual(
				countsOf(sequence, weights.length),
				weights.map((each) => Math.round(each * scale)),
			);
			const seen = weights.map(() => 0);
			sequence.forEach((member, place) => {
				seen[member] = (seen[member] ?? 0) + 1;
				weights.forEach((each, index) => {
					assert.ok(Math.abs((seen[index] ?? 0) - ((place + 1) * each) / sum) < weights.length);
				});
			});
		}),
	);
});

test("weights that would need a long sequence are rounded, by little, and none to nothing", () => {
	const weights = Array.from({ length: 50 }, (_, i) => 951 + i);
	const sequence = smoothSequence(weights);
	assert.ok(sequence.length < 11_000);
	const sum = weights.reduce((total, each) => total + each, 0);
	countsOf(sequence, 50).forEach((count, i) => {
		assert.ok(Math.abs(count / sequence.length - (weights[i] ?? 0) / sum) < 1e-4);
	});
	assert.ok(countsOf(smoothSequence([1, 1_000_000]), 2)[0] === 1);
});
