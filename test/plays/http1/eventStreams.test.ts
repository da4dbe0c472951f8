/** Server-sent events: as they come, however long nothing does, and no longer than both sides live. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Barrier } from "../../harness/barrier.ts";
import { get, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";

const stage = await openStage(
	{ after },
	{
		services: 8,
		config: { timeouts: { upstreamIdle: "300ms", clientWrite: "500ms", halfClosed: "300ms" }, accessLog: { path: "-", format: "json" } },
	},
);
const head = (type: string): string => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const EVENTS = head("Text/Event-Stream; charset=UTF-8");

/** A response of another type that begins and goes silent is cut: from here on `upstreamIdle` has passed. */
async function upstreamIdlePasses(scope: { after(fn: () => void): void }): Promise<void> {
	const { path } = stage.service(serve(head("text/plain") + chunk("some")));
	const client = await stage.connect(scope);
	await client.send(get(path));
	await client.readUntil("some");
	assert.equal(await client.ended(), "reset");
	assert.equal((await stage.logged(path)).error, "connection_read_timeout");
}

test("an event stream may be silent for longer than upstreamIdle; its connection has the usual limit for what follows", async (t) => {
	const silence = new Barrier();
	const { path, node } = stage.service(
		serve(async (_request, connection, number) => {
			if (number > 0) return head("text/plain") + chunk("stalls");
			await connection.send(EVENTS + chunk("data: 1\n\n"));
			await silence.meet(30_000);
			await connection.send(chunk("data: 2\n\n"));
			await silence.meet(30_000);
			return `${chunk("data: 3\n\n")}0\r\n\r\n`;
		}),
	);
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("data: 1\n\n\r\n");
	for (const next of ["data: 2\n\n\r\n", "data: 3\n\n\r\n0\r\n\r\n"]) {
		await upstreamIdlePasses(t);
		assert.equal(client.ending, null);
		await silence.meet();
		await client.readUntil(next);
	}

	await client.send(get(`${path}/more`));
	await client.readUntil("stalls");
	assert.equal(await client.ended(), "reset");
	assert.equal(node.connections.length, 1);
	assert.deepEqual((await stage.logged(path)).error, null);
});

test("a client that leaves a silent event stream ends it at the node too", async (t) => {
	const { path, node } = stage.service(serve(EVENTS + chunk("data: 1\n\n")));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("data: 1\n\n\r\n");
	client.destroy();
	await (await node.connection(0)).ended();
	assert.equal((await stage.logged(path)).error, "client_gone");
});

test("a client that does not take its events is cut after clientWrite, as with any response", async (t) => {
	const { path, node } = stage.service(
		serve(async (_request, connection) => {
			await connection.send(EVENTS);
			const event = chunk(`data: ${"x".repeat(65_536)}\n\n`);
			while (connection.ending === null && !connection.socket.destroyed) await connection.send(event);
			return undefined;
		}),
	);
	const client = await stage.connect(t);
	client.pause();
	await client.send(get(path));
	await (await node.connection(0)).ended();
	assert.equal((await stage.logged(path)).error, "client_gone");
});

test("a node that answers a long poll with a length is held to upstreamIdle, whatever its type", async (t) => {
	const { path } = stage.service(serve(responseText(200, ["Content-Type: text/event-stream"], "data: 1\n\n").replace(/: 9\r/, ": 90\r")));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("data: 1\n\n");
	assert.equal(await client.ended(), "reset");
	assert.equal((await stage.logged(path)).error, "connection_read_timeout");
});
