import assert from "node:assert/strict";
import { test } from "node:test";
import * as zlib from "node:zlib";
import type { Coding } from "../http/codings.ts";
import { decodeStart } from "./decodeStart.ts";

const ENCODE: Readonly<Record<Coding, (body: Buffer) => Buffer>> = {
	gzip: zlib.gzipSync,
	deflate: zlib.deflateSync,
	br: zlib.brotliCompressSync,
	zstd: zlib.zstdCompressSync,
};
const codings = Object.keys(ENCODE) as Coding[];

function decoded(coding: Coding, coded: Buffer, most: number): Promise<string> {
	return new Promise((resolve) => {
		decodeStart(coding, coded, most, (beginning) => resolve(beginning.toString()));
	});
}

test("the beginning of a body in every coding, also where its bytes are cut off", async () => {
	const page = Array.from({ length: 20_000 }, (_, row) => `<p>${row * row}</p>`).join("");
	for (const coding of codings) {
		const coded = ENCODE[coding](Buffer.from(page));
		assert.equal(await decoded(coding, coded, 1_000_000), page);
		assert.equal(await decoded(coding, coded, 1000), page.slice(0, 1000));
		const half = await decoded(coding, coded.subarray(0, coded.length / 2), 1_000_000);
		assert.ok(half.length > 1000 && page.startsWith(half), coding);
		assert.equal(await decoded(coding, Buffer.from("<p>in no coding</p>"), 1000), "");
	}
});

test("what would grow a thousandfold is not unpacked", async () => {
	const bytes = 256 * 1024 * 1024;
	const bomb = zlib.gzipSync(zlib.gzipSync(Buffer.alloc(bytes)));
	const packed = zlib.gunzipSync(bomb);
	const before = process.memoryUsage();
	assert.equal((await decoded("gzip", packed, 65_536)).length, 65_536);
	const after = process.memoryUsage();
	assert.ok(after.external + after.arrayBuffers - before.external - before.arrayBuffers < 16 * 1024 * 1024);
});

test("a window of more than 8 MiB is not made room for", async () => {
	const page = Buffer.alloc(32 * 1024 * 1024, "x");
	const params = { [zlib.constants.ZSTD_c_windowLog]: 25, [zlib.constants.ZSTD_c_compressionLevel]: 1 };
	const frame = await new Promise<Buffer>((resolve) => {
		const parts: Buffer[] = [];
		// A stream does not know the length, so its frames name their window.
		const stream = zlib.createZstdCompress({ params });
		stream.on("data", (part: Buffer) => parts.push(part)).on("end", () => resolve(Buffer.concat(parts)));
		stream.end(page);
	});
	assert.equal(await decoded("zstd", frame, 1000), "");
});
