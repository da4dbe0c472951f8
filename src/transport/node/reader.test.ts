import assert from "node:assert/strict";
import { test } from "node:test";
import { constant, leaseOf } from "../lease.ts";
import { BufferPool } from "./bufferPool.ts";
import { Reader } from "./reader.ts";

/** A reader as Node drives it. */
class Driven {
	readonly chunks: Buffer[] = [];
	readonly reader: Reader;
	#buffer: Buffer;

	constructor(pool: BufferPool, onChunk: (chunk: Buffer) => void = () => {}) {
		this.reader = new Reader(pool, (chunk) => {
			this.chunks.push(chunk);
			onChunk(chunk);
		});
		this.#buffer = this.reader.next() as Buffer;
	}

	get memory(): ArrayBufferLike {
		return this.#buffer.buffer;
	}

	read(bytes: number, fill = "x"): Buffer {
		this.#buffer.fill(fill, 0, bytes);
		this.#buffer = this.reader.receive(bytes) ?? this.#buffer;
		return this.chunks.at(-1) as Buffer;
	}
}

test("small reads of all connections land in one buffer, and views of the same size are the same object", () => {
	const pool = new BufferPool();
	const [one, other] = [new Driven(pool), new Driven(pool)];
	assert.equal(one.read(100), other.read(100));
	assert.equal(one.memory, other.memory);
	assert.equal(leaseOf(one.read(100)), null);
});

test("after a large read a connection has a buffer of its own, which it uses again while nobody retains it", () => {
	const driven = new Driven(new BufferPool());
	driven.read(20_000);
	const first = driven.read(50_000);
	assert.equal(driven.read(50_000).buffer, first.buffer);
	driven.read(100);
	assert.notEqual(driven.memory, first.buffer);
});

test("a retained chunk is never written over: reads go to the rest of its buffer, then to another; released memory is used again", () => {
	const pool = new BufferPool();
	const driven = new Driven(pool, (chunk) => leaseOf(chunk)?.retain());
	driven.read(20_000);
	const kept = ["a", "b", "c", "d", "e", "f"].map((fill) => ({ fill, chunk: driven.read(40_000, fill) }));
	for (const { fill, chunk } of kept) assert.equal(chunk.toString("latin1"), fill.repeat(40_000));
	const memories = new Set(kept.map(({ chunk }) => chunk.buffer));
	assert.equal(memories.size, 2);
	for (const { chunk } of kept) leaseOf(chunk)?.release();
	driven.reader.release();
	const again = Array.from({ length: 3 }, () => new Driven(pool));
	for (const one of again) one.read(20_000);
	assert.equal(again.filter((one) => memories.has(one.memory)).length, 2);
});

test("paused connections hold their large buffer, up to a limit", () => {
	const pool = new BufferPool();
	const shared = new Driven(pool).memory;
	const all = Array.from({ length: 70 }, () => {
		const driven: Driven = new Driven(pool, () => driven.chunks.length === 2 && driven.reader.pause());
		driven.read(20_000);
		driven.read(100_000);
		return driven;
	});
	assert.equal(all.filter((driven) => driven.memory !== shared).length, 64);
	all[0]?.reader.resume();
	const next: Driven = new Driven(pool, () => next.chunks.length === 2 && next.reader.pause());
	next.read(20_000);
	next.read(100_000);
	assert.notEqual(next.memory, shared);
});

test("a constant chunk says so, but not its neighbours in the same memory", () => {
	const slab = Buffer.alloc(100);
	const chunk = constant(slab.subarray(0, 50));
	assert.notEqual(leaseOf(chunk), null);
	assert.equal(leaseOf(slab.subarray(50)), null);
});
