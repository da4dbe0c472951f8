import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import fc from "fast-check";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const examples = ["minimal", "article", "tls-to-nodes"].map((name) => readFileSync(`examples/${name}.yaml`, "utf8"));

/** What people and machines do to files: characters lost, doubled and swapped, lines moved, and words that mean something to YAML. */
const edit = fc.record({
	at: fc.nat(4000),
	remove: fc.nat(12),
	insert: fc.oneof(
		fc.constantFrom(
			...[
				"\t",
				"\n",
				": ",
				"- ",
				"{",
				"}",
				"[",
				"]",
				'"',
				"'",
				"#",
				"&a ",
				"*a",
				"!!str ",
				"null",
				"~",
				"true",
				"0",
				"-1",
				"1e999",
				"__proto__: 1\n",
				"<<: *a",
				`$\{`,
				`$\{X}`,
			],
			...[
				"|",
				">",
				"%",
				"---\n",
				"...\n",
				"\u0000",
				"\ufeff",
				"\u2028",
				"\r\n",
				"? ",
				"constructor: {}\n",
				"..",
				"//",
				"{x}",
				";",
				"é",
				"🔥",
				"[[[[",
				"999999999999999999999",
			],
		),
		fc.string({ maxLength: 8 }),
	),
});

test("however a configuration is mangled, loading it tells problems and never fails", async () => {
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...examples), fc.array(edit, { minLength: 1, maxLength: 4 }), async (example, edits) => {
			const text = edits.reduce((now, { at, remove, insert }) => {
				const start = at % (now.length + 1);
				return now.slice(0, start) + insert + now.slice(start + remove);
			}, example);
			const loaded = await loadText(`${tls.directory}/portico.yaml`, text, { PORTICO_TLS_DIR: "." }, TODAY);
			if ("plan" in loaded) return;
			assert.ok(loaded.problems.length > 0);
			const lines = text.split("\n").length;
			for (const { line, column } of loaded.problems) assert.ok(line >= 1 && line <= lines && column >= 1);
			assert.doesNotMatch(formatProblems(loaded.problems), /[\x00-\x08\x0b-\x1f\x7f]/);
		}),
		{ numRuns: 150 },
	);
});

test("a value of any type at any place is a problem or fine, never a failure", async () => {
	const value = fc.jsonValue({ maxDepth: 2 });
	const place = fc.constantFrom(
		...[
			"public",
			"hosts",
			"listeners",
			"services",
			"trustedProxies",
			"limits",
			"timeouts",
			"accessLog",
			"admin",
			"workers",
			"responseHeaders",
			"zone",
			"zones",
		],
		...[
			"services.is",
			"services.is.prefix",
			"services.is.nodes",
			"services.is.access",
			"services.is.routes",
			"services.is.tls",
			"services.is.aliases",
			"services.is.hosts",
			"services.is.balance",
			"services.is.pools",
		],
	);
	await fc.assert(
		fc.asyncProperty(place, value, async (path, replacement) => {
			const config: Record<string, unknown> = {
				public: "https://sso.example.com",
				listeners: [{ address: "127.0.0.1:8443", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
				services: { is: { product: "wso2-is", prefix: "/is-", trust: "ca.pem", nodes: [{ name: "is-1", host: "10.0.0.11" }] } },
			};
			const steps = path.split(".");
			let parent = config;
			for (const step of steps.slice(0, -1)) parent = parent[step] as Record<string, unknown>;
			parent[steps.at(-1) ?? ""] = replacement;
			const loaded = await loadText(`${tls.directory}/portico.yaml`, JSON.stringify(config, null, 1), {}, TODAY);
			assert.ok("plan" in loaded || loaded.problems.length > 0);
		}),
		{ numRuns: 200 },
	);
});
