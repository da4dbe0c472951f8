import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_KEY } from "./picker.ts";
import { candidatesOf, conforms, TestContext } from "./policy.fixture.ts";
import { twoChoices } from "./twoChoices.ts";

conforms(twoChoices, { exact: false });

test("of two members the one with less in flight for its weight is picked", () => {
	const context = new TestContext();
	const { inFlights } = context.loads;
	const picker = twoChoices(candidatesOf([1, 3]), context);
	[inFlights[0], inFlights[1]] = [2, 5];
	for (let pick = 0; pick < 50; pick++) assert.equal(picker.pick(NO_KEY, []), 1);
	[inFlights[0], inFlights[1]] = [2, 7];
	for (let pick = 0; pick < 50; pick++) assert.equal(picker.pick(NO_KEY, []), 0);
});

test("of many members the most loaded one is never picked", () => {
	const context = new TestContext();
	context.loads.inFlights.fill(1, 0, 20);
	context.loads.inFlights[7] = 2;
	const picker = twoChoices(candidatesOf(new Array(20).fill(1)), context);
	for (let pick = 0; pick < 10_000; pick++) assert.notEqual(picker.pick(NO_KEY, []), 7);
});

test("loads stay close together", () => {
	const context = new TestContext();
	const { inFlights } = context.loads;
	const picker = twoChoices(candidatesOf(new Array(20).fill(1)), context);
	for (let pick = 0; pick < 1_000_000; pick++) {
		const slot = picker.pick(NO_KEY, []);
		inFlights[slot] = (inFlights[slot] ?? 0) + 1;
	}
	// Log log n above the mean, where drawing one alone would be off by hundreds.
	for (const each of inFlights.slice(0, 20)) assert.ok(Math.abs(each - 50_000) <= 10, `${each}`);
});
