/** The ways to keep a client on its node, over real sockets; three workers unless a test is about turns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityKey, nodeIdOf, openValue, sealValue } from "../../../src/affinity/cookieValue.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, type RawRequest, requestText, responseText } from "../../harness/message.ts";
import type { Portico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { type FrontOptions, type NamedNode, SECRET, startFront, startNodes, type Visit, visit } from "./rig.ts";

const TIMES = 12;
const FOUR = ["n-1", "n-2", "n-3", "n-4"];
const key = affinityKey({ id: "k1", secret: SECRET });

/** Nodes that set the cookie `S` to a value of their own as long as a client has none. */
async function startSessionNodes(scope: Scope, names: readonly string[], valueOf: (node: string) => string): Promise<NamedNode[]> {
	return Promise.all(
		names.map(async (name) => {
			const requests: RawRequest[] = [];
			const answer = (request: RawRequest): string => {
				requests.push(request);
				const isNew = !/(?:^|; )S=/.test(field(request, "cookie") ?? "");
				return responseText(200, isNew ? [`Set-Cookie: S=${valueOf(name)}; Path=/app`] : [], name);
			};
			return { name, server: await startRawServer(scope, serve(answer)), requests };
		}),
	);
}

async function startMode(scope: Scope, nodes: readonly NamedNode[], affinity: object, options: FrontOptions = {}): Promise<Portico> {
	return startFront(scope, nodes, { ...options, affinity, config: { workers: 3, ...options.config } });
}

/** Comes again and again: always the same node, which sets nothing more. */
async function staysAt(t: Scope, portico: Portico, node: string, cookie: string): Promise<void> {
	const visits = await Promise.all(Array.from({ length: TIMES }, () => visit(t, portico, [`a=1; ${cookie}`])));
	assert.deepEqual([...new Set(visits.map((each) => each.node))], [node]);
	assert.deepEqual(
		visits.flatMap(({ setCookies }) => setCookies),
		[],
	);
}

const nodesOf = (visits: readonly Visit[]): string[] => [...new Set(visits.map(({ node }) => node))].sort();

test("jvmRoute: the end of the session id leads to the node, whose cookie stays as it is", async (t) => {
	const nodes = await startSessionNodes(t, ["n-1", "n-2"], (name) => `0A.1B.${name}`);
	const portico = await startMode(t, nodes, { mode: "jvmRoute", name: "S" });
	for (let i = 0; i < 4; i++) {
		const { node, cookie, setCookies } = await visit(t, portico);
		assert.deepEqual(setCookies, [`S=0A.1B.${node}; Path=/app`]);
		await staysAt(t, portico, node, cookie ?? "");
	}
	for (const unknown of ["S=0A.n-3", "S=n-1", "S="]) {
		const visits = await Promise.all(Array.from({ length: TIMES }, () => visit(t, portico, [unknown])));
		assert.deepEqual(nodesOf(visits), ["n-1", "n-2"]);
	}
});

test("prefix: the client's value names the node in secret, the nodes see their own", async (t) => {
	const nodes = await startSessionNodes(t, ["n-1", "n-2"], (name) => `of-${name}`);
	const portico = await startMode(t, nodes, { mode: "prefix", name: "S" });
	for (let i = 0; i < 4; i++) {
		const { node, cookie, setCookies } = await visit(t, portico);
		assert.match(setCookies.join(), new RegExp(`^S=[\\w-]{11}~of-${node}; Path=/app$`));
		await staysAt(t, portico, node, cookie ?? "");
		await staysAt(t, portico, node, `S=plain; ${cookie}`);
	}
	const cookies = new Set(nodes.flatMap(({ requests }) => requests.map((request) => field(request, "cookie"))));
	assert.deepEqual(
		[...cookies].filter((cookie) => cookie?.includes("~")),
		[],
	);
	for (const node of ["n-1", "n-2"]) assert.ok(cookies.has(`a=1; S=plain; S=of-${node}`));
});

test("learn: all workers know the node that set a value, and follow it when another node takes over", async (t) => {
	let made = 0;
	const nodes = await startSessionNodes(t, ["n-1", "n-2"], () => `v${++made}`);
	const portico = await startMode(t, nodes, { mode: "learn", name: "S" });
	const users = [await visit(t, portico), await visit(t, portico), await visit(t, portico)];
	for (const { node, cookie } of users) await staysAt(t, portico, node, cookie ?? "");
	const [user] = users;
	await nodes.find(({ name }) => name === user?.node)?.server.close();
	const moved = await visit(t, portico, [user?.cookie ?? ""]);
	assert.equal(moved.status, 200);
	assert.notEqual(moved.node, user?.node);
	await staysAt(t, portico, moved.node, user?.cookie ?? "");
});

