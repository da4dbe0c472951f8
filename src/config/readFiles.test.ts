import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "../../test/harness/folder.ts";
import { readAdminUrl } from "./adminAddress.ts";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadConfig } from "./load.ts";

const MAIN = "public: http://localhost\nlisteners: [ { address: 127.0.0.1:80 } ]\n";
const service = (name: string, path: string, port: number, more = ""): string =>
	`  ${name}: { product: http, routes: [ { path: ${path} } ], nodes: [ { name: ${name}-1, url: "http://10.0.0.1:${port}" } ]${more} }\n`;

interface Outcome {
	readonly told: string;
	readonly files: readonly string[];
	readonly routes: readonly string[];
	readonly plan: object | null;
}

async function load(t: TestContext, files: Readonly<Record<string, string>>, also: (folder: string) => void = () => {}): Promise<Outcome> {
	const folder = temporaryFolder(t, files);
	also(folder);
	const loaded = await loadConfig(join(folder, "portico.yaml"), {}, TODAY);
	const short = (text: string): string => text.replaceAll(`${folder}/`, "");
	const problems = "problems" in loaded ? loaded.problems : [];
	const told = [...problems, ...loaded.warnings].map(({ excerpt: _, ...problem }) => short(formatProblems([problem])));
	if (!("plan" in loaded)) return { told: told.join(""), files: [], routes: [], plan: null };
	const { plan } = loaded;
	return { told: told.join(""), files: loaded.files.map(short), routes: plan.routes.map(({ pattern }) => pattern), plan };
}

test("files, folders and patterns, each relative to the file that names it: mappings are joined, lists become one in order", async (t) => {
	const { told, files, routes } = await load(t, {
		"portico.yaml": `${MAIN}include: [ services, "more/*.yml", one.conf ]\nservices:\n${service("a", "/a", 1)}`,
		"services/b.yaml": `services:\n${service("b", "/b", 2)}`,
		"services/a.yaml": `include: ../deep/x.yaml\nservices:\n  a: { routes: [ { path: /a2 } ] }\ntrustedProxies: [ 10.0.0.2 ]\n`,
		"services/.hidden.yaml": "nonsense: true",
		"services/notes.txt": "nonsense: true",
		"deep/x.yaml": "services:\n  a: { routes: [ { path: /a3 } ] }\ntrustedProxies: [ 10.0.0.3 ]\n",
		"more/z.yml": `services:\n${service("z", "/z", 3)}`,
		"one.conf": "services: \ntrustedProxies: [ 10.0.0.4 ]\n",
	});
	assert.equal(told, "");
	assert.deepEqual(files, ["portico.yaml", "services/a.yaml", "deep/x.yaml", "services/b.yaml", "more/z.yml", "one.conf"]);
	assert.deepEqual(routes, ["/a", "/a2", "/a3", "/b", "/z"]);
});

test("problems name the file, line and column that they are about, of every file at once", async (t) => {
	const { told } = await load(t, {
		"portico.yaml": `${MAIN}include: conf.d\nservices:\n${service("a", "/a", 1)}zone: ams\n`,
		"conf.d/a.yaml": `services:\n${service("b", "/b", 2, ", colour: red")}`,
		"conf.d/b.yaml": `services:\n  a: { routes: [ { path: /a2, methods: [ get ] } ] }\n${service("c", "/c", 3)}`,
	});
	assert.match(told, /^conf\.d\/a\.yaml:2:101: unknown key `colour`.*\nconf\.d\/b\.yaml:2:42: "get" is not a method.*\n/);
	const clash = await load(t, {
		"portico.yaml": `${MAIN}include: conf.d\nservices:\n${service("a", "/a", 1)}`,
		"conf.d/a.yaml": `\nservices:\n${service("b", "/a", 2)}`,
	});
	assert.match(clash.told, /^conf\.d\/a\.yaml:3:\d+: the routes `a:\/a` \(portico\.yaml:5\) and `b:\/a` match the same requests/);
});

test("a key that is set twice names both places; so does a file that comes twice", async (t) => {
	const { told } = await load(t, {
		"portico.yaml": `${MAIN}include: [ a.yaml, b.yaml, b.yaml ]\nservices:\n${service("a", "/a", 1)}`,
		"a.yaml": "workers: 1\nservices:\n  a: { product: http }\n",
		"b.yaml": "\nworkers: 1\nlimits: 3\n",
	});
	assert.equal(
		told,
		[
			"portico.yaml:3:28: `b.yaml` is included already in portico.yaml:3; keep one of them",
			"a.yaml:3:8: `product` is set already in portico.yaml:5; a key is written in one file only: keep one of them",
			"b.yaml:2:1: `workers` is set already in a.yaml:1; a key is written in one file only: keep one of them",
			"",
		].join("\n"),
	);
});

