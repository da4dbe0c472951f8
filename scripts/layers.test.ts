import assert from "node:assert/strict";
import { test } from "node:test";
import { findBreaches } from "./layers.ts";
import { codeOnly, importsOf } from "./sourceText.ts";

function breachesOf(file: string, source: string): string[] {
	return findBreaches(new Map([[file, source]]));
}

test("strings, templates, comments and regular expressions are not code", () => {
	const template = ["`t$", "{b({ c: `$", "{d}` })}u`"].join("");
	const source = `a('x', /['"\`/]\\//g, ${template}); // process.exit\n/* Date.now() */ e = 1 / 2 / f;`;

	const code = codeOnly(source);

	assert.equal(code.length, source.length);
	assert.deepEqual(code.match(/\w+/g), ["a", "b", "c", "d", "e", "1", "2", "f"]);
});

test("every form of import is found with its line", () => {
	const source = [
		"#!/usr/bin/env -S node",
		'import "reflect-metadata";',
		'import type { A } from "./a.ts";',
		'import { type B, c } from "./b.ts";',
		"import {",
		"	type D,",
		"	type E,",
		"} from './d.ts';",
		'export * from "./f.ts";',
		'const g = await import("node:g");',
		'// import "./no.ts";',
		'const text = "import { x } from \\"./no.ts\\"";',
	].join("\n");

	assert.deepEqual(
		importsOf(source).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line]),
		[
			["reflect-metadata", false, 2],
			["./a.ts", true, 3],
			["./b.ts", false, 4],
			["./d.ts", true, 5],
			["./f.ts", false, 9],
			["node:g", false, 10],
		],
	);
});

test("a pure file must not import node, a layer above, or what is outside src", () => {
	assert.deepEqual(breachesOf("http1/x.ts", 'import net from "node:net";'), ["src/http1/x.ts:1: pure must not import node:net"]);
	assert.deepEqual(breachesOf("route/x.ts", '\nimport { a } from "../transport/outbox.ts";'), [
		"src/route/x.ts:2: pure must not import io: transport/outbox.ts",
	]);
	assert.deepEqual(breachesOf("http/x.ts", 'import { a } from "../../estate/main.ts";'), [
		"src/http/x.ts:1: pure must not import ../../estate/main.ts, which is outside src/",
	]);
	assert.deepEqual(breachesOf("http/x.ts", 'import { PorticoError } from "../errors.ts";\nimport { a } from "./y.ts";'), []);
});

test("a wire codec must not know rewriting, nor a route what bodies say: the pure layer has an order", () => {
	assert.deepEqual(breachesOf("http1/x.ts", 'import { a } from "../rewrite/spoofable.ts";'), [
		"src/http1/x.ts:1: http1 lies below rewrite and must not import rewrite/spoofable.ts",
	]);
	for (const [file, above] of [
		["plan/x.ts", "http/uri.ts"],
		["http/x.ts", "http1/chars.ts"],
		["http2/x.ts", "route/router.ts"],
		["balance/x.ts", "rewrite/location.ts"],
		["upstream/retryRule.ts", "rewrite/location.ts"],
		["rewrite/x.ts", "body/tagReader.ts"],
	] as const) {
		assert.equal(breachesOf(file, `import { a } from "../${above}";`).length, 1, `${file} → ${above}`);
		assert.deepEqual(breachesOf(above, `import { a } from "../${file}";`), [], `${above} → ${file}`);
	}
	assert.deepEqual(breachesOf("affinity/x.ts", 'import { a } from "../balance/hash.ts";'), []);
});

test("products are for what makes the plan and explains it, never for what runs by the plan", () => {
	const source = 'import { PRODUCTS } from "../products/products.ts";';
	for (const folder of ["config", "doctor", "admin", "commands"]) assert.deepEqual(breachesOf(`${folder}/x.ts`, source), [], folder);
	for (const [file, layer] of [
		["route/x.ts", "pure"],
		["upstream/x.ts", "io"],
		["exchange/x.ts", "path"],
	] as const)
		assert.deepEqual(breachesOf(file, source), [`src/${file}:1: ${layer} must not import product: products/products.ts`]);
	assert.deepEqual(breachesOf("products/http/x.ts", 'import type { A } from "../../plan/plan.ts";'), []);
	assert.equal(breachesOf("products/http/x.ts", 'import { a } from "../../http/uri.ts";').length, 1);
});

test("a pure file must not ask for time, randomness, timers or the process", () => {
	for (const use of [
		"Date.now()",
		"new Date()",
		"performance.now()",
		"Math.random()",
		"crypto.randomUUID()",
		"setTimeout(f, 1)",
		"process.env",
	]) {
		assert.equal(breachesOf("balance/x.ts", `const a = ${use};`).length, 1, use);
	}
	assert.deepEqual(breachesOf("balance/x.ts", "const a = new Date(wall); b.process = c.setTimeout(1);"), []);
});

test("a pure file inside an I/O folder is held to the pure rules", () => {
	assert.deepEqual(breachesOf("transport/proxyProtocol.ts", 'import "node:net";'), [
		"src/transport/proxyProtocol.ts:1: pure must not import node:net",
	]);
	assert.deepEqual(breachesOf("listener/accept.ts", 'import "node:net";'), []);
});

test("control sees types of the I/O layer only, and nothing of the data path", () => {
	assert.deepEqual(breachesOf("admin/x.ts", 'import type { A } from "../scoreboard/a.ts";'), []);
	assert.deepEqual(breachesOf("admin/x.ts", 'import { a } from "../scoreboard/a.ts";'), [
		"src/admin/x.ts:1: control may import only types of io: scoreboard/a.ts",
	]);
	assert.deepEqual(breachesOf("admin/x.ts", 'import type { A } from "../proxy.ts";'), [
		"src/admin/x.ts:1: control must not import path: proxy.ts",
	]);
});

test("nobody below the roots sees config, and only cli.ts and main.ts touch the process", () => {
	assert.deepEqual(breachesOf("upstream/x.ts", 'import type { A } from "../config/schema.ts";'), [
		"src/upstream/x.ts:1: io must not import control: config/schema.ts",
	]);
	assert.deepEqual(breachesOf("commands/x.ts", "process.exit(1);"), ["src/commands/x.ts:1: root must not use process: process"]);
	assert.deepEqual(breachesOf("cli.ts", "process.exit(1);"), []);
	assert.deepEqual(breachesOf("main.ts", "process.exit(1);"), []);
	assert.deepEqual(breachesOf("commands/x.ts", "export function run(name: string, process: Process) { process.exit(1); }"), []);
});

test("a barrel, a circle of folders and a file without a layer are breaches", () => {
	assert.equal(
		breachesOf("http/x.ts", 'import "./z.ts";\n// all of it\nexport * from "./y.ts";\nexport type { A } from "./a.ts"').length,
		1,
	);
	assert.deepEqual(breachesOf("http/x.ts", 'export type { A } from "./y.ts";\nexport const b = 1;'), []);
	assert.deepEqual(breachesOf("util/x.ts", ""), ["src/util/x.ts:1: lies in no layer: scripts/layerRules.ts has no place for it"]);
	const circle = new Map([
		["affinity/a.ts", 'import { b } from "../route/b.ts";'],
		["route/b.ts", 'import { c } from "../affinity/c.ts";'],
	]);
	assert.deepEqual(findBreaches(circle), ["src/affinity:1: imports in a circle: affinity → route → affinity"]);
});
