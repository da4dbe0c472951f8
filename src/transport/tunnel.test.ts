import assert from "node:assert/strict";
import { test } from "node:test";
import { connected } from "../../test/harness/connectedPair.ts";
import { type Scope, within } from "../../test/harness/deadline.ts";
import type { RawSocket } from "../../test/harness/rawSocket.ts";
import { TurnClock } from "../clock.ts";
import { Deadlines } from "./deadlines.ts";
import { type CloseNotice, Tunnel, type TunnelEnd } from "./tunnel.ts";

const MIB = 1024 * 1024;
const IDLE = 60_000;

interface Play {
	readonly tunnel: Tunnel;
	/** The far ends. */
	readonly client: RawSocket;
	readonly node: RawSocket;
	/** What the tunnel reported. */
	readonly end: Promise<TunnelEnd>;
	/** Moves its clock. */
	pass(ms: number): void;
	/** Both of its sockets are closed, and it waits for nothing any more. */
	released(): Promise<void>;
}

async function play(scope: Scope, closeNotice: CloseNotice | null = null): Promise<Play> {
	const [a, b] = await Promise.all([connected(scope), connected(scope)]);
	let time = 0;
	const deadlines = new Deadlines(new TurnClock({ now: () => time, wall: () => time }));
	const { promise: end, resolve } = Promise.withResolvers<TunnelEnd>();
	const closed = [a.socket, b.socket].map((socket) => new Promise<void>((done) => socket.once("close", () => done())));
	const tunnel = new Tunnel(a.ours, b.ours, deadlines, IDLE, closeNotice, resolve);
	return {
		tunnel,
		client: a.peer,
		node: b.peer,
		end,
		pass(ms) {
			time += ms;
			deadlines.tick();
		},
		async released() {
			await within(Promise.all(closed), "the close of both sockets");
			assert.equal(deadlines.size, 0);
		},
	};
}

test("bytes pass both ways and are counted; an orderly end passes too", async (t) => {
	const { client, node, end, released } = await play(t);
	await client.send("ping");
	assert.equal(await node.readUntil("ping"), "ping");
	await node.send("pong!");
	await client.readUntil("pong!");
	client.end();
	assert.equal(await node.ended(), "end");
	await node.send("late");
	await client.readUntil("late");
	node.end();
	assert.equal(await client.ended(), "end");
	assert.deepEqual(await end, { fromClient: 4, toClient: 9, idle: false });
	await released();
});

test("bytes that came before the tunnel are passed on first", async (t) => {
	const { tunnel, client, node, end } = await play(t);
	tunnel.start(Buffer.from("from the client"), Buffer.from("from the node"), false);
	await node.send("!");
	assert.equal(await node.readUntil("client"), "from the client");
	assert.equal(await client.readUntil("!"), "from the node!");
	tunnel.cut();
	assert.deepEqual(await end, { fromClient: 15, toClient: 14, idle: false });
});

for (const [slow, fast] of [
	["client", "node"],
	["node", "client"],
] as const) {
	test(`a ${slow} that does not read stops the ${fast}, and goes on where it was`, async (t) => {
		const ends = await play(t);
		const total = 48 * MIB;
		ends[slow].pause();
		let taken = false;
		const sent = ends[fast].send(Buffer.alloc(total, 5)).then(() => {
			taken = true;
		});
		// The other direction is free meanwhile.
		for (let i = 0; i < 50; i++) {
			await ends[slow].send("x");
			await ends[fast].readUntil("x");
		}
		assert.equal(taken, false);
		ends[slow].resume();
		const bytes = await ends[slow].readBytes(total, 20_000);
		assert.ok(bytes.equals(Buffer.alloc(total, 5)));
		await sent;
	});
}

for (const [dead, left] of [
	["client", "node"],
	["node", "client"],
] as const) {
	test(`a ${dead} that is killed: the ${left} hears the end, and both sockets are released`, async (t) => {
		const ends = await play(t);
		await ends[dead].send("last");
		await ends[left].readUntil("last");
		ends[dead].reset();
		await ends[left].ended();
		ends[left].end();
		assert.equal((await ends.end).idle, false);
		await ends.released();
	});

	test(`a ${left} that does not react to it, or keeps sending, is cut after a while`, async (t) => {
		const ends = await play(t);
		ends[dead].reset();
		await ends[left].ended();
		await ends.end;
		await ends[left].send(Buffer.alloc(MIB));
		ends.pass(10_000);
		ends.pass(10_000);
		await ends.released();
	});

	test(`a ${dead} that is killed while it held the ${left} back: both sockets are released`, async (t) => {
		const ends = await play(t);
		ends[dead].pause();
		void ends[left].send(Buffer.alloc(32 * MIB));
		await ends[dead].send("it is under way");
		await ends[left].readUntil("under way");
		ends[dead].reset();
		await ends.end;
		ends.pass(10_000);
		ends.pass(10_000);
		await ends.released();
	});
}

test("a tunnel that is silent for too long is ended, and says so", async (t) => {
	const { client, node, end, pass, released } = await play(t);
	pass(IDLE - 1000);
	await client.send("still here");
	await node.readUntil("here");
	pass(IDLE - 1000);
	assert.equal(client.ending, null);
	pass(2000);
	assert.equal((await end).idle, true);
	await Promise.all([client.ended(), node.ended()]);
	await released();
});

test("cut ends both sides and reports once", async (t) => {
	const { tunnel, client, node, end, released } = await play(t);
	tunnel.cut();
	tunnel.cut();
	await Promise.all([client.ended(), node.ended()]);
	assert.equal((await end).idle, false);
	await released();
});

/** Frames are lines. */
class Lines implements CloseNotice {
	readonly frame = Buffer.from("goodbye\n");
	atBoundary = true;
	push(chunk: Buffer): void {
		this.atBoundary = chunk.at(-1) === 0x0a;
	}
}

test("goodbye is said to the client at once between frames, and nothing of the node follows it", async (t) => {
	const { tunnel, client, node } = await play(t, new Lines());
	await node.send("one\n");
	await client.readUntil("one\n");
	tunnel.leave();
	tunnel.leave();
	assert.equal(await client.readUntil("\n"), "goodbye\n");
	await node.send("two\n");
	await client.send("bye to the node\n");
	await node.readUntil("bye to the node\n");
	node.end();
	await client.ended();
	assert.equal(client.unread.length, 0);
});

test("inside a frame goodbye waits for its end", async (t) => {
	const { tunnel, client, node } = await play(t, new Lines());
	await node.send("a long ");
	await client.readUntil("long ");
	tunnel.leave();
	await node.send("frame\n");
	assert.equal(await client.readUntil("bye\n"), "frame\ngoodbye\n");
});

test("a protocol without goodbye is left alone until it is cut", async (t) => {
	const { tunnel, client, node } = await play(t);
	tunnel.leave();
	await node.send("goes on");
	await client.readUntil("goes on");
});
