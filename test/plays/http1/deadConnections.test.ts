/** Kept connections that die as they are used again: what is sent once more, and what never is. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, requestText, responseText } from "../../harness/message.ts";
import type { RawServer, Script } from "../../harness/rawServer.ts";
import { openStage, serve } from "../../harness/stage.ts";

/** From this one on, services have only their first node. */
let alone = 1;
const stage = await openStage(
	{ after },
	{
		services: 7,
		nodes: 2,
		node: (at, service) => (at === 1 && service >= alone ? { state: "disabled" } : {}),
		config: { accessLog: { path: "-", format: "json" } },
	},
);
const OK = responseText(200, [], "ok");
const echo = serve(({ method, body }) => responseText(200, [], `${method} ${body}`));
const withBody = (method: string, path: string, body: string): string => requestText(method, path, { body });
const logged: { path: string; status: number; error: string | null; attempts: number }[] = [];

/** Serves the first request of its first connection and dies on the second, when that is there; other connections are served. */
const diesWhenReused: Script = async (connection, index) => {
	if (index > 0) return echo(connection, index);
	await connection.request();
	await connection.send(OK);
	await connection.request(60_000);
	connection.reset();
};
/** Every request meets a reset. */
const diesAlways: Script = async (connection) => {
	await connection.request();
	connection.reset();
};
const countOf = (node: RawServer, method: string): number =>
	node.connections.reduce((sum, { received }) => sum + received.toString("latin1").split(`${method} /`).length - 1, 0);

test("a kept connection that dies under a GET: once more, on a new connection to the same node", async (t) => {
	const { path, nodes } = stage.at(alone++, diesWhenReused);
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await client.send(get(`${path}/again`));
	assert.equal((await client.response()).body.toString(), "GET ");
	assert.equal(nodes[0]?.connections.length, 2);
	logged.push({ path: `${path}/again`, status: 200, error: null, attempts: 2 });
});

test("the new connection dies too: 502, and that was all", async (t) => {
	const { path, nodes } = stage.at(alone++, async (connection, index) =>
		index === 0 ? diesWhenReused(connection, index) : diesAlways(connection, index),
	);
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await client.send(get(`${path}/again`));
	assert.equal((await client.response()).status, 502);
	assert.equal(nodes[0]?.connections.length, 2);
	logged.push({ path: `${path}/again`, status: 502, error: "connection_terminated", attempts: 2 });
});

test("a kept connection that dies under a POST: 502, the node has seen it once, the other node never", async (t) => {
	const { path, nodes } = stage.service(diesWhenReused, diesWhenReused);
	const client = await stage.connect(t);
	for (let i = 0; i < 2; i++) {
		await client.send(get(path));
		await client.response();
	}
	await client.send(withBody("POST", `${path}/once`, "pay"));
	assert.equal((await client.response()).status, 502);
	assert.deepEqual(
		nodes.map((node) => countOf(node, "POST")),
		[1, 0],
	);
	logged.push({ path: `${path}/once`, status: 502, error: "connection_terminated", attempts: 1 });
});

test("a kept connection that dies under a PUT: once more, with its body", async (t) => {
	const { path } = stage.at(alone++, diesWhenReused);
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await client.send(withBody("PUT", path, "x".repeat(50_000)));
	assert.equal((await client.response()).body.toString(), `PUT ${"x".repeat(50_000)}`);
});

test("a PUT whose body is too long to be kept is not tried again", async (t) => {
	const { path, nodes } = stage.at(alone++, diesWhenReused);
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await client.send(withBody("PUT", path, "x".repeat(500_000)));
	assert.equal((await client.response()).status, 502);
	assert.equal(nodes[0]?.connections.length, 1);
});

test("an upgrade that meets a dead kept connection is tried again like any GET", async (t) => {
	const { path } = stage.at(alone++, async (connection, index) => {
		if (index === 0) return diesWhenReused(connection, index);
		await connection.request();
		await connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
	});
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await client.send(get(path, "Connection: upgrade", "Upgrade: websocket"));
	assert.equal((await client.response()).status, 101);
	await client.readUntil("hello");
});

test("each is logged with the number of attempts, and with the last one's error unless it went well", async () => {
	for (const { path, status, error, attempts } of logged) {
		const line = await stage.logged(path);
		assert.deepEqual([line.status, line.error, line.attempts], [status, error, attempts], path);
	}
});
