/** Nodes that are slow: each time limit of the upstream side, seen by what it does. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startNode } from "../../harness/child.ts";
import { get, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { openStage, serve } from "../../harness/stage.ts";

const MIB = 1024 * 1024;

/** Listens with a queue for one connection and never accepts: once the queue is full, a SYN gets no response. */
const DEAF = `const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () =>
	process.stdout.write(server.address().port + "\\n", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)));`;
const deaf = startNode({ after }, ["-e", DEAF]);
const deafPort = await deaf.until(() => (deaf.stdout.includes("\n") ? Number(deaf.stdout) : undefined), "the deaf node's port");
for (let i = 0; i < 8; i++) void connectRaw({ after }, deafPort).catch(() => undefined);

const PATIENT_SERVICE = 7;
const DEAF_SERVICE = 8;
const stage = await openStage(
	{ after },
	{
		services: 9,
		service: (index) => {
			if (index === DEAF_SERVICE) return { nodes: [{ name: "deaf", url: `http://127.0.0.1:${deafPort}` }] };
			return {};
		},
		route: (index) => (index === PATIENT_SERVICE ? { timeouts: { firstByte: "1h" } } : {}),
		config: {
			timeouts: { connect: "200ms", firstByte: "300ms", upstreamIdle: "300ms" },
			accessLog: { path: "-", format: "json" },
		},
	},
);
const logged: { path: string; status: number; error: string | null }[] = [];

test("a node that does not answer the connection attempt: 504", async (t) => {
	assert.equal((await stage.exchange(t, get(`/s${DEAF_SERVICE}`))).status, 504);
	logged.push({ path: `/s${DEAF_SERVICE}`, status: 504, error: "connection_timeout" });
});

test("a node that takes the request and says nothing: 504, its connection is closed, the client's goes on", async (t) => {
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	for (let i = 0; i < 2; i++) {
		await client.send(get(path));
		assert.equal((await client.response()).status, 504);
		await (await node.connection(i)).ended();
	}
	logged.push({ path, status: 504, error: "http_response_timeout" });
});

test("a POST that gets no response is not tried again", async (t) => {
	const { path, node } = stage.service();
	const post = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi`;
	assert.equal((await stage.exchange(t, post)).status, 504);
	assert.equal(node.connections.length, 1);
	logged.push({ path, status: 504, error: "http_response_timeout" });
});

test("a node that stops in the middle of its head: 504", async (t) => {
	const { path } = stage.service(serve("HTTP/1.1 200 OK\r\nX-Half: "));
	assert.equal((await stage.exchange(t, get(path))).status, 504);
	logged.push({ path, status: 504, error: "connection_read_timeout" });
});

test("a node that stops in the middle of its body: the client is cut", async (t) => {
	const { path, node } = stage.service(serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("some");
	assert.equal(await client.ended(), "reset");
	await (await node.connection(0)).ended();
	logged.push({ path, status: 200, error: "connection_read_timeout" });
});

test("a node that keeps sending may take longer than any limit", async (t) => {
	const { path } = stage.service(
		serve(async (_request, connection) => {
			await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n");
			for (let i = 0; i < 60; i++) {
				await connection.send("x");
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		}),
	);
	assert.equal((await stage.exchange(t, get(path))).body.length, 60);
	logged.push({ path, status: 200, error: null });
});

test("a node that does not take the request's body: 504, and the client sees it", async (t) => {
	const { path, node } = stage.service((connection) => connection.pause());
	const client = await stage.connect(t);
	const sent = client
		.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${64 * MIB}\r\n\r\n`)
		.then(() => client.send(Buffer.alloc(64 * MIB)));
	assert.equal((await client.response("POST")).status, 504);
	(await node.connection(0)).destroy();
	client.destroy();
	await sent;
	logged.push({ path, status: 504, error: "connection_write_timeout" });
});

test("a route's own time limit wins over the global one", async (t) => {
	const { path, node } = stage.at(
		PATIENT_SERVICE,
		serve(({ target }) => (target.endsWith("/slow") ? undefined : responseText(200, [], "ok"))),
	);
	const client = await stage.connect(t);
	await client.send(get(`${path}/slow`));
	const slow = await node.connection(0);
	// The global limit passes for others meanwhile.
	const { path: other } = stage.service();
	assert.equal((await stage.exchange(t, get(`${other}/again`))).status, 504);
	assert.equal(client.received.length, 0);
	await slow.send(responseText(200, [], "late"));
	assert.equal((await client.response()).body.toString(), "late");
});

test("each is logged with its error code", async () => {
	for (const { path, status, error } of logged) {
		const line = await stage.logged(path);
		assert.deepEqual([line.status, line.error], [status, error], path);
	}
});
