import assert from "node:assert/strict";
import { test } from "node:test";
import { CounterRandom } from "./counterRandom.ts";
import { keyHash, mix32 } from "./hash.ts";

test("hashes are the same in every instance and version", () => {
	assert.equal(keyHash(""), mix32(0x811c9dc5));
	assert.deepEqual(["is-1", "is-2", "192.0.2.1"].map(keyHash), [2593546545, 3960941777, 1941296713]);
});

test("names that differ in one letter spread over all buckets", () => {
	const buckets = new Array<number>(64).fill(0);
	for (let i = 0; i < 64_000; i++) {
		const bucket = keyHash(`10.0.${i >> 8}.${i & 255}`) % 64;
		buckets[bucket] = (buckets[bucket] ?? 0) + 1;
	}
	for (const count of buckets) assert.ok(Math.abs(count - 1000) < 200, `${count}`);
});

test("random numbers spread evenly, do not repeat soon, and differ between threads", () => {
	const [one, other] = [new CounterRandom(1), new CounterRandom(2)];
	const buckets = new Array<number>(256).fill(0);
	const pairs = new Array<number>(64).fill(0);
	let before = 0;
	let same = 0;
	for (let i = 0; i < 256_000; i++) {
		const drawn = one.next();
		buckets[drawn >>> 24] = (buckets[drawn >>> 24] ?? 0) + 1;
		const pair = (before >>> 29) * 8 + (drawn >>> 29);
		pairs[pair] = (pairs[pair] ?? 0) + 1;
		if (drawn === other.next()) same++;
		before = drawn;
	}
	for (const count of buckets) assert.ok(Math.abs(count - 1000) < 200, `${count}`);
	for (const count of pairs) assert.ok(Math.abs(count - 4000) < 400, `${count}`);
	assert.ok(same < 5);
});
