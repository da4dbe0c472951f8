import assert from "node:assert/strict";
import { test } from "node:test";
import { connected } from "../../test/harness/connectedPair.ts";
import type { Connection, ConnectionHandler } from "./connection.ts";
import { Outbox } from "./outbox.ts";

/** Notes what is written, a write each. */
class Notes implements Connection {
	handler: ConnectionHandler = { onData() {}, onDrain() {}, onPeerEnd() {}, onClose() {} };
	readonly remoteAddress = "";
	readonly remotePort = 0;
	readonly localPort = 0;
	readonly tlsVersion = null;
	readonly alpn = null;
	blocked = false;
	readonly unsent = 0;
	readonly writes: string[] = [];

	write(data: string | Buffer): boolean {
		this.writes.push(data.toString("latin1"));
		return !this.blocked;
	}
	writeBoth(text: string, chunk: Buffer): boolean {
		this.writes.push(text + chunk.toString("latin1"));
		return !this.blocked;
	}
	watchPeer(): void {}
	pause(): void {}
	resume(): void {}
	end(): void {}
	destroy(): void {}
	reset(): void {}
}

test("head, chunk line, small body and last chunk leave in one write, at flush", () => {
	const notes = new Notes();
	const outbox = new Outbox(notes);
	outbox.text("head\r\n\r\n");
	outbox.text("5\r\n");
	outbox.chunk(Buffer.from("hello"));
	outbox.text("\r\n0\r\n\r\n");
	assert.deepEqual(notes.writes, []);
	assert.equal(outbox.flush(), true);
	assert.deepEqual(notes.writes, ["head\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]);
});

test("a large chunk leaves at once, with the text before it", () => {
	const notes = new Notes();
	const outbox = new Outbox(notes);
	outbox.text("head");
	outbox.chunk(Buffer.alloc(100_000, "x"));
	assert.deepEqual(notes.writes, [`head${"x".repeat(100_000)}`]);
});

test("nothing gathered, nothing written", () => {
	const notes = new Notes();
	const outbox = new Outbox(notes);
	assert.equal(outbox.flush(), true);
	assert.deepEqual(notes.writes, []);
});

test("a blocked connection is told by each call", () => {
	const notes = new Notes();
	const outbox = new Outbox(notes);
	notes.blocked = true;
	assert.equal(outbox.chunk(Buffer.from("small")), false);
	assert.equal(outbox.flush(), false);
	assert.equal(outbox.flush(), false);
	assert.equal(outbox.chunk(Buffer.alloc(100_000)), false);
});

test("on a real connection all bytes arrive in order, though each chunk's memory is used again at once", async (t) => {
	const { ours, peer } = await connected(t);
	const outbox = new Outbox(ours);
	const memory = Buffer.alloc(64 * 1024);
	let expected = "";
	for (let i = 0; i < 120; i++) {
		const size = [1, 100, 5000, 8192, 8193, 16_384, 16_385, 65_536][i % 8] ?? 1;
		const fill = String.fromCharCode(1 + (i % 255));
		memory.fill(fill, 0, size, "latin1");
		outbox.text(`${i}:\xff\x80`);
		outbox.chunk(memory.subarray(0, size));
		memory.fill("!");
		if (i % 3 === 0) outbox.flush();
		expected += `${i}:\xff\x80${fill.repeat(size)}`;
	}
	outbox.flush();
	ours.end();
	const received = await peer.readBytes(expected.length);
	assert.equal(received.toString("latin1"), expected);
	assert.equal(await peer.ended(), "end");
});

test("a peer that does not read blocks, and its reading drains", async (t) => {
	const { ours, peer } = await connected(t);
	const outbox = new Outbox(ours);
	const drained = Promise.withResolvers<void>();
	ours.handler = { onData() {}, onDrain: drained.resolve, onPeerEnd() {}, onClose() {} };
	peer.pause();
	let written = 0;
	for (let more = true; more; written += 65_536) more = outbox.chunk(Buffer.alloc(65_536));
	assert.equal(outbox.flush(), false);
	assert.equal(ours.blocked, true);
	peer.resume();
	await drained.promise;
	assert.equal(outbox.flush(), true);
	await peer.readBytes(written);
});