test("a file that includes itself is refused, through others and links too; a pattern leaves it out", async (t) => {
	const { told } = await load(
		t,
		{
			"portico.yaml": `${MAIN}include: [ a.yaml, "*.yaml" ]\nservices:\n${service("a", "/a", 1)}`,
			"a.yaml": "include: sub/b.yaml\n",
			"sub/b.yaml": "include: link.yaml\n",
		},
		(folder) => symlinkSync("../a.yaml", join(folder, "sub/link.yaml")),
	);
	assert.match(told, /sub\/b\.yaml:1:10: `sub\/link\.yaml` would include itself/);
	assert.match(told, /portico\.yaml:3:20: `a\.yaml` is included already in portico\.yaml:3/);
});

test("what is not there is a problem with its place; a pattern without files is a warning", async (t) => {
	const base = `${MAIN}services:\n${service("a", "/a", 1)}`;
	assert.match(
		(await load(t, { "portico.yaml": `${base}include: gone.yaml\n` })).told,
		/:5:10: `gone\.yaml` cannot be included \(it does not exist\)/,
	);
	assert.match((await load(t, { "portico.yaml": `${base}include: 3\n` })).told, /:5:10: `include` is a file/);
	const empty = await load(t, { "portico.yaml": `${base}include: [ "no/*.yaml", none ]\n` }, (folder) => mkdirSync(join(folder, "none")));
	assert.match(empty.told, /:5:12: no file is called like this.*\n.*:5:25: the folder has no file \*\.yaml/);
	assert.deepEqual(empty.routes, ["/a"]);
	const broken = await load(t, { "portico.yaml": `${base}include: x.yaml\n`, "x.yaml": "a: [\n" });
	assert.match(broken.told, /^x\.yaml:\d:\d: /);
});

test("files that an included file names are relative to it", async (t) => {
	const tls = await makeTlsFiles();
	t.after(() => tls.remove());
	const { told, plan } = await load(
		t,
		{
			"portico.yaml": "include: tenants/one.yaml\npublic: https://sso.example.com\n",
			"tenants/one.yaml": `listeners: [ { address: "127.0.0.1:443", tls: { certificates: [ { cert: tls/sso.pem, key: tls/sso.key } ] } } ]
accessLog: [ { path: one.log }, { path: "-" } ]
services:
  is: { product: wso2-is, prefix: /is-, trust: tls/ca.pem, nodes: [ { name: is-1, host: 10.0.0.1 } ] }
`,
		},
		(folder) => symlinkSync(tls.directory, join(folder, "tenants/tls")),
	);
	assert.equal(told, "");
	assert.match(JSON.stringify(plan), /tenants\/one\.log/);
});

test("a text from a file: without the newline at its end, in any text, inside another one", async (t) => {
	const { told, plan } = await load(t, {
		"portico.yaml": `${MAIN}include: sub/x.yaml\nservices:\n${service("a", "/a", 1)}`,
		"sub/x.yaml":
			'responseHeaders: { X-A: "a ${file:../one} z", X-B: "$${file:x}" }\nworkers: ${file:two}\nzone: "${file:one}${file:two}"\n',
		one: "line\r\n",
		"sub/one": "s\n\n".trimEnd(),
		"sub/two": "2\n",
	});
	assert.match(told, /^sub\/x\.yaml:3:7: no node is in zone `\*\*\*`; /);
	const text = JSON.stringify(plan);
	assert.match(text, /"a line z"/);
	assert.match(text, /"\$\{file:x\}"/);
	assert.match(text, /"zone":"s2"/);
	assert.match(text, /"workers":2/);
});

