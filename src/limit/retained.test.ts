import assert from "node:assert/strict";
import { test } from "node:test";
import { Retained } from "./retained.ts";

/** From 100 used and 20 live on. */
const WAYS: readonly (readonly [name: string, ...steps: (readonly [used: number, live: number, retained: number])[]])[] = [
	["what is freed and given back leaves nothing", [180, 100, 0], [100, 20, 0]],
	["what is freed and stays in use by the kernel's count is retained", [180, 100, 0], [180, 20, 80]],
	["some of it is given back", [180, 100, 0], [130, 20, 30]],
	["it is taken again first", [180, 100, 0], [180, 20, 80], [180, 70, 30], [200, 120, 0]],
	["it may be given back late", [180, 100, 0], [180, 20, 80], [110, 20, 10]],
	["what only the kernel sees grow is in use", [180, 20, 0], [190, 20, 0]],
	["also while something is retained", [180, 100, 0], [180, 20, 80], [220, 20, 80]],
	["memory that was never touched was not used: it is not retained either", [110, 200, 0], [110, 20, 10]],
];

for (const [name, ...steps] of WAYS) {
	test(`retained memory: ${name}`, () => {
		const retained = new Retained(100, 20);
		assert.deepEqual(
			steps.map(([used, live]) => retained.look(used, live)),
			steps.map(([, , expected]) => expected),
		);
	});
}
