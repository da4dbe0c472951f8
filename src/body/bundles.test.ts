/** Real scripts, minified React applications among them: nothing changes in them but strings that are paths of the product. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { rewritten, urlMapOf } from "./body.fixture.ts";

const FOLDERS = ["playwright-core/lib/vite", "zod/v4/core", "fast-check/lib", "fastify/lib", "yaml/browser/dist", "bintrees/dist"];
const urls = urlMapOf({ nodeOrigins: ["https://localhost:9443", "http://localhost:9763"] });

function scripts(): string[] {
	return FOLDERS.flatMap((folder) =>
		readdirSync(`node_modules/${folder}`, { recursive: true, encoding: "utf8" })
			.filter((name) => /\.(?:js|mjs|cjs|html|css)$/.test(name))
			.map((name) => `node_modules/${folder}/${name}`),
	);
}

test("with the prefix taken back from its strings, every script is what it was", () => {
	const files = scripts();
	assert.ok(files.length > 100, `${files.length} scripts`);
	for (const file of files) {
		const bytes = readFileSync(file);
		for (const kind of ["script", "html"] as const) {
			const out = rewritten(bytes, { urls, kind, base: null }, [65_536]);
			const back = Buffer.from(out.toString("latin1").replaceAll(/(["'`])\/is-(?=[a-z])/g, "$1/"), "latin1");
			assert.ok(back.equals(bytes), `${file} as ${kind}`);
		}
	}
});
