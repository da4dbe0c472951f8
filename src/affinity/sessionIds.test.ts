import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { test } from "node:test";
import { sessionIds } from "./sessionIds.ts";

test("16 hexadecimal digits each, and none comes twice, over several fillings of the pool", () => {
	const next = sessionIds(randomFillSync);
	const ids = Array.from({ length: 5000 }, () => next());
	for (const id of ids) assert.match(id, /^[\da-f]{16}$/);
	assert.equal(new Set(ids).size, ids.length);
});

test("every random byte is used once, in order", () => {
	let filled = 0;
	const next = sessionIds((pool) => {
		for (let at = 0; at < pool.length; at += 8) pool.writeBigUInt64BE(BigInt(filled++), at);
	});
	for (let number = 0; number < 1300; number++) assert.equal(next(), number.toString(16).padStart(16, "0"));
	assert.equal(filled, 1536);
});
