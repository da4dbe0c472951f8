import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { CONFIG_BLOCKS } from "./docs/configBlocks.ts";
import { configPage } from "./docs/configPage.ts";
import { EVENT_GROUPS } from "./docs/logEvents.ts";
import { generate } from "./generateDocs.ts";

for (const [name, text] of await generate()) {
	test(`${name} is what the code says; else run node scripts/generateDocs.ts`, () => {
		assert.ok(readFileSync(name, "utf8") === text);
	});
}

test("every block of the configuration has an example that has the block", () => {
	const blocks = [...configPage().matchAll(/^## (?:`(.+)`|The file)\n\n(?!The same keys)/gm)].map(([, path = ""]) => path);
	assert.deepEqual(Object.keys(CONFIG_BLOCKS).sort(), blocks.sort());
	for (const [path, { example }] of Object.entries(CONFIG_BLOCKS)) {
		const found = path
			.split(/\.|(?=\[\])/)
			.reduce((parts, step) => parts.flatMap((part) => below(part, step)), [parse(example) as unknown]);
		assert.ok(path === "" || found.some((part) => typeof part === "object" && part !== null), path);
	}
});

/** A list stands for each of its elements, also where the schema takes one or a list. */
function below(part: unknown, step: string): unknown[] {
	if (Array.isArray(part)) return step === "[]" ? part : part.flatMap((each) => below(each, step));
	if (typeof part !== "object" || part === null || step === "[]") return [];
	return Object.entries(part).flatMap(([key, value]) => (step === "NAME" || key === step ? [value as unknown] : []));
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

test("the page of the admin API has every endpoint", async () => {
	const page = (await generate()).get("docs/reference/admin-api.md") ?? "";
	const paths = [...readFileSync("src/admin/routes.ts", "utf8").matchAll(/\bpath: "([^"]+)"/g)].map(([, path = ""]) => path);
	assert.ok(paths.length > 4);
	for (const path of paths) assert.ok(page.includes(` ${path}\` |`), path);
});
