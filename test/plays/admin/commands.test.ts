/** The commands that ask and change a running Portico. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Ran, runCommand } from "../../../src/commands/commands.fixture.ts";
import * as disable from "../../../src/commands/disable.ts";
import * as drain from "../../../src/commands/drain.ts";
import * as enable from "../../../src/commands/enable.ts";
import * as reload from "../../../src/commands/reload.ts";
import * as status from "../../../src/commands/status.ts";
import * as weight from "../../../src/commands/weight.ts";
import { startNode } from "../../harness/child.ts";
import { within } from "../../harness/deadline.ts";
import { get } from "../../harness/message.ts";
import { CLI } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { eventually } from "../../harness/stage.ts";
import { adminAddress, memberOf, startAdministered, startGatedNode } from "./rig.ts";

const TOKEN = "a-token-that-is-long-enough-0123456789";
const COMMANDS = { disable, drain, enable, reload, status, weight };
const scope = { after };
const nodes = await Promise.all(["a", "b"].map((name) => startGatedNode(scope, name)));
const portico = await startAdministered(scope, nodes, { tokens: [{ id: "ops", secret: TOKEN }] });
const url = `http://${adminAddress(portico)}`;

const run = (name: keyof typeof COMMANDS, ...words: string[]): Promise<Ran> =>
	runCommand(COMMANDS[name].register, [name, ...words, "--admin", url]);
/** As `run`, at a terminal where this is typed. */
const runTyping = (answer: string, name: keyof typeof COMMANDS, ...words: string[]): Promise<Ran> =>
	runCommand(COMMANDS[name].register, [name, ...words, "--admin", url], {}, undefined, async () => answer);

test("status shows a table, or with --json all there is", async () => {
	const { out, code } = await run("status");
	assert.equal(code, 0);
	assert.match(out, /^http:\/\/localhost {2}ready {2}2 workers {2}\d+ connections? {2}\d\d:\d\d:\d\d UTC$/m);
	assert.match(out, /^app \(http\), eligible: http 2 of 2$/m);
	assert.match(out, /^a\/http {2,}127\.0\.0\.1:\d+ {2,}unknown {2,}enabled {2,}1 .* no check configured$/m);
	assert.ok(!out.includes("\x1b"), "no colours where no person reads");

	const json = JSON.parse((await run("status", "--json")).out) as { services: { name: string }[] };
	assert.deepEqual(
		json.services.map(({ name }) => name),
		["app", "api"],
	);
});

test("weight, disable and enable change a node or one member, and status shows it", async () => {
	assert.equal((await run("weight", "a", "25")).out, "a/http: enabled, unknown, weight 25, 0 in flight\n");
	assert.match((await run("status")).out, /^a\/http .* enabled {2,}25 /m);
	assert.equal((await run("disable", "a/http")).out, "a/http: disabled, unknown, weight 25, 0 in flight\n");
	assert.match((await run("status")).out, /^a\/http .* disabled {2,}25 /m);
	assert.match((await run("enable", "a")).out, /^a\/http: enabled,/);
	assert.equal((await memberOf(portico, "a/http")).adminState, "enabled");
});

test("the last node that serves is disabled or drained only with --force, or when the person at the terminal agrees", async () => {
	await run("disable", "b");
	const refused = await run("disable", "a");
	assert.equal(refused.code, 1);
	assert.match(
		refused.err,
		/^portico: no other node can serve app\/http: without a its clients get 503\nNothing has changed\. Add --force to disable it nevertheless\.\n$/,
	);
	assert.match((await runTyping("n", "disable", "a")).err, /^portico: nothing has changed$/m);
	assert.equal((await memberOf(portico, "a/http")).adminState, "enabled");
	assert.match((await runTyping("y", "disable", "a")).out, /^a\/http: disabled,/);
	await run("enable", "a");
	assert.match((await run("disable", "a", "--force")).out, /^a\/http: disabled,/);
	assert.match((await run("disable", "a")).out, /^a\/http: disabled,/, "it serves nobody now");
	await run("enable", "a");
	const kept = await run("drain", "a");
	assert.equal(kept.code, 1);
	assert.match(
		kept.err,
		/^portico: no other node can serve app\/http: without a new clients get 503\nNothing has changed\. Add --force to drain it nevertheless\.\n$/,
	);
	assert.equal((await memberOf(portico, "a/http")).adminState, "enabled");
	assert.match((await runTyping("y", "drain", "a", "--hard")).out, /^a: /);
	assert.equal((await memberOf(portico, "a/http")).adminState, "draining");
	assert.match((await run("drain", "a")).out, /^a: /, "nothing new goes there already");
	await run("enable", "a");
	await run("enable", "b");
});

