import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes, toMilliseconds } from "./units.ts";

test("durations are milliseconds", () => {
	assert.deepEqual(["500ms", "10s", "5m", "1h", "2d", "0s"].map(toMilliseconds), [500, 10_000, 300_000, 3_600_000, 172_800_000, 0]);
});

test("sizes are bytes, binary and decimal", () => {
	assert.deepEqual(["12B", "64KiB", "10MB", "1MiB", "1GB"].map(toBytes), [12, 65_536, 10_000_000, 1_048_576, 1_000_000_000]);
});

test("a number without unit, a fraction, a sign and a blank are nothing", () => {
	for (const text of ["10", "1.5s", "-1s", "10 s", "s", "", "10S", "64k", "1e3s"]) {
		assert.ok(Number.isNaN(toMilliseconds(text)), text);
		assert.ok(Number.isNaN(toBytes(text)), text);
	}
});
