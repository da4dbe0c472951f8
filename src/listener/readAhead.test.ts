import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyBudget } from "../exchange/bodyBudget.ts";
import { ReadAhead, type SlowReader } from "./readAhead.ts";

class Reader implements SlowReader {
	slowPace: number | null;
	taken = 0;
	dropped = false;
	readonly #readAhead: ReadAhead;

	constructor(readAhead: ReadAhead, slowPace: number | null) {
		this.#readAhead = readAhead;
		this.slowPace = slowPace;
	}

	take(bytes: number): boolean {
		this.taken += bytes;
		return this.#readAhead.take(this, bytes);
	}

	drop(): void {
		this.dropped = true;
		this.#readAhead.release(this, this.taken);
	}
}

test("when the memory is used up, the slowest reader is cut off, and the next chunk fits", () => {
	const readAhead = new ReadAhead(new BodyBudget(100));
	const [fast, slow, slower] = [null, 500, 200].map((pace) => new Reader(readAhead, pace)) as [Reader, Reader, Reader];
	for (const reader of [fast, slow, slower]) assert.ok(reader.take(30));
	assert.equal(fast.take(30), false);
	assert.deepEqual(
		[fast, slow, slower].map(({ dropped }) => dropped),
		[false, false, true],
	);
	assert.equal(slow.take(10), true);
	assert.equal(slow.take(1), false);
	assert.equal(slow.dropped, true, "now it is the slowest");
	assert.equal(fast.take(30), true);
	assert.equal(fast.take(30), false, "nobody is slow: the node waits");
	assert.equal(fast.dropped, false);
});