test("drain --wait ends with 0 when the node is empty", async (t) => {
	const [a] = nodes;
	await run("disable", "b");
	const slow = exchange(t, portico.port, get("/app/slow", "Connection: close"));
	await eventually(
		() => a?.waiting() === 1,
		() => "the request to arrive",
	);
	const said = Promise.withResolvers<string>();
	const words = ["drain", "a", "--wait", "--quiet", "1s", "--force", "--admin", url];
	const waiting = runCommand(drain.register, words, {}, said.resolve);
	await within(said.promise, "the first line");
	a?.letGo();
	await slow;
	const { out, code } = await waiting;
	assert.equal(code, 0);
	const lines = out.trimEnd().split("\n");
	assert.match(
		lines[0] ?? "",
		/^a: draining \(soft\), waiting for 1 request in flight, 0 sessions kept by affinity, 0 logins in progress; no request for \ds of the 1s that count as empty, since older sessions may exist$/,
	);
	assert.equal(lines.at(-1), "a: empty");
	assert.match((await run("status")).out, /^a\/http .* draining, empty /m);
	await run("enable", "a");
	await run("enable", "b");
});

test("drain --wait ends with 2 when its deadline passes first", async () => {
	const { out, code } = await run("drain", "a", "--wait", "--deadline", "1s");
	assert.equal(code, 2);
	assert.match(
		out,
		/^a: draining \(soft, 1s left\), waiting for 0 requests in flight, .*; no request for \ds of the 5m that count as empty/m,
	);
	assert.match(out, /^a: the deadline has passed; left: 0 requests in flight\. All move to other nodes with their next request$/m);
	await run("enable", "a");
});

test("drain without --wait says what it began", async () => {
	const { out, code } = await run("drain", "a/http", "--deadline", "10m");
	assert.equal(code, 0);
	assert.match(
		out,
		/^a\/http: draining \(soft, 10m left\), waiting for 0 requests in flight, 0 sessions kept by affinity, 0 logins in progress; /,
	);
	const hard = JSON.parse((await run("drain", "a", "--hard", "--json")).out) as { drain: { mode: string; empty: boolean } };
	assert.deepEqual([hard.drain.mode, hard.drain.empty], ["hard", true]);
	await run("enable", "a");
});

test("reload says which file it read and what changed; --dry-run only what would change", async (t) => {
	const file = join(portico.folder, "portico.yaml");
	const text = readFileSync(file, "utf8");
	t.after(async () => {
		writeFileSync(file, text);
		await run("reload");
	});
	assert.deepEqual(await run("reload"), { out: `${file}: nothing changed\n`, err: "", code: 0 });

	writeFileSync(file, text.replace("localhost", "other.example"));
	const change = "public http://localhost → http://other.example\n";
	const tried = await run("reload", "--dry-run");
	assert.ok(tried.out.startsWith(`${file}: `) && tried.out.includes("would be made\n") && tried.out.includes(change), tried.out);
	assert.match((await run("status")).out, /^http:\/\/localhost /m);
	assert.equal(JSON.parse((await run("reload", "--dry-run", "--json")).out).file, file);
	const made = await run("reload");
	assert.ok(made.out.includes(change) && !made.out.includes("would"), made.out);
	assert.match((await run("status")).out, /^http:\/\/other\.example /m);

	writeFileSync(file, "nonsense: true\n");
	for (const words of [[], ["--dry-run"]]) {
		const { err, code } = await run("reload", ...words);
		assert.equal(code, 1);
		assert.ok(err.includes(`portico: ${file}: the configuration has problems; nothing has changed\n`), err);
	}
});

