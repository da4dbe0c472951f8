import assert from "node:assert/strict";
import { test } from "node:test";
import { orderOf, secondsOf } from "./testOrder.ts";

test("the longest files begin, those without a time follow in their order, and those that must be alone come by themselves", () => {
	const texts: Readonly<Record<string, string>> = {
		"d.test.ts": "/** Memory. */\n// alone: it measures memory\nimport",
		"b.test.ts": "// alone",
	};
	const files = ["a.test.ts", "b.test.ts", "c.test.ts", "d.test.ts"];

	const order = orderOf(files, { "c.test.ts": 9, "d.test.ts": 30 }, (file) => texts[file] ?? "");

	assert.deepEqual(order, { together: ["c.test.ts", "a.test.ts", "b.test.ts"], alone: ["d.test.ts"] });
});

test("only long files are recorded, in whole seconds", () => {
	const results = [
		{ file: "a.test.ts", milliseconds: 3999 },
		{ file: "b.test.ts", milliseconds: 4400 },
		{ file: "c.test.ts", milliseconds: 12_600 },
	];

	assert.deepEqual(Object.entries(secondsOf(results)), [
		["c.test.ts", 13],
		["b.test.ts", 4],
	]);
});
