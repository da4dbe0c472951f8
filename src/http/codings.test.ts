import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedCoding, codingOf } from "./codings.ts";

test("what a client prefers, then what costs least", () => {
	const rows = [
		["gzip, deflate, br, zstd", "gzip"],
		["gzip, deflate", "gzip"],
		["GZIP;q=0.5, br", "br"],
		["gzip;q=0, deflate", "deflate"],
		["*", "gzip"],
		["*;q=0, gzip", "gzip"],
		["x-gzip", "gzip"],
		["gzip;q=0.3, identity;q=0.5", null],
		["gzip;q=nonsense", null],
		["identity", null],
		["", null],
	] as const;
	for (const [accept, coding] of rows) assert.equal(acceptedCoding(accept), coding, accept);
	assert.equal(acceptedCoding(undefined), null);
});

test("what a Content-Encoding names", () => {
	for (const [value, coding] of [
		["gzip", "gzip"],
		["X-GZIP", "gzip"],
		["", "identity"],
		["gzip, gzip", "unknown"],
		["compress", "unknown"],
	] as const) {
		assert.equal(codingOf(value), coding);
	}
	assert.equal(codingOf(undefined), "identity");
});
