import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { generate } from "./generateDocs.ts";

for (const [name, text] of await generate()) {
	test(`${name} is what the code says; else run node scripts/generateDocs.ts`, () => {
		assert.ok(readFileSync(name, "utf8") === text);
	});
}

test("every key of the configuration has a description", async () => {
	const page = (await generate()).get("docs/config.md") ?? "";
	assert.doesNotMatch(page, /^\| `[^|]*\| {2}\|$/m);
});
