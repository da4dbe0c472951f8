/** What the build puts into dist/: few files, nothing that a worker does not need, lines of the sources in stack traces. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startNode } from "../test/harness/child.ts";
import { within } from "../test/harness/deadline.ts";
import { temporaryFolder } from "../test/harness/folder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLER = new URL("bundle.mjs", import.meta.url).href;
const IMPORT = /^(?:import|export) .*?"([^"]+)";?$/gm;

test("a worker is one file without the packages of the control thread; a failure in it names the line of its source", async (t) => {
	const { bundle } = (await import(BUNDLER)) as { bundle(root: string, to: string): Promise<void> };
	const dist = temporaryFolder(t, { "package.json": '{ "type": "module" }' });
	await bundle(ROOT, dist);

	const worker = readFileSync(join(dist, "src/worker/thread.js"), "utf8");
	const imported = [...worker.matchAll(IMPORT)].map(([, name]) => name);
	assert.ok(imported.includes("node:net"), String(imported));
	assert.deepEqual(
		imported.filter((name) => !name?.startsWith("node:")),
		[],
	);
	const { sources } = JSON.parse(readFileSync(join(dist, "src/worker/thread.js.map"), "utf8")) as { sources: string[] };
	const packages = new Set(sources.flatMap((source) => /node_modules\/(.+?)\//.exec(source)?.[1] ?? []));
	assert.deepEqual([...packages].sort(), ["atomic-sleep", "sonic-boom"]);

	for (const file of globSync("**/*.js", { cwd: dist }))
		assert.doesNotMatch(readFileSync(join(dist, file), "utf8"), /from "node:http"/, file);
	const licenses = readFileSync(join(dist, "licenses.txt"), "utf8");
	for (const name of ["commander", "fastify", "pino", "sonic-boom", "yaml", "zod"]) assert.match(licenses, new RegExp(`^${name} \\d`, "m"));

	const outside = startNode(t, [join(dist, "src/worker/thread.js")]);
	assert.equal((await within(outside.exited, "the end of a worker that is no thread", 20_000)).code, 1);
	assert.match(outside.stderr, /Error: thread\.ts runs as a worker thread only\n\s+at file:.*\/src\/worker\/thread\.ts:\d+:\d+\n/);
});
