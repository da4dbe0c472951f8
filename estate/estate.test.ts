import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Browser } from "./browser.ts";
import type { NodeDescription } from "./estate.ts";
import { call } from "./httpClient.ts";
import { oidcLogin } from "./journeys.ts";
import type { Switches } from "./switches.ts";

interface Description {
	readonly ready: boolean;
	readonly nodes: readonly NodeDescription[];
	readonly trust: string;
	readonly relyingParty: { readonly origin: string };
}

const PROGRAM = fileURLToPath(new URL("main.ts", import.meta.url));
let child: ChildProcess;
let lines: AsyncIterator<string>;
let estate: Description;

async function nextLine<T>(): Promise<T> {
	const { value } = await lines.next();
	return JSON.parse(String(value)) as T;
}

async function command(value: object): Promise<Record<string, unknown>> {
	child.stdin?.write(`${JSON.stringify(value)}\n`);
	return nextLine();
}

before(async () => {
	const options = { identityServers: 2, apiManagers: 1, node: { urlPort: "own" }, is: { switches: { slow: 1 } } };
	child = spawn(process.execPath, [PROGRAM, "--json", "--options", JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
	assert.ok(child.stdout);
	lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	estate = await nextLine<Description>();
});
after(() => child.kill("SIGKILL"));

const node = (name: string): NodeDescription => estate.nodes.find((candidate) => candidate.name === name) as NodeDescription;
const versionOf = (name: string): Promise<unknown> => call(`http://127.0.0.1:${node(name).ports.servletHttp}/services/Version`);

test("an estate tells its nodes and their ports when all of them answer", async () => {
	assert.equal(estate.ready, true);
	assert.deepEqual(
		estate.nodes.map(({ name }) => name),
		["is-1", "is-2", "apim-1"],
	);
	for (const { name } of estate.nodes) await versionOf(name);
});

test("a killed node refuses connections while the others work, and comes back on its ports", async () => {
	assert.equal((await command({ kill: "is-1" })).ok, true);
	await assert.rejects(versionOf("is-1"), { code: "ECONNREFUSED" });
	await versionOf("is-2");
	await versionOf("apim-1");
	assert.equal((await command({ start: "is-1" })).ok, true);
	await versionOf("is-1");
	const { body } = await call(`http://127.0.0.1:${node("is-1").ports.control}/__estate/state`);
	assert.equal((JSON.parse(body.toString()) as { switches: Switches }).switches.slow, 1);
});

test("a session outlives the node on which it was made", async () => {
	const browser = new Browser({ trust: estate.trust });
	await oidcLogin(browser, estate.relyingParty.origin, { username: "alice", password: "alice" });
	await command({ kill: "is-1" });
	await command({ relyingParty: { idp: `https://localhost:${node("is-2").ports.servletHttps}/` } });
	browser.jar.delete("rp_session");
	const page = await browser.open(`${estate.relyingParty.origin}/login`);
	browser.close();
	assert.equal(page.url, `${estate.relyingParty.origin}/`);
	await command({ start: "is-1" });
});

test("a frozen node accepts and is silent until it is thawed", async () => {
	await command({ freeze: "is-2" });
	await assert.rejects(call(`http://127.0.0.1:${node("is-2").ports.servletHttp}/services/Version`, { timeout: 100 }), /no byte/);
	await command({ thaw: "is-2" });
	await versionOf("is-2");
});

test("a switch is set by command, and a wrong command is told", async () => {
	assert.equal((await command({ switch: { node: "is-2", failing: true } })).ok, true);
	assert.equal((await call(`http://127.0.0.1:${node("is-2").ports.servletHttp}/services/Version`)).status, 500);
	assert.deepEqual(await command({ switch: { node: "is-2", nothing: 1 } }), { ok: false, error: "there is no switch nothing" });
	assert.deepEqual(await command({ kill: "is-7" }), { ok: false, error: "there is no node is-7" });
});

test("at the end of its input an estate ends and leaves nothing, a frozen node neither", async () => {
	await command({ freeze: "apim-1" });
	const { nodes } = (await command({ describe: true })) as unknown as Description;
	child.stdin?.end();
	const [code] = await once(child, "exit");
	assert.equal(code, 0);
	for (const { pid } of nodes) assert.throws(() => process.kill(pid ?? 0, 0), { code: "ESRCH" });
});

test("an estate whose program is killed leaves no node behind", async () => {
	const options = JSON.stringify({ identityServers: 1, apiManagers: 0 });
	const doomed = spawn(process.execPath, [PROGRAM, "--json", "--options", options], { stdio: ["pipe", "pipe", "inherit"] });
	assert.ok(doomed.stdout);
	const [line] = (await once(createInterface({ input: doomed.stdout }), "line")) as [string];
	const [orphan] = (JSON.parse(line) as Description).nodes;
	const socket = net.connect(orphan?.ports.servletHttp ?? 0, "127.0.0.1");
	await once(socket, "connect");
	const closed = once(socket, "close");
	doomed.kill("SIGKILL");
	await closed;
});
