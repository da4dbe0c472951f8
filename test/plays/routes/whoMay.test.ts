/** `allow`, `deny` and basic authentication, by route, access class and service: what a client gets, what a node sees, what is logged. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { hashPassword } from "../../../src/auth/hashPassword.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, get, type RawResponse, responseText } from "../../harness/message.ts";
import { CLI, runPortico } from "../../harness/portico.ts";
import { openStage, serve } from "../../harness/stage.ts";

const OFFICE = "127.1.0.1";
const BANNED = "127.1.0.66";
const TRUSTED = "127.1.9.9";
/** Of Apache's page on password formats. */
const HTPASSWD = "bert:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC\n";
const PASSWORD = "pässwörd: with a colon";

const basic = (user: string, password: string): string => `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** What the routes and services say; the number is that of the service. */
const ROUTES: readonly object[] = [
	{ allow: ["office", "192.0.2.0/24"], deny: BANNED },
	{ deny: ["all"], allow: "127.1.0.0/28" },
	{},
	{ access: "restricted" },
	{ access: "restricted", allow: [OFFICE], basicAuth: "off" },
	{ basicAuth: "ops" },
	{ basicAuth: "files" },
];
const SERVICES: readonly object[] = [
	{},
	{},
	{ access: { deny: [BANNED], allow: ["127.1.0.0/24"] } },
	{ access: { restricted: { allow: ["127.0.0.0/8"], basicAuth: "ops" } } },
	{ access: { restricted: { basicAuth: "ops" } } },
	{ requestHeaders: { "X-User": "{user}" } },
	{},
];

const made = spawnSync(process.execPath, [CLI, "hash-password"], { input: `${PASSWORD}\n`, encoding: "utf8" });

const stage = await openStage(
	{ after },
	{
		services: ROUTES.length,
		service: (index) => SERVICES[index] ?? {},
		route: (index) => ROUTES[index] ?? {},
		config: {
			trustedProxies: [TRUSTED],
			networks: { office: ["127.1.0.0/24"] },
			basicAuth: {
				ops: { realm: 'Opera"tions', users: [{ name: "änna", password: made.stdout.trim() }] },
				files: { htpasswd: "users.htpasswd", users: [{ name: "carl", password: hashPassword("c") }], passAuthorization: true },
			},
			accessLog: [
				{ path: "access.log", format: "%h %u %U %>s %{rule}n %{X-User}i" },
				{ path: "-", format: "json" },
			],
		},
		portico: { files: { "users.htpasswd": HTPASSWD } },
	},
);
/** Targets of all requests that reached a node. */
const heard: string[] = [];
for (let index = 0; index < ROUTES.length; index++) {
	stage.at(
		index,
		serve(({ headers, target }) => {
			heard.push(target);
			return responseText(200, [], JSON.stringify(headers));
		}),
	);
}

async function ask(scope: Scope, path: string, from: string, ...fields: readonly string[]): Promise<RawResponse> {
	return stage.exchange(scope, get(path, ...fields), { localAddress: from });
}

const rows: readonly (readonly [
	what: string,
	service: number,
	from: string,
	forwarded: string | null,
	status: number,
	rule: string | null,
])[] = [
	["a name of networks allows", 0, OFFICE, null, 200, null],
	["an address that no list has is refused where there is an `allow`", 0, "127.2.0.1", null, 403, "access.allow"],
	["the smaller network decides: denied", 0, BANNED, null, 403, "access.deny"],
	["a trusted proxy says who the client is", 0, TRUSTED, "192.0.2.7", 200, null],
	["nobody else does", 0, "127.2.0.1", "192.0.2.7", 403, "access.allow"],
	["the smaller network decides: allowed in spite of `deny: all`", 1, "127.1.0.15", null, 200, null],
	["`deny: all` is for the rest", 1, "127.1.0.16", null, 403, "access.deny"],
	["the service's lists are those of its routes", 2, BANNED, null, 403, "access.deny"],
	["the service's `allow`", 2, "127.2.0.1", null, 403, "access.allow"],
	["the service's `allow` lets in", 2, OFFICE, null, 200, null],
	["a restricted route has a list of its own", 4, OFFICE, null, 200, null],
	["a restricted route is for no one else", 4, "127.0.0.1", null, 403, "access.restricted"],
];
for (const [what, service, from, forwarded, status, rule] of rows) {
	test(what, async (t) => {
		const path = `/s${service}/${encodeURIComponent(what)}`;
		const response = await ask(t, path, from, ...(forwarded === null ? [] : [`X-Forwarded-For: ${forwarded}`]));
		assert.equal(response.status, status);
		if (rule !== null) assert.equal(field(response, "proxy-status"), "portico; error=http_request_denied");
		assert.equal((await stage.logged(path)).rule, rule);
	});
}

test("without a password: 401, the question, and the node hears nothing; with one it learns the name, not the password", async (t) => {
	const without = await ask(t, "/s5/without", "127.3.0.1");
	assert.equal(without.status, 401);
	assert.equal(field(without, "www-authenticate"), 'Basic realm="Opera\\"tions", charset="UTF-8"');
	assert.equal(field(without, "proxy-status"), "portico; error=authentication_required");
	for (const wrong of [
		basic("änna", "wrong"),
		basic("nobody", PASSWORD),
		"Authorization: Bearer x",
		`${basic("änna", PASSWORD)}\r\n${basic("änna", PASSWORD)}`,
		"Authorization: Basic !!!",
	]) {
		assert.equal((await ask(t, "/s5/wrong", "127.3.0.2", wrong)).status, 401, wrong);
	}
	assert.deepEqual(
		heard.filter((target) => target.startsWith("/s5")),
		[],
	);
	const right = await ask(t, "/s5/right", "127.3.0.3", basic("änna", PASSWORD), "Connection: X-User");
	assert.equal(right.status, 200);
	const headers = new Map((JSON.parse(right.body.toString()) as [string, string][]).map(([name, value]) => [name.toLowerCase(), value]));
	assert.equal(headers.get("x-user"), "%C3%A4nna");
	assert.equal(headers.has("authorization"), false);
	const line = await stage.logged("/s5/right");
	assert.deepEqual([line.user, line.rule], ["änna", null]);
	assert.deepEqual([(await stage.logged("/s5/without")).rule, (await stage.logged("/s5/wrong")).rule], ["auth.required", "auth.failed"]);
});

test("the access class has both: an address and a password", async (t) => {
	assert.equal((await ask(t, "/s3/a", "127.3.0.4")).status, 401);
	assert.equal((await ask(t, "/s3/b", "127.3.0.4", basic("änna", PASSWORD))).status, 200);
	assert.equal((await ask(t, "/s3/c", TRUSTED, "X-Forwarded-For: 192.0.2.7", basic("änna", PASSWORD))).status, 403);
});

test("users of an htpasswd file; the node gets the field where the list says so; a body waits for the verdict", async (t) => {
	const client = await stage.connect(t, { localAddress: "127.3.0.5" });
	const head = `POST /s6/upload HTTP/1.1\r\nHost: localhost\r\n${basic("bert", "myPassword")}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`;
	await client.send(head);
	await client.readUntil("100 Continue\r\n\r\n");
	await client.send("hello");
	const response = await client.response();
	assert.equal(response.status, 200);
	assert.match(response.body.toString(), /Basic YmVydDpteVBhc3N3b3Jk/);
	const refused = await stage.connect(t, { localAddress: "127.3.0.5" });
	await refused.send(head.replace(/Authorization.*\r\n/, ""));
	assert.equal((await refused.response()).status, 401, "before 100 Continue");
});

test("a client that guesses waits; nobody else does, and no other request is held up by a hash", async (t) => {
	const guesses = Array.from({ length: 14 }, (_, at) => ask(t, `/s6/guess${at}`, "127.4.0.1", basic("bert", `guess ${at}`)));
	assert.equal((await ask(t, "/s0/plain", OFFICE)).status, 200);
	assert.equal((await ask(t, "/s6/other", "127.4.0.2", basic("carl", "c"))).status, 200);
	const responses = await Promise.all(guesses);
	const throttled = responses.filter(({ status }) => status === 429);
	assert.ok(throttled.length >= 1);
	assert.equal(responses.filter(({ status }) => status === 401).length + throttled.length, 14);
	assert.ok(Number(field(throttled[0] ?? assert.fail(), "retry-after")) >= 1);
	assert.equal(field(throttled[0] ?? assert.fail(), "www-authenticate"), undefined);
	assert.equal((await ask(t, "/s6/same", "127.4.0.3", basic("bert", "myPassword"))).status, 200, "the user is not locked out");
});

test("`explain` says the same, and neither it nor any log has a password or a hash", async (t) => {
	const { folder } = stage.portico;
	const denied = await runPortico(t, ["explain", "--client", BANNED, "http://localhost/s0"], { cwd: folder });
	assert.match(denied.stdout, /rule access\.deny[\s\S]*Denied are 127\.1\.0\.66/);
	const signIn = await runPortico(t, ["explain", "http://localhost/s5"], { cwd: folder });
	assert.match(signIn.stdout, /sign in as a user of ops/);
	await stage.portico.stop();
	const log = readFileSync(`${folder}/access.log`, "utf8");
	assert.match(log, /^127\.3\.0\.3 \\xc3\\xa4nna \/s5\/right 200 - -$/m);
	assert.match(log, /^127\.3\.0\.2 - \/s5\/wrong 401 auth\.failed -$/m);
	for (const text of [log, stage.portico.child.output, denied.stdout, signIn.stdout, signIn.stderr]) {
		for (const secret of ["scrypt", "$2y$", "sswörd", basic("änna", PASSWORD).slice(21, 40)]) assert.ok(!text.includes(secret), secret);
	}
});
