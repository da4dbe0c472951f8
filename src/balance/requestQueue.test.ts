import assert from "node:assert/strict";
import { test } from "node:test";
import { ANYWHERE, type QueueClock, type QueuedRequest, RequestQueue } from "./requestQueue.ts";

/** Places at members: who waits takes one. */
class Places {
	free = 0;
	readonly taken: string[] = [];
}

class Guest implements QueuedRequest {
	readonly name: string;
	readonly priority: number;
	readonly wants: string;
	readonly over = Promise.withResolvers<string>();
	readonly #places: Places;

	constructor(name: string, places: Places, { priority = 1, wants = ANYWHERE } = {}) {
		this.name = name;
		this.priority = priority;
		this.wants = wants;
		this.#places = places;
	}

	tryAgain(): boolean {
		if (this.#places.free === 0) return false;
		this.#places.free--;
		this.#places.taken.push(this.name);
		return true;
	}

	onQueueTimeout(): void {
		this.over.resolve(this.name);
	}
}

class Capacity {
	inside = 0;
	/** Of other threads. */
	others = 0;
	readonly #size: number;

	constructor(size: number) {
		this.#size = size;
	}

	enter(): boolean {
		if (this.inside >= this.#size) return false;
		this.inside++;
		return true;
	}

	leave(): void {
		this.inside--;
	}

	count(): number {
		return this.inside + this.others;
	}
}

function clockOf(now: () => number): QueueClock {
	return {
		get now() {
			return now();
		},
		read() {},
	};
}

function open(size = 100, now: () => number = () => 0): { line: RequestQueue; room: Capacity; places: Places } {
	const room = new Capacity(size);
	return { line: new RequestQueue(room, clockOf(now)), room, places: new Places() };
}

test("who came first goes first, within a priority; a higher one goes before all of a lower one", () => {
	const { line, room, places } = open();
	for (const [name, priority] of [
		["n1", 1],
		["l1", 2],
		["h1", 0],
		["n2", 1],
		["h2", 0],
		["l2", 2],
	] as const)
		assert.ok(line.join(new Guest(name, places, { priority }), 1000));
	for (let i = 0; i < 6; i++) {
		places.free = 1;
		line.wake();
		assert.equal(line.length, 5 - i);
	}
	assert.deepEqual(places.taken, ["h1", "h2", "n1", "n2", "l1", "l2"]);
	assert.equal(room.inside, 0);
});

test("one who finds no room ends the asking for all who would do with the same members, and for nobody else", () => {
	const { line, places } = open();
	const asked: string[] = [];
	const guests: Guest[] = [];
	for (const [name, wants] of [
		["any1", ANYWHERE],
		["any2", ANYWHERE],
		["a1", "a"],
		["b1", "b"],
		["a2", "a"],
	] as const) {
		const guest = new Guest(name, places, { wants });
		guest.tryAgain = () => {
			asked.push(name);
			return false;
		};
		guests.push(guest);
		line.join(guest, 1000);
	}
	line.wake();
	assert.deepEqual(asked, ["any1", "a1", "b1"]);
	for (const guest of guests) line.leave(guest);
});

test("it is closed to who has a choice of members while one who has it waits, and not for those of one member", () => {
	const { line, places } = open();
	const kept = new Guest("kept", places, { wants: "a" });
	const any = new Guest("any", places);
	line.join(kept, 1000);
	assert.equal(line.anywhere, 0);
	line.join(any, 1000);
	assert.equal(line.anywhere, 1);
	places.free = 2;
	line.wake();
	assert.deepEqual([line.anywhere, line.length], [0, 0]);
});

test("a full room takes nobody in, until somebody leaves", () => {
	const { line, places } = open(2);
	const [a, b, c] = ["a", "b", "c"].map((name) => new Guest(name, places));
	assert.ok(a && b && c);
	assert.deepEqual([line.join(a, 1000), line.join(b, 1000), line.join(c, 1000)], [true, true, false]);
	assert.equal(line.leave(c), false);
	assert.equal(line.leave(a), true);
	assert.equal(line.join(c, 1000), true);
	line.leave(b);
	line.leave(c);
});

test("who has waited long enough is told, once, and is out of the line", async () => {
	let now = 0;
	const { line, room, places } = open(100, () => now);
	const early = new Guest("early", places);
	const late = new Guest("late", places);
	line.join(early, 1000);
	line.join(late, 2000);
	now = 1000;
	assert.equal(await early.over.promise, "early");
	assert.equal(line.length, 1);
	now = 2000;
	assert.equal(await late.over.promise, "late");
	assert.deepEqual([line.length, room.inside], [0, 0]);
});

test("a place that another thread frees is found without being told", async () => {
	const { line, places } = open();
	const guest = new Guest("guest", places);
	const taken = Promise.withResolvers<void>();
	guest.tryAgain = () => {
		if (places.free === 0) return false;
		taken.resolve();
		return true;
	};
	line.join(guest, 1000);
	places.free = 1;
	await taken.promise;
	await Promise.resolve();
	assert.equal(line.length, 0);
});

test("where others wait in other threads, what becomes free is left to them now and then, for a moment", () => {
	let now = 1000;
	const { line, room, places } = open(100, () => now);
	const guests = Array.from({ length: 5 }, (_, index) => new Guest(String(index), places));
	for (const guest of guests) line.join(guest, 10_000);
	places.free = 5;
	room.others = 1;
	line.wake();
	assert.deepEqual(places.taken, []);
	now += 9;
	line.wake();
	assert.deepEqual(places.taken, []);
	now += 1;
	places.free = 1;
	line.wake();
	assert.deepEqual(places.taken, ["0"]);
	now += 100;
	room.others = 0;
	places.free = 4;
	line.wake();
	assert.equal(line.length, 0);
});

test("one that wakes the line while it is woken, by ending at once, upsets nobody", () => {
	const { line, room, places } = open();
	const served: string[] = [];
	for (const name of ["a", "b", "c"]) {
		const guest = new Guest(name, places);
		guest.tryAgain = () => {
			served.push(name);
			line.leave(guest);
			line.wake();
			return true;
		};
		line.join(guest, 1000);
	}
	line.wake();
	assert.deepEqual(served, ["a", "b", "c"]);
	assert.deepEqual([line.length, room.inside], [0, 0]);
});
