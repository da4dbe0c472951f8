import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryWatch } from "./memoryWatch.ts";

const MIB = 2 ** 20;

/** A worker on 100 MiB, of which it needs 20 for itself. */
class Worker {
	now = 0;
	live = 0;
	garbage = 0;
	collections = 0;
	/** Milliseconds of one collection. */
	took = 50;
	given: boolean[] = [];
	readonly shed: string[] = [];
	readonly watch = new MemoryWatch({
		memory: {
			available: 1000 * MIB,
			used: () => (20 + this.live + this.garbage) * MIB,
			group: null,
			heap: () => ({ used: 0, pages: 0, limit: 50 * MIB, external: (this.live + this.garbage) * MIB }),
			collect: () => {
				this.collections++;
				this.garbage = 0;
				this.now += this.took;
			},
		},
		clock: { now: () => this.now, wall: () => this.now },
		limit: () => 100 * MIB,
		giveBack: (all) => void this.given.push(all),
		liveElsewhere: () => 0,
		onShed: (work) => void this.shed.push(work),
		onLook: () => {},
	});

	/** Looks until so much time has passed. */
	pass(ms: number): void {
		for (const until = this.now + ms; this.now < until; this.now += 50) this.watch.look();
	}
}

test("garbage never leads to a refusal", () => {
	const worker = new Worker();
	for (let round = 0; round < 20; round++) {
		worker.garbage = 78;
		worker.watch.look();
		assert.equal(worker.watch.isOpen, true);
		worker.pass(500);
	}
	assert.equal(worker.watch.level, "normal");
});

test("what is needed leads to refusals after a collection, and everything is given back before", () => {
	const worker = new Worker();
	worker.live = 63;
	worker.watch.look();
	assert.deepEqual([worker.watch.level, worker.given], ["normal", [true]]);
	worker.now += 50;
	worker.watch.look();
	assert.equal(worker.watch.level, "short");
	assert.deepEqual([worker.watch.sheds("upload"), worker.watch.sheds("request"), worker.shed], [true, false, ["upload"]]);
});

test("collections that bring nothing become rare while memory is tight, but not while somebody is refused", () => {
	const worker = new Worker();
	worker.live = 53;
	worker.pass(60_000);
	assert.equal(worker.watch.level, "tight");
	assert.ok(worker.collections < 10, String(worker.collections));
	worker.live = 65;
	worker.pass(2000);
	assert.equal(worker.watch.level, "short");
	[worker.live, worker.garbage] = [0, 65];
	worker.pass(1500);
	assert.equal(worker.watch.level, "normal");
});

test("what a burst has left is collected when nothing happens any more", () => {
	const worker = new Worker();
	worker.pass(500);
	worker.garbage = 40;
	worker.pass(1000);
	assert.deepEqual([worker.garbage, worker.watch.level], [0, "normal"]);
});

test("a heap that fills up is short of memory too", () => {
	const worker = new Worker();
	const heap = { used: 42 * MIB, pages: 45 * MIB, limit: 50 * MIB, external: 0 };
	const watch = new MemoryWatch({
		memory: { available: 1000 * MIB, used: () => 100 * MIB, group: null, heap: () => heap, collect: () => {} },
		clock: { now: () => worker.now, wall: () => 0 },
		...{ limit: () => 0, giveBack: () => {}, liveElsewhere: () => 0, onShed: () => {}, onLook: () => {} },
	});
	watch.look();
	worker.now += 10;
	watch.look();
	assert.equal(watch.level, "short");
});

test("a group with less room than the process counts", () => {
	const worker = new Worker();
	const watch = new MemoryWatch({
		memory: {
			...{ available: 1000 * MIB, used: () => 100 * MIB, collect: () => {} },
			group: { limit: 256 * MIB, used: () => 240 * MIB },
			heap: () => ({ used: 0, pages: 0, limit: MIB, external: 0 }),
		},
		clock: { now: () => worker.now, wall: () => 0 },
		...{ limit: () => 0, giveBack: () => {}, liveElsewhere: () => 0, onShed: () => {}, onLook: () => {} },
	});
	watch.look();
	worker.now += 10;
	watch.look();
	assert.equal(watch.level, "scarce");
});
