/** Connections to the nodes: which one is used again, for how long, and that no two requests are on one. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Barrier } from "../../harness/barrier.ts";
import { get, responseText } from "../../harness/message.ts";
import type { RawServer } from "../../harness/rawServer.ts";
import { openStage, serve } from "../../harness/stage.ts";

const SHORT_IDLE = 9;
const THREE_REQUESTS = 10;
const TWO_IDLE = 11;

const stage = await openStage(
	{ after },
	{
		services: 12,
		service: (index) => {
			if (index === SHORT_IDLE) return { keepAlive: { idle: "200ms" } };
			if (index === THREE_REQUESTS) return { keepAlive: { maxRequests: 3 } };
			return index === TWO_IDLE ? { keepAlive: { maxIdle: 2 } } : {};
		},
	},
);
const OK = responseText(200, [], "ok");
const requestsOf = (node: RawServer): number[] =>
	node.connections.map(({ received }) => received.toString("latin1").split("GET /").length - 1);

async function askMany(scope: Parameters<typeof stage.connect>[0], path: string, count: number): Promise<void> {
	const client = await stage.connect(scope);
	await client.send(get(path).repeat(count));
	for (let i = 0; i < count; i++) assert.equal((await client.response()).status, 200);
}

test("a connection carries as many requests as its node allows", async (t) => {
	const { path, node } = stage.service(serve(OK));
	await askMany(t, path, 401);
	assert.deepEqual(requestsOf(node), [401]);
	assert.equal(node.connections[0]?.ending, null);
});

test("the number of requests is configurable", async (t) => {
	const { path, node } = stage.at(THREE_REQUESTS, serve(OK));
	await askMany(t, path, 7);
	assert.deepEqual(requestsOf(node), [3, 3, 1]);
	assert.equal(await node.connections[0]?.ended(), "end");
	assert.equal(node.connections[2]?.ending, null);
});

test("the connection used last is used again first", async (t) => {
	const barrier = new Barrier(4);
	const { path, node } = stage.service(
		serve(async ({ target }) => {
			if (target.endsWith("/together")) await barrier.meet();
			return OK;
		}),
	);
	const clients = await Promise.all([1, 2, 3].map(() => stage.connect(t)));
	for (const client of clients) await client.send(get(`${path}/together`));
	await barrier.meet();
	await Promise.all(clients.map((client) => client.response()));
	assert.equal(node.connections.length, 3);
	const [first] = clients;
	// Each of these begins when the one before is over: they all go where the last one went.
	for (let i = 0; i < 6; i++) {
		await first?.send(get(path));
		await first?.response();
	}
	assert.deepEqual(requestsOf(node).sort(), [1, 1, 7]);
});

test("a connection unused for too long is closed by us", async (t) => {
	const { path, node } = stage.at(SHORT_IDLE, serve(OK));
	await askMany(t, path, 1);
	assert.equal(await (await node.connection(0)).ended(), "end");
	await askMany(t, path, 1);
	assert.equal(node.connections.length, 2);
});

test("no more unused connections are kept than configured", async (t) => {
	const barrier = new Barrier(5);
	const { path, node } = stage.at(
		TWO_IDLE,
		serve(async () => {
			await barrier.meet();
			return OK;
		}),
	);
	const clients = await Promise.all([1, 2, 3, 4].map(() => stage.connect(t)));
	for (const client of clients) await client.send(get(path));
	await barrier.meet();
	await Promise.all(clients.map((client) => client.response()));
	assert.equal(node.connections.length, 4);
	const ended = new Set<number>();
	const two = Promise.withResolvers<void>();
	for (const [index, connection] of node.connections.entries()) {
		void connection.ended(60_000).then(
			() => ended.add(index).size === 2 && two.resolve(),
			() => undefined,
		);
	}
	await two.promise;
	assert.equal(node.connections.filter(({ ending }) => ending === null).length, 2);
});

test("a connection never has two requests outstanding, whatever the clients do", async (t) => {
	const { path, node } = stage.service(
		serve(async (_request, connection) => {
			// Time for a second request to arrive, if there were one.
			await new Promise((resolve) => setTimeout(resolve, 2));
			assert.equal(connection.unread.length, 0);
			return OK;
		}),
	);
	await Promise.all(Array.from({ length: 12 }, () => askMany(t, path, 10)));
	assert.equal(
		requestsOf(node).reduce((sum, count) => sum + count, 0),
		120,
	);
});

test("a response with Connection: close ends the node's connection, not the client's", async (t) => {
	const { path, node } = stage.service(serve("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
	await askMany(t, path, 3);
	assert.deepEqual(requestsOf(node), [1, 1, 1]);
	for (const connection of node.connections) await connection.ended();
});

test("a connection that the node closes while it is unused is not used again", async (t) => {
	const { path, node } = stage.service(async (connection, index) => {
		if (index > 0) return serve(OK)(connection, index);
		await connection.request();
		await connection.send(OK);
		connection.end();
	});
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await (await node.connection(0)).ended();
	await client.send(get(path));
	assert.equal((await client.response()).status, 200);
	assert.deepEqual(requestsOf(node), [1, 1]);
});

test("bytes on an unused connection close it and reach no one", async (t) => {
	const { path, node } = stage.service(async (connection, index) => {
		if (index > 0) return serve(OK)(connection, index);
		await connection.request();
		await connection.send(OK);
		await connection.readUntil("never", 60_000);
	});
	await askMany(t, path, 1);
	const first = await node.connection(0);
	await first.send(responseText(200, [], "POISON"));
	await first.ended();
	const client = await stage.connect(t);
	await client.send(get(path));
	assert.equal((await client.response()).body.toString(), "ok");
});

test("a client that leaves takes the node's connection with it: its response is nobody else's", async (t) => {
	const { path, node } = stage.service(serve(({ target }) => (target.endsWith("/left") ? undefined : OK)));
	const client = await stage.connect(t);
	await client.send(get(`${path}/left`));
	const first = await node.connection(0);
	await first.read((unread) => (unread.length === 0 && first.received.length > 0 ? 0 : -1), "the request");
	client.reset();
	await first.ended();
	await askMany(t, path, 1);
	assert.equal(node.connections.length, 2);
});