test("client and header: the same address or header, the same node, also when others come and go; draining moves them", async (t) => {
	const nodes = await startNodes(t, FOUR);
	const byClient = await startMode(t, nodes, { mode: "client" });
	const here = await Promise.all(Array.from({ length: TIMES }, () => visit(t, byClient)));
	assert.equal(nodesOf(here).length, 1);
	const user = (portico: Portico, name: string | null): Promise<string> => visitWith(t, portico, name === null ? [] : [`X-User: ${name}`]);
	const byHeader = await startMode(t, nodes, { mode: "header", header: "X-User" });
	const names = Array.from({ length: 16 }, (_, index) => `user-${index}`);
	const homes = await Promise.all(names.map((name) => user(byHeader, name)));
	assert.deepEqual(await Promise.all(names.map((name) => user(byHeader, name))), homes);
	assert.ok(new Set(homes).size > 2);
	assert.ok(new Set(await Promise.all(names.map(() => user(byHeader, null)))).size > 2);
	const draining = await startMode(t, nodes, { mode: "header", header: "X-User" }, { states: { "n-1": "draining" } });
	const moved = await Promise.all(names.map((name) => user(draining, name)));
	for (const [index, home] of homes.entries()) assert.equal(moved[index] === home, home !== "n-1");
});

async function visitWith(scope: Scope, portico: Portico, fields: readonly string[], method = "GET"): Promise<string> {
	return (await exchange(scope, portico.port, requestText(method, "/app", { fields: [...fields, "Connection: close"] }))).body.toString();
}

test("preserve: a node may set or end the cookie itself", async (t) => {
	const nodes = await startNodes(t, ["n-1", "n-2"], ["Set-Cookie: portico-app=; Path=/; Max-Age=0"]);
	const portico = await startMode(t, nodes, { mode: "cookie", preserve: true });
	assert.deepEqual((await visit(t, portico)).setCookies, ["portico-app=; Path=/; Max-Age=0"]);
});

test("postOnly: only answers to POST bring the cookie", async (t) => {
	const nodes = await startNodes(t, ["n-1", "n-2"]);
	const portico = await startMode(t, nodes, { mode: "cookie", postOnly: true });
	assert.deepEqual((await visit(t, portico)).setCookies, []);
	const text = requestText("POST", "/app", { body: "" });
	const answer = await exchange(t, portico.port, text);
	const cookie = field(answer, "set-cookie")?.replace(/;.*/s, "") ?? "";
	assert.match(cookie, /^portico-app=[\w-]{60}$/);
	await staysAt(t, portico, answer.body.toString(), cookie);
});

test("maxIdle and maxLife: cookies are renewed while they are used, count no more when too old, and live no longer than allowed", async (t) => {
	const nodes = await startNodes(t, ["n-1", "n-2"]);
	const portico = await startMode(t, nodes, { mode: "cookie", maxIdle: "1h", maxLife: "10h" });
	const now = Math.floor(Date.now() / 60_000);
	const cookieOf = (age: number, life: number): string => {
		const content = { nodeId: nodeIdOf(key, "app", "n-1"), session: "0123456789abcdef", minute: now - age, first: now - life };
		return `portico-app=${sealValue(key, content)}`;
	};
	await staysAt(t, portico, "n-1", cookieOf(5, 500));
	for (let i = 0; i < 4; i++) {
		const renewed = await visit(t, portico, [cookieOf(50, 500)]);
		assert.equal(renewed.node, "n-1");
		const content = openValue([key], renewed.cookie?.replace("portico-app=", "") ?? "");
		assert.deepEqual([content?.session, content?.first], ["0123456789abcdef", now - 500]);
		assert.ok((content?.minute ?? 0) >= now);
	}
	for (const old of [cookieOf(62, 100), cookieOf(5, 602)]) {
		const visits = await Promise.all(Array.from({ length: TIMES }, () => visit(t, portico, [old])));
		assert.deepEqual(nodesOf(visits), ["n-1", "n-2"]);
		for (const { cookie } of visits) assert.ok(cookie !== null);
	}
});

test("cookies of the application are known by their names at the client, where these differ", async (t) => {
	let made = 0;
	const nodes = await startSessionNodes(t, ["n-1", "n-2"], (name) => `v${++made}.${name}`);
	for (const mode of ["jvmRoute", "prefix", "learn"]) {
		const portico = await startMode(t, nodes, { mode, name: "S" }, { service: { cookies: { isolate: "on" } } });
		for (let i = 0; i < 3; i++) {
			const { node, cookie } = await visit(t, portico);
			assert.match(cookie ?? "", /^app\.S=/);
			await staysAt(t, portico, node, cookie ?? "");
		}
	}
});

test("a route has a mode of its own", async (t) => {
	const nodes = await startSessionNodes(t, ["n-1", "n-2"], (name) => `0A.${name}`);
	const routes = [
		{ path: "/app" },
		{ path: "/app/jvm", affinity: { mode: "jvmRoute", name: "S" } },
		{ path: "/app/off", affinity: { mode: "off" } },
	];
	const portico = await startFront(t, nodes, { routes, config: { workers: 1 } });
	const { node, setCookies } = await visit(t, portico);
	const cookie = /portico-app=[\w-]+/.exec(setCookies.join())?.[0] ?? "";
	const other = node === "n-1" ? "n-2" : "n-1";
	for (let i = 0; i < 3; i++) {
		assert.equal((await visit(t, portico, [`${cookie}; S=0A.${other}`])).node, node);
		assert.equal((await visit(t, portico, [`${cookie}; S=0A.${other}`], "/app/jvm")).node, other);
	}
	const off = [await visit(t, portico, [`${cookie}; S=0A.${other}`], "/app/off"), await visit(t, portico, [cookie, "S=1"], "/app/off")];
	assert.deepEqual(nodesOf(off), ["n-1", "n-2"]);
});
