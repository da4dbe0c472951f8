import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { Coding } from "../http/codings.ts";
import { BodyPipe } from "./bodyPipe.ts";
import type { Rewriting } from "./bodyRules.ts";

/** A pipe whose rewriting changes nothing, what comes out of it, and how often it was asked. */
function openPipe(encode: Coding | null, onPipeDrain: () => void = () => undefined) {
	const out = new PassThrough();
	const asked: number[] = [];
	const rewriting: Rewriting = {
		push(chunk) {
			asked.push(chunk.length);
			return chunk;
		},
		end: () => null,
	};
	const pipe = new BodyPipe(rewriting, null, encode, {
		onPipeData(chunk) {
			out.write(Buffer.from(chunk));
			return true;
		},
		onPipeText: () => undefined,
		onPipeDrain,
		onPipeEnd: () => void out.end(),
		onPipeError: (cause) => void out.destroy(cause),
	});
	return { pipe, out, asked };
}

/** Byte by byte, each overwritten at once, as the buffers of sockets are. */
function writeSingly(pipe: BodyPipe, body: Buffer): void {
	for (const byte of body) {
		const chunk = Buffer.of(byte);
		pipe.write(chunk);
		chunk.fill(0x7e);
	}
}

test("small chunks of one read are rewritten together, in their order, and leave with it", async () => {
	const body = Buffer.from("0123456789".repeat(1000));
	const { pipe, out, asked } = openPipe(null);
	writeSingly(pipe, body.subarray(0, 5000));
	pipe.write(body.subarray(5000, 6000));
	writeSingly(pipe, body.subarray(6000, 6010));
	pipe.flush();
	assert.equal(out.readableLength, 6010);
	writeSingly(pipe, body.subarray(6010));
	assert.equal(pipe.end(), null);
	assert.ok((await out.toArray()).join("") === body.toString("latin1"));
	assert.ok(asked.length <= 6, asked.join(" "));
});

test("a body of one read comes out whole at its end", () => {
	const { pipe } = openPipe(null);
	writeSingly(pipe, Buffer.from("a page"));
	assert.equal(pipe.end()?.toString(), "a page");
});

test("where the coder is full, the end of a read says so", () => {
	const { pipe } = openPipe("br");
	const chunk = Buffer.alloc(100, "0123456789");
	let reads = 0;
	do for (let at = 0; at < 60; at++) pipe.write(chunk);
	while (pipe.flush() && ++reads < 100);
	assert.ok(reads > 0 && reads < 100, `${reads} reads`);
	pipe.close();
});

test("a node that sends fast leaves the thread to others after 128 KiB, and goes on in the next turn", async () => {
	const drained = Promise.withResolvers<void>();
	const { pipe, asked } = openPipe(null, drained.resolve);
	const read = Buffer.alloc(64 * 1024, "x");
	pipe.write(read);
	assert.equal(pipe.flush(), true);
	pipe.write(read);
	assert.equal(pipe.flush(), false);
	assert.equal(pipe.resume(), false, "it waits for its turn, whatever the client takes");
	await drained.promise;
	assert.equal(pipe.resume(), true);
	assert.deepEqual(asked, [read.length, read.length]);
});
