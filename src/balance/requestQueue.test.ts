import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientShares, type Share, type SlotHolder } from "./clientShares.ts";
import { ANYWHERE, type QueueClock, type QueuedRequest, RequestQueue } from "./requestQueue.ts";

/** Places at members: who waits takes one. */
class Places {
	free = 0;
	readonly shares = new ClientShares();
	readonly taken: string[] = [];
}

class Guest implements QueuedRequest, SlotHolder {
	readonly name: string;
	readonly priority: number;
	readonly wants: string;
	readonly share: Share;
	readonly over = Promise.withResolvers<string>();
	displaced = false;
	position = 0;
	readonly heldAt = null;
	readonly slowPace = null;
	readonly #places: Places;

	constructor(name: string, places: Places, { priority = 1, wants = ANYWHERE, client = "192.0.2.1" } = {}) {
		this.name = name;
		this.priority = priority;
		this.wants = wants;
		this.share = places.shares.of(client);
		this.#places = places;
	}

	tryAgain(): boolean {
		if (this.#places.free === 0) return false;
		this.#places.free--;
		this.#places.shares.hold(this);
		this.#places.taken.push(this.name);
		return true;
	}

	onQueueTimeout(): void {
		this.over.resolve(this.name);
	}

	evict(): void {}

	onDisplaced(): void {
		this.displaced = true;
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
	const places = new Places();
	return { line: new RequestQueue(room, clockOf(now), places.shares), room, places };
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

/** Adds one request for each name, the client's letter first, and gives out that many slots, one by one. */
function served(names: readonly string[], slots: number, priorities: Readonly<Record<string, number>> = {}): string[] {
	const { line, places } = open();
	const guests = names.map((name) => new Guest(name, places, { client: name.slice(0, 1), priority: priorities[name] ?? 1 }));
	for (const guest of guests) line.join(guest, 1000);
	for (let i = 0; i < slots; i++) {
		places.free = 1;
		line.wake();
	}
	for (const guest of guests) line.leave(guest);
	return places.taken;
}

test("clients take turns, however many requests one of them has queued before the others came", () => {
	assert.deepEqual(served(["a1", "a2", "a3", "a4", "b1", "c1", "b2"], 7), ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
});

test("priority counts among clients that hold no more than their share, and not for one that holds more", () => {
	assert.deepEqual(served(["a1", "a2", "a3", "b1"], 4, { a1: 0, a2: 0, a3: 0 }), ["a1", "b1", "a2", "a3"]);
	assert.deepEqual(served(["a1", "b1", "b2", "a2"], 4, { b2: 0 }), ["b2", "a1", "b1", "a2"]);
});

test("in a full queue a client with many requests loses its last one of the lowest priority to a client with fewer", () => {
	const { line, places, room } = open(4);
	const [high, low, lower, mid] = (["a", "a", "a", "b"] as const).map(
		(client, at) => new Guest(`${client}${at}`, places, { client, priority: [0, 2, 2, 1][at] ?? 1 }),
	) as [Guest, Guest, Guest, Guest];
	for (const guest of [high, low, lower, mid]) assert.ok(line.join(guest, 1000));
	const newcomer = new Guest("c", places, { client: "c" });
	assert.ok(line.join(newcomer, 1000));
	assert.deepEqual(
		[high, low, lower, mid].map(({ displaced }) => displaced),
		[false, false, true, false],
	);
	assert.equal(room.inside, 4);
	// The one with two would have as many as this one then: nobody gains.
	assert.equal(line.join(new Guest("b2", places, { client: "b" }), 1000), false);
	for (const guest of [high, low, mid, newcomer]) line.leave(guest);
});

test("where each of a thousand wants something else, each is tried once a look", () => {
	const places = new Places();
	const clock = { now: 0, read: () => {} };
	const queue = new RequestQueue(new Capacity(1000), clock, places.shares);
	let tries = 0;
	let compared = 0;
	const guests = Array.from({ length: 1000 }, (_, i) => new Guest(String(i), places, { wants: `key ${i}` }));
	for (const guest of guests) {
		guest.tryAgain = () => {
			tries++;
			return false;
		};
		Object.defineProperty(guest, "priority", {
			get: () => {
				compared++;
				return 1;
			},
		});
		assert.ok(queue.join(guest, 1000));
	}
	queue.wake();
	assert.equal(tries, 1000);
	assert.ok(compared < 100_000, `${compared} looks at priorities`);
	for (const guest of guests) queue.leave(guest);
});
