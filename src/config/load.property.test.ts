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

/** Paths of the presets in pieces, dots, and parameters at the end of segments. */
const segment = fc
	.tuple(
		fc.constantFrom("", "", "t", "o", "api", "oauth2", "scim2", "a", "carbon", "webhooks_events_receiver_resource", ".", "..", "..."),
		fc.constantFrom("", "", "{tenant}", "{x}", "{y}"),
	)
	.map(([literal, parameter]) => literal + parameter);
const pattern = fc
	.tuple(fc.array(segment, { maxLength: 5 }), fc.boolean())
	.map(([segments, slash]) =>
		`/${segments.filter((each) => !["", ".", ".."].includes(each)).join("/")}${slash ? "/" : ""}`.replace("//", "/"),
	);

const access = fc.constantFrom("public", "restricted", "blocked");
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const routes = (more: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> =>
	fc.uniqueArray(
		fc.record({ path: pattern, access: maybe(access), exact: maybe(fc.boolean()), upgrade: seldom(fc.constant("websocket")), ...more }),
		{
			minLength: 1,
			maxLength: 3,
			selector: ({ path }) => formOf(path),
		},
	);
const formOf = (path: string): string => path.replace(/\{\w+\}/g, "{}").replace(/(.)\/$/, "$1");
const seldom = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 1 });
const plainPath = pattern.filter((path) => !path.includes("{"));
const plain = fc.uniqueArray(plainPath, { maxLength: 2, selector: formOf });
const methods = maybe(fc.constantFrom(["GET"], ["POST", "GET"]));

test("whatever patterns stand in a file, it has a plan or problems that tell", async () => {
	const isAccess = fc.oneof(fc.record({ open: plain }), fc.record({ restrict: plain }), fc.record({ block: plain }));
	const config = fc.record({
		prefixes: fc.constantFrom(["/is-", "/apim-"], ["/is/", "/"], ["/", "/a/b/"]),
		is: fc.record({ routes: routes({ methods }), access: isAccess }),
		apim: fc.record({
			routes: routes({ pool: maybe(fc.constantFrom("servlet", "gateway", "websub")) }),
			access: fc.record({ block: plain }),
		}),
		web: fc.record({ routes: routes({ methods, to: seldom(fc.constantFrom("/", "/a/b", "/t/x/")) }) }),
	});
	let plans = 0;
	await fc.assert(
		fc.asyncProperty(config, async ({ prefixes: [isPrefix, apimPrefix], is, apim, web }) => {
			const file = {
				public: "https://sso.example.com",
				listeners: [{ address: "127.0.0.1:8443", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
				services: {
					is: { product: "wso2-is", prefix: isPrefix, trust: "ca.pem", nodes: [{ name: "is-1", host: "10.0.0.11" }], ...is },
					apim: { product: "wso2-apim", prefix: apimPrefix, trust: "ca.pem", nodes: [{ name: "am-1", host: "10.0.1.11" }], ...apim },
					web: { product: "http", nodes: [{ name: "w-1", url: "http://10.0.2.11" }], ...web },
				},
			};
			const loaded = await loadText(`${tls.directory}/portico.yaml`, JSON.stringify(file, null, 1), {}, TODAY);
			if ("plan" in loaded) plans++;
			else assert.doesNotMatch(formatProblems(loaded.problems), /\{\}|Portico failed|path pattern|the routes `[^`]*` and/);
		}),
		{ numRuns: 40 },
	);
	assert.ok(plans > 8, `only ${plans} files were valid`);
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
			"requestHeaders",
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