test("a file that gives no text is a problem with its place", async (t) => {
	const files = { long: "x".repeat(70_000), empty: "\n", binary: "\xff\xfe", "portico.yaml": "" };
	const folder = temporaryFolder(t, files);
	assert.equal(spawnSync("mkfifo", [join(folder, "pipe")]).status, 0);
	const names = ["gone", "long", "empty", "pipe", ".", "/dev/zero"];
	const { told } = await load(t, {
		"portico.yaml": `${MAIN}services:\n${service("a", "/a", 1)}responseHeaders:\n${names
			.map((name, index) => `  X-${index}: "\${file:${name.startsWith("/") ? name : join(folder, name)}}"\n`)
			.join("")}`,
	});
	const problems = told.split("\n").map((line) => /^portico\.yaml:(\d+):8: `[^`]*`: ([^;]*)/.exec(line)?.slice(1));
	assert.deepEqual(problems.slice(0, -1), [
		["6", "the file cannot be read (it does not exist)"],
		["7", "the file has more than 65536 bytes"],
		["8", "the file is empty"],
		["9", "this is no file"],
		["10", "this is no file"],
		["11", "this is no file"],
	]);
});

/** Places where the checks like to quote what they find. */
const PLACES = [
	"public: @",
	"hosts: [ @ ]",
	"listeners: [ { address: @ } ]",
	"trustedProxies: [ @ ]",
	"networks: { office: [ @ ] }",
	"timeouts: { connect: @ }",
	"limits: { requestHead: @ }",
	"accessLog: { format: @ }",
	"accessLog: { path: x, services: [ @ ] }",
	"secrets: { affinity: [ { id: @, secret: x } ] }",
	"admin: { address: @, tokens: [ { id: a, secret: @ } ] }",
	"basicAuth: { a: { users: [ { name: x, password: @ } ] } }",
	"basicAuth: { a: { htpasswd: @ } }",
	"services: { a: { product: @, version: @, prefix: @, host: @ } }",
	"services: { a: { product: wso2-is, prefix: /, aliases: [ @ ], nodes: [ { name: @, host: @, pin: @ } ] } }",
	"services: { a: { product: http, nodes: [ { name: b, url: @ } ], routes: [ { path: @, methods: [ @ ], allow: [ @ ], basicAuth: @, allowPath: [ @ ] } ] } }",
	"responseHeaders: { X-A: @ }",
	"requestHeaders: { X-A: '{@}' }",
	"zone: @",
	"workers: @",
	"include: @",
] as const;

for (const secret of [
	"hunter2",
	"correct horse battery staple: 'quoted' \"twice\"",
	`sk_live_${"0123456789abcdef".repeat(20)}`,
	"/etc/shadow/of/doubt",
	"-----BEGIN X-----\nMIIabcdefgh\n-----END X-----",
]) {
	test(`no message has any of ${secret.slice(0, 7)}…, wherever it is written`, async (t) => {
		for (const place of PLACES) {
			const key = `${/^\w+/.exec(place)?.[0]}:`;
			const rest = `${MAIN}services:\n${service("a", "/a", 1)}`.split("\n").filter((line) => !line.startsWith(key));
			const kept = key === "services:" ? rest.filter((line) => !line.startsWith("  ")) : rest;
			const folder = temporaryFolder(t, {
				"portico.yaml": `${kept.join("\n")}\n${place.replaceAll("@", '"${file:s}"').replaceAll("'{\"${file:s}\"}'", "'{${file:s}}'")}\n`,
				s: secret,
			});
			const loaded = await loadConfig(join(folder, "portico.yaml"), {}, TODAY);
			const told = formatProblems("problems" in loaded ? loaded.problems : []) + formatProblems(loaded.warnings, "warning");
			for (let at = 0; at + 7 <= secret.length; at++) assert.ok(!told.includes(secret.slice(at, at + 7)), `${place}\n${told}`);
		}
	});
}

test("commands find the admin server although they may not read secrets, nor all files", async (t) => {
	const folder = temporaryFolder(t, {
		"portico.yaml": "include: [ admin.yaml, gone.yaml ]\nadmin: { tokens: [ { id: a, secret: '${file:gone}' } ] }\n",
		"whole.yaml": "include: admin.yaml\n",
		"admin.yaml": "admin: { address: 127.0.0.1:9 }\n",
	});
	assert.equal(await readAdminUrl(join(folder, "portico.yaml"), {}), "http://127.0.0.1:9990");
	assert.equal(await readAdminUrl(join(folder, "whole.yaml"), {}), "http://127.0.0.1:9");
});

test("a password in plain text is not shown, however it is written", async (t) => {
	for (const written of [
		"password: hunter2",
		"password: |\n          hunter2",
		'password:\n          "hunter2"',
		"'password': 'hunter2'",
	]) {
		const folder = temporaryFolder(t, {
			"portico.yaml": `${MAIN}services:\n${service("a", "/a", 1)}basicAuth:\n  ops:\n    users:\n      - name: anna\n        ${written}\n`,
		});
		const loaded = await loadConfig(join(folder, "portico.yaml"), {}, TODAY);
		const told = formatProblems("problems" in loaded ? loaded.problems : []);
		assert.match(told, /this is no hash of a password/);
		assert.ok(!told.includes("hunter2"), told);
	}
});

test("who may: one slip is one problem, with the name that was meant", async (t) => {
	const lists = "allow: [ offise, app.example.com, 10.0.0.1/8 ], deny: all, basicAuth: op";
	const { told } = await load(t, {
		"portico.yaml": `${MAIN}networks: { office: [ 10.0.0.0/8 ] }\nbasicAuth: { ops: { htpasswd: users } }\nservices:\n${service("a", `/a, ${lists}`, 1)}`,
		users: "anna:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/\n",
	});
	const rows = told.split("\n").map((line) => line.replace(/^[^ ]* /, "").replace(/;.*?(?=did you|$)/, "; "));
	assert.deepEqual(rows, [
		"users:1: MD5 (apr1) is no hash that Portico takes; ",
		"there are no networks `offise`; did you mean `office`?",
		"`app.example.com` is a name of a host; ",
		'"10.0.0.1/8" has address bits set beyond its prefix length; ',
		"there are no users `op`; did you mean `ops`?",
		"every user of this machine can read these hashes; ",
		"",
	]);
});
