import assert from "node:assert/strict";
import { test } from "node:test";
import { TurnClock } from "../clock.ts";
import { Deadlines, type Expiring } from "./deadlines.ts";

const TICK = 250;

/** A clock that stands still until it is moved. */
class HandClock {
	time = 1000;
	now(): number {
		return this.time;
	}
	wall(): number {
		return this.time;
	}
}

class Item implements Expiring {
	deadline = Number.POSITIVE_INFINITY;
	told = 0;
	#then: () => void;
	constructor(then: () => void = () => undefined) {
		this.#then = then;
	}
	onDeadline(): void {
		this.told++;
		this.#then();
	}
}

function setUp(): { clock: HandClock; deadlines: Deadlines; pass: (ms: number) => void } {
	const clock = new HandClock();
	const deadlines = new Deadlines(new TurnClock(clock), TICK);
	const pass = (ms: number) => {
		clock.time += ms;
		deadlines.tick();
	};
	return { clock, deadlines, pass };
}

function armed(deadlines: Deadlines, ms: number, then?: () => void): Item {
	const item = new Item(then);
	item.deadline = deadlines.base + ms;
	deadlines.add(item);
	return item;
}

test("nothing ends early, however late in a tick it was armed, and all ends within two ticks", () => {
	for (let late = 0; late < TICK; late += 25) {
		const { clock, deadlines, pass } = setUp();
		clock.time += late;
		const item = armed(deadlines, 1000);
		const start = clock.time;
		let ended = 0;
		for (let at = TICK - late; item.told === 0; at = TICK) {
			pass(at);
			ended = clock.time - start;
		}
		assert.ok(ended >= 1000 && ended <= 1000 + 2 * TICK, `${ended} ms`);
	}
});

test("an item is told once, until it is armed again", () => {
	const { deadlines, pass } = setUp();
	const item = armed(deadlines, 100);
	pass(1000);
	pass(1000);
	assert.equal(item.told, 1);
	item.deadline = deadlines.base + 100;
	pass(1000);
	assert.equal(item.told, 2);
});

test("an item without a deadline is never told", () => {
	const { deadlines, pass } = setUp();
	const item = new Item();
	deadlines.add(item);
	pass(Number.MAX_SAFE_INTEGER / 2);
	assert.equal(item.told, 0);
});

test("arming anew puts the end off", () => {
	const { deadlines, pass } = setUp();
	const item = armed(deadlines, 1000);
	for (let i = 0; i < 10; i++) {
		pass(900);
		item.deadline = deadlines.base + 1000;
	}
	assert.equal(item.told, 0);
});

test("a deleted item is not told, also when another one deletes it in the same tick", () => {
	const { deadlines, pass } = setUp();
	const gone = armed(deadlines, 100);
	deadlines.delete(gone);
	const victim = new Item();
	armed(deadlines, 100, () => deadlines.delete(victim));
	victim.deadline = deadlines.base + 100;
	deadlines.add(victim);
	pass(1000);
	assert.equal(gone.told + victim.told, 0);
	assert.equal(deadlines.size, 1);
});

test("an item may arm itself when it is told, and is not told again in that tick", () => {
	const { deadlines, pass } = setUp();
	const item: Item = armed(deadlines, 100, () => {
		item.deadline = deadlines.base + 100;
	});
	pass(1000);
	assert.equal(item.told, 1);
	pass(1000);
	assert.equal(item.told, 2);
});

test("time moves with the ticks alone", () => {
	const { clock, deadlines } = setUp();
	clock.time += 5000;
	assert.equal(deadlines.now, 1000);
	deadlines.tick();
	assert.equal(deadlines.now, 6000);
});

test("started, it ticks by itself, until it is stopped", async () => {
	const deadlines = new Deadlines(new TurnClock(), 5);
	const { promise, resolve } = Promise.withResolvers<void>();
	armed(deadlines, 1, resolve);
	deadlines.start();
	// Its timer does not keep a process alive; this one does.
	const alive = setTimeout(() => undefined, 60_000);
	await promise;
	clearTimeout(alive);
	deadlines.stop();
});
