import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { DIRECTIVES } from "../src/log/directives.ts";
import { DIRECTIVE_TEXTS, EVENT_GROUPS } from "./docs/logEvents.ts";
import { generate } from "./generateDocs.ts";

for (const [name, text] of await generate()) {
	test(`${name} is what the code says; else run node scripts/generateDocs.ts`, () => {
		assert.ok(readFileSync(name, "utf8") === text);
	});
}

test("every key of the configuration has a description", async () => {
	const page = (await generate()).get("docs/reference/config.md") ?? "";
	assert.doesNotMatch(page, /^\| `[^|]*\| {2}\|$/m);
});

test("the events of the page are those that the sources log", () => {
	const described = Object.values(EVENT_GROUPS).flatMap((events) => Object.keys(events));
	const logged = globSync("src/**/*.ts")
		.filter((file) => !file.endsWith(".test.ts"))
		.flatMap(loggedIn);
	assert.deepEqual(described.sort(), [...new Set(logged)].sort());
});

/** Names of events where a file logs them, reports them to the control thread, or lists them as a type. */
function loggedIn(file: string): string[] {
	const text = readFileSync(file, "utf8");
	const calls = [
		...text.matchAll(/(?:\blog|#log)(?:\.(?:debug|info|warn|error)|\[[^;]*?\])\("(\w+)"|\.report\(error, "(\w+)"|\bevent: "(\w+)"/gi),
	];
	const health = /export type HealthEventName =([^;]+);/.exec(text)?.[1] ?? "";
	return [
		...calls.map(([, one, two, three]) => one ?? two ?? three ?? ""),
		...[...health.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name),
	];
}

test("every log directive has its line", () => {
	assert.deepEqual(Object.keys(DIRECTIVE_TEXTS).sort(), Object.keys(DIRECTIVES).sort());
});
