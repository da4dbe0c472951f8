import assert from "node:assert/strict";
import { test } from "node:test";
import { byBusyness } from "./byBusyness.ts";
import { NO_KEY } from "./picker.ts";
import { candidatesOf, conforms, TestContext } from "./policy.fixture.ts";

conforms(byBusyness, { exact: true });

test("attempts in flight stay equal, whatever the weights", () => {
	const context = new TestContext();
	const { inFlights } = context.loads;
	const picker = byBusyness(candidatesOf([10, 1]), context);
	for (let pick = 0; pick < 1000; pick++) {
		const slot = picker.pick(NO_KEY, []);
		inFlights[slot] = (inFlights[slot] ?? 0) + 1;
	}
	assert.deepEqual([...inFlights.slice(0, 2)], [500, 500]);
});

test("a lighter member that is idle comes before a heavy one that is not", () => {
	const context = new TestContext();
	context.loads.inFlights[0] = 1;
	assert.equal(byBusyness(candidatesOf([100, 1]), context).pick(NO_KEY, []), 1);
});
