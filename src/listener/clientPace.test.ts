import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientPace } from "./clientPace.ts";

const LIMIT = 60_000;

test("a pace is known after five seconds, and is that of the last window, whatever went before", () => {
	const pace = new ClientPace();
	assert.equal(pace.slow(10_000, 0, LIMIT), null, "nobody waits");
	pace.begin(10_000, 0);
	assert.equal(pace.slow(14_999, 100, LIMIT), null);
	assert.equal(pace.slow(15_000, 4_000_000, LIMIT), null, "fast: the kernel's buffers");
	assert.equal(pace.slow(20_000, 4_005_000, LIMIT), 1000);
	assert.equal(pace.slow(22_000, 9_000_000, LIMIT), 1000, "until the next window is over");
	assert.equal(pace.slow(25_000, 9_000_000, LIMIT), null);
	pace.end();
	assert.equal(pace.slow(99_000, 9_000_000, LIMIT), null);
});

test("32 KiB a second is not slow; where the limit is short, half of it is enough", () => {
	const pace = new ClientPace();
	pace.begin(0, 0);
	assert.equal(pace.slow(500, 16_384, 1000), null);
	assert.equal(pace.slow(1000, 32_767, 1000), 32_766);
});
