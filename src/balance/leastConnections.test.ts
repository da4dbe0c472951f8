import assert from "node:assert/strict";
import { test } from "node:test";
import { leastConnections } from "./leastConnections.ts";
import { NO_KEY } from "./picker.ts";
import { assertShares, candidatesOf, conforms, countPicks, TestContext } from "./policy.fixture.ts";

conforms(leastConnections, { exact: true });

test("attempts in flight grow in proportion to the weights", () => {
	const weights = [3, 1, 2];
	const context = new TestContext();
	const { inFlights } = context.loads;
	const picker = leastConnections(candidatesOf(weights), context);
	for (let pick = 0; pick < 600_000; pick++) {
		const slot = picker.pick(NO_KEY, []);
		inFlights[slot] = (inFlights[slot] ?? 0) + 1;
	}
	assert.deepEqual([...inFlights.slice(0, 3)], [300_000, 100_000, 200_000]);
});

test("a member that is slow gets less", () => {
	const context = new TestContext();
	const { inFlights } = context.loads;
	const picker = leastConnections(candidatesOf([1, 1]), context);
	// Member 0 keeps every attempt for 9 picks, member 1 for one.
	const ends: number[][] = [];
	const counts = [0, 0];
	for (let pick = 0; pick < 10_000; pick++) {
		for (const slot of ends[pick] ?? []) inFlights[slot] = (inFlights[slot] ?? 0) - 1;
		const slot = picker.pick(NO_KEY, []);
		counts[slot] = (counts[slot] ?? 0) + 1;
		inFlights[slot] = (inFlights[slot] ?? 0) + 1;
		const end = pick + (slot === 0 ? 9 : 1);
		ends[end] = [...(ends[end] ?? []), slot];
	}
	assert.ok((counts[0] ?? 0) < 1500, `${counts}`);
});

test("the neighbour of a busy member does not get its share", () => {
	const context = new TestContext();
	context.loads.inFlights[0] = 1;
	const counts = countPicks(leastConnections(candidatesOf([1, 1, 2]), context), 100_000, 3);
	assert.equal(counts[0], 0);
	assertShares(counts.slice(1), [1, 2], false);
});
