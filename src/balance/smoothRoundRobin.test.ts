import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_KEY } from "./picker.ts";
import { assertShares, candidatesOf, conforms, countPicks, TestContext } from "./policy.fixture.ts";
import { roundRobin } from "./smoothRoundRobin.ts";

conforms(roundRobin, { exact: true });

test("picks are spread out: a heavy member does not get all of its picks in a row", () => {
	const picker = roundRobin(candidatesOf([5, 1, 1]), new TestContext());
	assert.deepEqual(
		Array.from({ length: 7 }, () => picker.pick(NO_KEY, [])),
		[0, 0, 1, 0, 2, 0, 0],
	);
});

test("a retry takes no turn, so that shares stay exact", () => {
	const context = new TestContext();
	const picker = roundRobin(candidatesOf([1, 1]), context);
	const counts = [0, 0];
	for (let pick = 0; pick < 1000; pick++) {
		const index = picker.pick(NO_KEY, []);
		counts[index] = (counts[index] ?? 0) + 1;
		picker.pick(NO_KEY, [{ slot: pick % 2 }]);
	}
	assert.deepEqual(counts, [500, 500]);
});

test("counters that wrap around at 2^32 are borne", () => {
	const context = new TestContext();
	context.turn = () => (context.turns++ + 2 ** 32 - 5) % 2 ** 32;
	const picker = roundRobin(candidatesOf([1, 1, 1]), context);
	assertShares(countPicks(picker, 3000, 3), [1, 1, 1], false);
});
