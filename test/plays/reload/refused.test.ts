/** What is wrong changes nothing, and is told: in the log, by the admin API, by the command. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { runCommand } from "../../../src/commands/commands.fixture.ts";
import * as reload from "../../../src/commands/reload.ts";
import { get } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { adminAddress, ask, status } from "../admin/rig.ts";
import { changesOf, configOf, entry, outcomesOf, Reloadable, startNodes } from "./rig.ts";

const [a, b] = await startNodes({ after }, "a", "b");
if (a === undefined || b === undefined) throw new Error("two nodes are needed");
const rig = await Reloadable.start({ after }, configOf([a]));
const { portico } = rig;
const file = join(portico.folder, "portico.yaml");
const command = (...words: string[]) => runCommand(reload.register, ["reload", "--admin", adminAddress(portico), ...words]);
const post = async () => {
	const answer = await ask(portico, "/api/v1/reload", { method: "POST", fields: { "Content-Type": "application/json" }, body: "{}" });
	await rig.outcome();
	return { status: answer.status, body: JSON.parse(answer.text) as Record<string, unknown> };
};
const BROKEN = `public: http://localhost
listeners: [ { address: "127.0.0.1:0", redirectsTo: https } ]
services: { app: { product: htp, nodes: [ { name: a, url: "http://127.0.0.1:1" } ] } }
`;
const serves = async () => (await exchange({ after }, portico.port, get("/app"))).body.toString();

test("a file with problems: all of them, with their places; the old plan goes on", async () => {
	rig.write();
	writeFileSync(file, BROKEN);
	const refused = await rig.hangUp();
	assert.deepEqual(
		[refused.msg, refused.level, refused.by, refused.reason],
		["config_refused", "error", "SIGHUP", "the configuration has problems"],
	);
	const problems = refused.problems as string[];
	assert.equal(problems.length, 2);
	assert.match(problems[0] ?? "", /portico\.yaml:2:40: unknown key `redirectsTo`; did you mean `redirectTo`\?$/);
	assert.match(problems[1] ?? "", /portico\.yaml:3:29: .*; did you mean `http`\?$/);
	assert.equal(await serves(), "a");

	const { status: code, body } = await post();
	assert.equal(code, 409);
	assert.deepEqual(body.error, { code: "config_refused", message: "the configuration has problems; nothing has changed" });
	assert.deepEqual(
		(body.problems as Record<string, unknown>[]).map(({ file, line, column }) => [file, line, column]),
		[
			[file, 2, 40],
			[file, 3, 29],
		],
	);

	const told = await command();
	await rig.outcome();
	assert.equal(told.code, 1);
	assert.match(told.err, /portico\.yaml:2:40: .*\n {4}2 \| listeners: /);
	assert.ok(told.err.endsWith(`\nportico: ${file}: the configuration has problems; nothing has changed\n`), told.err);
	assert.equal(told.out, "");
	const json = await command("--json");
	await rig.outcome();
	assert.equal(json.code, 1);
	assert.equal((JSON.parse(json.out) as { problems: unknown[] }).problems.length, 2);
});

test("a file that is gone, and one that is no YAML", async () => {
	const metric = async (name: string) => Number(new RegExp(`^${name} (.*)$`, "m").exec((await ask(portico, "/metrics")).text)?.[1]);
	const loadedAt = await metric("portico_config_loaded_timestamp_seconds");
	rmSync(file);
	assert.match(String((await rig.hangUp()).problems), /cannot be read \(it does not exist\)/);
	writeFileSync(file, "services: [\n");
	assert.equal((await rig.hangUp()).msg, "config_refused");
	assert.equal(await serves(), "a");
	assert.equal(await metric("portico_config_last_reload_successful"), 0);
	assert.equal(await metric("portico_config_loaded_timestamp_seconds"), loadedAt);
	assert.deepEqual(changesOf(await rig.reload()), []);
	assert.equal(await metric("portico_config_last_reload_successful"), 1);
	assert.ok((await metric("portico_config_loaded_timestamp_seconds")) > loadedAt);
});

test("an address that cannot be listened on refuses the whole reload, with all else that is in the file", async (t) => {
	const other = createServer();
	await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
	t.after(() => other.close());
	const { port } = other.address() as { port: number };
	const refused = await rig.reload(({ listeners, services: { app } }) => {
		listeners.push({ address: `127.0.0.1:${port}` });
		app.nodes = [entry(b)];
	});
	assert.equal(refused.reason, `cannot listen on 127.0.0.1:${port}: the port is in use; stop the other program or choose another port`);
	assert.equal(await serves(), "a");
	const { body } = await post();
	assert.match(JSON.stringify(body.error), /the port is in use.*; nothing has changed/);
	assert.deepEqual(body.problems, []);
	rig.config.listeners.pop();
	rig.config.services.app.nodes = [entry(a)];
	assert.deepEqual(changesOf(await rig.reload()), []);
});

test("an address beside one of its own that holds the port takes a restart", async () => {
	const refused = await rig.reload(({ listeners }) => listeners.push({ address: `0.0.0.0:${portico.port}` }));
	assert.equal(refused.reason, `cannot listen on 0.0.0.0:${portico.port} while listening on 127.0.0.1:0: this change takes a restart`);
	rig.config.listeners.pop();
	assert.equal(await serves(), "a");
});

test("an access log that cannot be opened refuses the whole reload", async () => {
	mkdirSync(join(portico.folder, "taken"));
	const refused = await rig.reload((config) => {
		config.accessLog = [{ path: "taken" }];
		config.services.app.nodes = [entry(b)];
	});
	assert.match(String(refused.reason), /^cannot open the access log .*taken: EISDIR/);
	assert.equal(await serves(), "a");
	Object.assign(rig.config, { accessLog: [] });
	rig.config.services.app.nodes = [entry(a)];
	assert.deepEqual(changesOf(await rig.reload()), []);
});

test("what takes a restart is left as it is and told, and the rest counts", async () => {
	const reloaded = await rig.reload((config) => {
		config.workers = 3;
		config.admin = { address: "127.0.0.1:1" };
		config.services.app.nodes = [entry(b)];
	});
	assert.deepEqual([reloaded.level, reloaded.restart], ["warn", ["admin: 127.0.0.1:0 → 127.0.0.1:1", "workers: 2 → 3"]]);
	assert.equal(await serves(), "b");
	const { out, err, code } = await command();
	await rig.outcome();
	assert.deepEqual(
		[code, out, err],
		[0, `${file}: nothing changed\n`, "needs a restart: admin: 127.0.0.1:0 → 127.0.0.1:1\nneeds a restart: workers: 2 → 3\n"],
	);
	assert.equal((await status(portico)).workers.configured, 2);
	Object.assign(rig.config, { workers: 2, admin: { address: "127.0.0.1:0" } });
	rig.config.services.app.nodes = [entry(a)];
	assert.deepEqual((await rig.reload()).restart, []);
});

test("the command prints what changed; warnings go to standard error", async () => {
	rig.write(({ services: { app } }) => app.nodes.push(entry(b)));
	const told = await command();
	const line = await rig.outcome();
	assert.deepEqual([told.code, told.out, told.err], [0, `${file}: 1 change\nservice app: node b added (127.0.0.1)\n`, ""]);
	assert.deepEqual([line.by, line.from], ["loopback", "127.0.0.1"]);
	const { status: code, body } = await post();
	assert.deepEqual([code, body], [200, { file, changes: [], restart: [], warnings: [] }]);
});

test("the request is guarded like every change: no form and no other page can make it", async () => {
	const before = outcomesOf(portico).length;
	const path = "/api/v1/reload";
	const json = { "Content-Type": "application/json" };
	assert.equal((await ask(portico, path)).status, 405);
	assert.equal((await ask(portico, path, { method: "POST" })).status, 400);
	const form = { "Content-Type": "application/x-www-form-urlencoded" };
	assert.equal((await ask(portico, path, { method: "POST", fields: form, body: "a=b" })).status, 415);
	assert.equal((await ask(portico, path, { method: "POST", fields: { ...json, Origin: "https://evil.example" }, body: "{}" })).status, 403);
	assert.equal((await ask(portico, path, { method: "POST", fields: { ...json, "X-Forwarded-For": "192.0.2.1" }, body: "{}" })).status, 401);
	assert.equal((await ask(portico, path, { method: "POST", fields: json, body: '{"file":"/etc/passwd"}' })).status, 400);
	assert.equal(outcomesOf(portico).length, before);
});

test("tokens of the admin server follow the file", async () => {
	const secretOf = (letter: string) => letter.repeat(40);
	const asked = async (letter: string) =>
		(await ask(portico, "/livez", { fields: { Authorization: `Bearer ${secretOf(letter)}` } })).status;
	const give = (letter: string) =>
		rig.reload((config) => {
			config.admin = { address: "127.0.0.1:0", tokens: [{ id: "ops", secret: secretOf(letter) }] };
		});
	await give("x");
	assert.deepEqual([await asked("x"), await asked("y")], [200, 401]);
	assert.deepEqual(changesOf(await give("y")), ["admin.tokens changed"]);
	assert.deepEqual([await asked("x"), await asked("y")], [401, 200]);
	assert.ok(!portico.child.output.includes(secretOf("y")));
});
