import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, gunzipSync } from "node:zlib";
import fc from "fast-check";
import type { CodecOwner } from "./encoder.ts";
import { GzipWriter } from "./gzipWriter.ts";

function writing(): { writer: GzipWriter; out: () => Buffer; ended: () => boolean } {
	const chunks: Buffer[] = [];
	let isEnded = false;
	const owner: CodecOwner = {
		onCodecData(chunk) {
			chunks.push(chunk);
			return true;
		},
		onCodecDrain() {},
		onCodecEnd() {
			isEnded = true;
		},
		onCodecError: assert.fail,
	};
	return { writer: new GzipWriter(2, owner), out: () => Buffer.concat(chunks), ended: () => isEnded };
}

/** As far as it has come. */
const beginning = (bytes: Buffer): Buffer => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });

const piece = fc.oneof(
	fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
	fc
		.tuple(fc.constantFrom("<p>row</p>\n", "x", '{"a":1},'), fc.integer({ min: 0, max: 20_000 }))
		.map(([text, times]) => Buffer.from(text.repeat(times))),
);

test("whatever is written comes out of gunzip again, and after a flush all of it so far", () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 8 }), (pieces) => {
			const { writer, out, ended } = writing();
			const written: Buffer[] = [];
			for (const [chunk, flushes] of pieces) {
				written.push(chunk);
				writer.write(chunk);
				if (!flushes) continue;
				writer.flush();
				if (out().length > 0) assert.deepEqual(beginning(out()), Buffer.concat(written));
			}
			writer.end();
			assert.equal(ended(), true);
			assert.deepEqual(gunzipSync(out()), Buffer.concat(written));
		}),
		{ numRuns: 60 },
	);
});

test("a body in small reads compresses about as well as at once", () => {
	const page = Buffer.from(
		Array.from({ length: 2000 }, (_, row) => `<div class="row" id="r${row}"><label for="f${row}">user ${row * 7919}</label></div>\n`).join(
			"",
		),
	);
	const sizeIn = (length: number): number => {
		const { writer, out } = writing();
		for (let from = 0; from < page.length; from += length) {
			writer.write(page.subarray(from, from + length));
			writer.flush();
		}
		writer.end();
		return out().length;
	};
	assert.ok(sizeIn(4096) < sizeIn(65_536) * 1.4);
});

test("what is not flushed stays here until there is enough of it", () => {
	const { writer, out } = writing();
	writer.write(Buffer.alloc(1000));
	assert.equal(out().length, 0);
	writer.write(Buffer.alloc(64 * 1024));
	assert.equal(beginning(out()).length, 1000 + 64 * 1024);
});
