import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { AffinityTable } from "./affinityTable.ts";

const NOW = 1_750_000_000;
const key = (a: number, b = a) => ({ a: a >>> 0, b: b >>> 0 });

test("what was put is found until it expires, by all who share the memory", () => {
	const shared = AffinityTable.create(64);
	const [table, other] = [new AffinityTable(shared), new AffinityTable(shared)];
	assert.equal(table.get(key(1), NOW), -1);
	table.put(key(1), 0xfedcba98, NOW, NOW + 600);
	assert.equal(other.get(key(1), NOW), 0xfedcba98);
	assert.equal(other.get(key(1), NOW + 599), 0xfedcba98);
	assert.equal(other.get(key(1), NOW + 600), -1);
	for (const stranger of [key(2), key(1, 2), key(2, 1), key(0)]) assert.equal(table.get(stranger, NOW), -1);
	other.put(key(1), 0, NOW, NOW + 700);
	assert.equal(table.get(key(1), NOW), 0);
	table.drop(key(1));
	table.drop(key(2));
	assert.equal(other.get(key(1), NOW), -1);
});

test("an entry is written again when its member changes, or its time by more than a 32nd", () => {
	const table = new AffinityTable(AffinityTable.create(8));
	table.put(key(1), 1, NOW, NOW + 600);
	table.put(key(1), 1, NOW, NOW + 619);
	assert.equal(table.get(key(1), NOW + 601), -1);
	table.put(key(1), 1, NOW, NOW + 660);
	assert.equal(table.get(key(1), NOW + 659), 1);
	table.put(key(1), 1, NOW, NOW + 100);
	assert.equal(table.get(key(1), NOW + 659), 1);
	table.put(key(1), 2, NOW, NOW + 660);
	assert.equal(table.get(key(1), NOW), 2);
	table.put(key(1), 2, NOW + 660, NOW + 661);
	assert.equal(table.get(key(1), NOW + 660), 2);
	assert.deepEqual([...table.counts(NOW + 660)], [[2, 1]]);
});

test("in a full bucket the entry that expires first gives way", () => {
	const table = new AffinityTable(AffinityTable.create(8));
	for (let i = 0; i < 8; i++) table.put(key(i + 1), i, NOW, NOW + 100 - i);
	table.put(key(9), 9, NOW, NOW + 50);
	assert.equal(table.get(key(8), NOW), -1);
	for (let i = 0; i < 7; i++) assert.equal(table.get(key(i + 1), NOW), i);
	assert.equal(table.get(key(9), NOW), 9);
});

test("counts by member, without what has expired", () => {
	const table = new AffinityTable(AffinityTable.create(1024));
	for (let i = 0; i < 100; i++) table.put(key(Math.imul(i, 0x9e3779b1), i), i % 3, NOW, NOW + i);
	const living = Array.from({ length: 100 }, (_, i) => i).filter((i) => i > 40);
	const expected = [0, 1, 2].map((member) => living.filter((i) => i % 3 === member).length);
	const counts = table.counts(NOW + 40);
	assert.deepEqual(
		[0, 1, 2].map((member) => counts.get(member)),
		expected,
	);
	assert.equal(table.counts(NOW + 100).size, 0);
});

test("as a map that forgets, whatever is put, dropped and asked", () => {
	const small = fc.nat(5);
	const command = fc.tuple(fc.constantFrom("put", "drop", "get"), small, small, fc.integer({ min: 1, max: 400 }));
	fc.assert(
		fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
			const table = new AffinityTable(AffinityTable.create(64));
			const model = new Map<number, { member: number; until: number }>();
			let now = NOW;
			for (const [what, id, member, seconds] of commands) {
				now += seconds % 7;
				const known = model.get(id);
				const isKnown = known !== undefined && known.until > now;
				if (what === "put") {
					const until = now + seconds;
					table.put(key(id, 77), member, now, until);
					if (!isKnown || known.member !== member || known.until < until - Math.floor(seconds / 32)) model.set(id, { member, until });
				} else if (what === "drop") {
					table.drop(key(id, 77));
					model.delete(id);
				} else assert.equal(table.get(key(id, 77), now), isKnown ? known.member : -1);
			}
		}),
	);
});

test("only powers of two from 8 on", () => {
	for (const entries of [0, 4, 12, 1000, 8.5]) assert.throws(() => AffinityTable.create(entries), RangeError);
});

/** Puts its own members for the keys that all threads fight over, and reads; tells what it read that nobody put under that key. */
const FIGHT = `
import { parentPort, workerData } from "node:worker_threads";
import { AffinityTable } from ${JSON.stringify(new URL("./affinityTable.ts", import.meta.url).href)};
const { shared, thread, rounds } = workerData;
const table = new AffinityTable(shared);
let wrong = 0, found = 0;
let seed = thread + 1;
for (let i = 0; i < rounds; i++) {
	seed = Math.imul(seed, 1664525) + 1013904223 >>> 0;
	const id = (seed >>> 16) % 64;
	const key = { a: Math.imul(id + 1, 0x9e3779b1) >>> 0, b: Math.imul(id + 1, 0x85ebca6b) >>> 0 };
	if (seed & 256) table.put(key, id * 16 + thread, 1000, 1000 + 100 * (1 + (seed >>> 24)));
	else {
		const member = table.get(key, 1000);
		if (member !== -1) found++;
		if (member !== -1 && Math.floor(member / 16) !== id) wrong++;
	}
}
parentPort.postMessage({ wrong, found });
`;

test("threads that write the same few entries at once never read what belongs to another key", async (t) => {
	const shared = AffinityTable.create(8);
	const answers = await Promise.all(
		[0, 1, 2].map((thread) => {
			const { promise, resolve, reject } = Promise.withResolvers<{ wrong: number; found: number }>();
			const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(FIGHT)}`), {
				workerData: { shared, thread, rounds: 200_000 },
			});
			t.after(() => worker.terminate());
			worker.once("message", resolve);
			worker.once("error", reject);
			return promise;
		}),
	);
	assert.deepEqual(
		answers.map(({ wrong }) => wrong),
		[0, 0, 0],
	);
	for (const { found } of answers) assert.ok(found > 0);
});