test("what goes wrong is told, with what to do, and exit code 1", async () => {
	const failures: readonly (readonly [ran: Promise<Ran>, message: RegExp])[] = [
		[run("drain", "c"), /^portico: there is no node "c"; did you mean a\?$|^portico: there is no node "c"; there are a, b, a-api, b-api$/m],
		[run("enable", "a/htp"), /did you mean a\/http\?/],
		[run("enable", "somebody"), /there are a, b, a-api, b-api/],
		[run("drain", "a", "--deadline", "soon"), /deadline must match pattern/],
		[run("drain", "a", "--hard", "--deadline", "1m"), /a hard drain moves all at once/],
		[
			runCommand(status.register, ["status", "--admin", "http://127.0.0.1:1"]),
			/no Portico answers at http:\/\/127\.0\.0\.1:1 \(.*\)\nIs it running, with `admin` in its configuration\? Name its file, or give --admin URL\./,
		],
		[runCommand(status.register, ["status", "--admin", `127.0.0.1:${nodes[0]?.server.port}`]), /is not Portico's admin server \(200\)/],
		[runCommand(status.register, ["status", "--admin", "http://x/y"]), /is not the URL of an admin server/],
		[run("status", "--token", "wrong"), /token is not known here\.\nSet PORTICO_ADMIN_TOKEN/],
		[runCommand(status.register, ["status", "-c", "/nowhere/portico.yaml"]), /cannot be read/],
	];
	for (const [ran, message] of failures) {
		const { err, code } = await ran;
		assert.match(err, message);
		assert.equal(code, 1, err);
	}
});

test("two places to ask, or two files, are a wrong command line: exit code 3", async () => {
	for (const [words, message] of [
		[["-c", "portico.yaml"], /both say where Portico is/],
		[["portico.yaml"], /both say where Portico is/],
		[["a.yaml", "-c", "b.yaml"], /"a\.yaml" is one configuration too many beside -c b\.yaml/],
	] as const) {
		const { err, code } = await run("status", ...words);
		assert.match(err, message);
		assert.equal(code, 3);
	}
});

test("a weight out of range does not even leave the command", async () => {
	for (const written of ["0", "1001", "many", "1.5"]) await assert.rejects(run("weight", "a", written), /A weight is 1 to 1000/, written);
});

test("the token comes from the option or the environment", async () => {
	assert.equal((await run("status", "--token", TOKEN)).code, 0);
	assert.equal((await runCommand(status.register, ["status", "--admin", url], { PORTICO_ADMIN_TOKEN: TOKEN })).code, 0);
	assert.equal((await runCommand(status.register, ["status", "--admin", url], { PORTICO_ADMIN_TOKEN: "wrong" })).code, 1);
});

test("the address comes from the configuration file, whatever else is wrong with it", async () => {
	const file = join(portico.folder, "address.yaml");
	const at = async (text: string): Promise<Ran> => {
		writeFileSync(file, text);
		return runCommand(status.register, ["status", "-c", file], { ADMIN: adminAddress(portico) });
	};
	assert.equal((await at("admin: { address: '${ADMIN}' }\nunknown: true\n")).code, 0);
	assert.equal((await at(`admin: { address: 0.0.0.0:${adminAddress(portico).split(":")[1]} }\n`)).code, 0);
	assert.equal((await runCommand(status.register, ["status", file], { ADMIN: adminAddress(portico) })).code, 0, "as an argument");
	assert.match((await at("public: https://x\n")).err, /has no `admin`/);
	assert.match((await at("admin: [\n")).err, /address\.yaml:2:1: /);
});

test("status --watch shows it again and again", async (t) => {
	const child = startNode(t, [CLI, "status", "--watch", "--json", "--admin", url]);
	await child.until(() => (child.stdout.split("\n").length > 2 ? true : undefined), "two reports");
	const [first = "", second = ""] = child.stdout.split("\n");
	const timeOf = (line: string) => (JSON.parse(line) as { time: string }).time;
	assert.ok(timeOf(second) > timeOf(first));
});
