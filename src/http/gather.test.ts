import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { gather } from "./gather.ts";

test("however a body was cut, it is kept whole, in few parts, and of no chunk that may be overwritten", () => {
	fc.assert(
		fc.property(fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 20 }), fc.nat({ max: 20_000 }), (chunks, single) => {
			const all = [...chunks.map((chunk) => Buffer.from(chunk)), ...Array.from({ length: single }, (_, at) => Buffer.of(at & 0xff))];
			const whole = Buffer.concat(all);
			const parts: Buffer[] = [];
			for (const chunk of all) {
				gather(parts, chunk);
				chunk.fill(0x7e);
			}
			assert.ok(Buffer.concat(parts).equals(whole));
			assert.ok(parts.length <= 1 + chunks.length + whole.length / 2048, `${parts.length} parts of ${whole.length} bytes`);
		}),
		{ numRuns: 20 },
	);
});
