import assert from "node:assert/strict";
import { test } from "node:test";
import { RoundRobin } from "./roundRobin.ts";

const members = [
	{ slot: 0, weight: 5 },
	{ slot: 1, weight: 1 },
	{ slot: 2, weight: 1 },
];

test("picks follow the weights and are spread out", () => {
	const policy = new RoundRobin();
	const picks = Array.from({ length: 7 }, () => policy.pick(members));
	assert.deepEqual(
		[0, 1, 2].map((index) => picks.filter((pick) => pick === index).length),
		[5, 1, 1],
	);
	assert.ok(picks.join("").indexOf("12") === -1, "the light members are not picked in a row");
});

test("a member that was left out for a while is not flooded when it comes back", () => {
	const policy = new RoundRobin();
	const two = members.slice(1);
	for (let i = 0; i < 1000; i++) policy.pick([two[0] as (typeof two)[0]]);
	const picks = Array.from({ length: 10 }, () => policy.pick(two));
	assert.equal(picks.filter((pick) => pick === 1).length, 5);
});

test("no candidate, no pick", () => {
	assert.equal(new RoundRobin().pick([]), -1);
});
