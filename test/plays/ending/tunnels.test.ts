/** A drain tells WebSocket clients that it goes (RFC 6455 section 7.4.1, status 1001), between two frames, and ends their tunnels. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, type Stage } from "../../harness/stage.ts";
import { untilRefused } from "./drained.ts";

const ENDED = { code: 0, signal: null };
const GOING_AWAY = Buffer.from([0x88, 2, 0x03, 0xe9]);
/** The client's response to it: the same, masked with zeroes. */
const CLOSE_REPLY = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]);

interface Play {
	readonly stage: Stage;
	readonly client: RawSocket;
	readonly node: RawSocket;
}

/** A tunnel through Portico, upgraded to this protocol. */
async function open(t: TestContext, protocol: string, drain = "30s"): Promise<Play> {
	const stage = await openStage(t, { services: 1, config: { timeouts: { drain } } });
	const { path, node: server } = stage.service();
	const client = await stage.connect(t);
	const fields = `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
	await client.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n${fields}\r\n`);
	const node = await server.connection(0);
	await node.readUntil("\r\n\r\n");
	await node.send(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`);
	await client.readUntil("\r\n\r\n");
	return { stage, client, node };
}

/** An unmasked text frame. */
function textFrame(text: string): Buffer {
	const length = text.length < 126 ? [text.length] : [126, text.length >> 8, text.length & 255];
	return Buffer.concat([Buffer.from([0x81, ...length]), Buffer.from(text)]);
}

async function leave({ stage }: Play): Promise<void> {
	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
}

/** The two sides close as the protocol says, and Portico ends. */
async function closeInOrder({ stage, client, node }: Play): Promise<void> {
	await client.send(CLOSE_REPLY);
	assert.deepEqual(await node.readBytes(CLOSE_REPLY.length), CLOSE_REPLY);
	node.end();
	await client.ended();
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
}

test("an idle WebSocket gets a close frame with 1001; its response reaches the node, and all ends", async (t) => {
	const play = await open(t, "websocket");
	await leave(play);
	assert.deepEqual(await play.client.readBytes(4), GOING_AWAY);
	await closeInOrder(play);
});

test("after some frames, too", async (t) => {
	const play = await open(t, "websocket");
	for (const text of ["a", "b".repeat(300), ""]) {
		await play.node.send(textFrame(text));
		assert.deepEqual(await play.client.readBytes(textFrame(text).length), textFrame(text));
	}
	await leave(play);
	assert.deepEqual(await play.client.readBytes(4), GOING_AWAY);
	await closeInOrder(play);
});

for (const [what, cutAt] of [
	["inside a frame's header", 1],
	["between a header and its extended length", 2],
	["inside a frame's payload", 100],
] as const) {
	test(`a node that is ${what} finishes the frame first`, async (t) => {
		const play = await open(t, "websocket");
		const frame = textFrame("x".repeat(300));
		await play.node.send(frame.subarray(0, cutAt));
		await play.client.readBytes(cutAt);
		await leave(play);
		await play.node.send(frame.subarray(cutAt));
		assert.deepEqual(await play.client.readBytes(frame.length - cutAt), frame.subarray(cutAt));
		assert.deepEqual(await play.client.readBytes(4), GOING_AWAY);
		await closeInOrder(play);
	});
}

test("after the close frame nothing of the node's reaches the client", async (t) => {
	const play = await open(t, "websocket");
	await leave(play);
	assert.deepEqual(await play.client.readBytes(4), GOING_AWAY);
	await play.node.send(textFrame("too late"));
	await closeInOrder(play);
	assert.equal(play.client.unread.length, 0);
});

test("while it ends, what the client says still reaches the node", async (t) => {
	const play = await open(t, "websocket");
	await leave(play);
	assert.deepEqual(await play.client.readBytes(4), GOING_AWAY);
	await play.client.send("last words");
	assert.equal(await play.node.readUntil("last words"), "last words");
	await closeInOrder(play);
});

test("sides that do not close are cut when the time for draining is over", async (t) => {
	const play = await open(t, "websocket", "700ms");
	await leave(play);
	assert.deepEqual(await play.client.readBytes(4), GOING_AWAY);
	await play.client.ended();
	await play.node.ended();
	assert.deepEqual(await play.stage.portico.child.exited, ENDED);
	assert.equal(play.stage.portico.log.find(({ msg }) => msg === "drain_cut")?.connections, 1);
});

test("a tunnel of another protocol gets no frame of ours: it goes on, and is cut at the end", async (t) => {
	const play = await open(t, "chat", "700ms");
	await leave(play);
	await play.node.send("still here");
	assert.equal(await play.client.readUntil("still here"), "still here");
	await play.client.ended();
	assert.equal(play.client.unread.length, 0);
	assert.deepEqual(await play.stage.portico.child.exited, ENDED);
});
