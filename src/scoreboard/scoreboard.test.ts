import assert from "node:assert/strict";
import { test } from "node:test";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import fc from "fast-check";
import { NO_BLAME } from "../health/blame.ts";
import { NO_TRAFFIC } from "../health/verdict.ts";
import { layoutFor } from "./layout.ts";
import { type Admission, Scoreboard, type SharedScoreboard } from "./scoreboard.ts";

const SHARED_BOARD = Scoreboard.create({ members: 2, workers: 2 });
const FREE = { connections: 0, perClient: 0 };
const ROUNDS = 20_000;
const WORKERS = 3;

interface Task {
	readonly shared: SharedScoreboard;
	readonly worker: number;
	readonly kind: "count" | "limit" | "die";
	/** One word: connections that are admitted, and not yet being closed. */
	readonly admitted: SharedArrayBuffer;
}

/** Open connections of one client: one more is admitted with a limit above that, and then closed again. */
function connectionsOf(scoreboard: Scoreboard, address: string): number {
	let open = 0;
	while (scoreboard.openConnection(address, { connections: 0, perClient: open + 1 }) !== "ok") open++;
	scoreboard.closeConnection(address);
	return open;
}

/** What a thread does to the scoreboard; it must leave nothing open unless it is to die. */
function run({ shared, worker, kind, admitted }: Task): void {
	const scoreboard = Scoreboard.attach(shared, worker);
	if (kind === "die") {
		for (let i = 0; i < 7; i++) scoreboard.openConnection("192.0.2.7", FREE);
		for (let i = 0; i < 5; i++) scoreboard.begin(3);
		throw new Error("as if by a fault");
	}
	const limits = kind === "limit" ? { connections: 4, perClient: 2 } : FREE;
	const open: string[] = [];
	const count = new Int32Array(admitted);
	const close = (address: string): void => {
		Atomics.sub(count, 0, 1);
		scoreboard.closeConnection(address);
	};
	for (let i = 0; i < ROUNDS; i++) {
		const address = `192.0.2.${i % 3}`;
		if (scoreboard.openConnection(address, limits) === "ok") {
			open.push(address);
			const now = Atomics.add(count, 0, 1) + 1;
			if (kind === "limit" && now > 4) throw new Error(`${now} connections are open`);
		}
		scoreboard.begin(i % 4);
		scoreboard.addVerdict(0, "timeout", "10.0.0.1");
		scoreboard.addAttempt(0, 10, 2 ** 40, -1, 0);
		if (scoreboard.turn(1) >= WORKERS * ROUNDS) throw new Error("a turn was given twice, or not at all");
		scoreboard.counters.exchange({ status: 200, duration: 1, bytesIn: 1, bytesOut: 2 });
		scoreboard.end(i % 4);
		if (i % 2 === 1) for (const each of open.splice(0)) close(each);
	}
	for (const each of open) close(each);
}

async function inThread(
	shared: SharedScoreboard,
	worker: number,
	kind: Task["kind"],
	admitted = new SharedArrayBuffer(4),
): Promise<unknown> {
	const ended = Promise.withResolvers<unknown>();
	const task: Task = { shared, worker, kind, admitted };
	const thread = new Worker(new URL(import.meta.url), { workerData: task });
	let failure: unknown = null;
	thread.once("error", (error) => {
		failure = error;
	});
	thread.once("exit", () => ended.resolve(failure));
	return ended.promise;
}

function board(workers = 2): Scoreboard {
	return Scoreboard.create({ members: 2, workers });
}

if (!isMainThread) {
	run(workerData as Task);
} else {
	test("threads that count at the same time lose nothing", async () => {
		const scoreboard = board(WORKERS);
		const failures = await Promise.all(Array.from({ length: WORKERS }, (_, worker) => inThread(scoreboard.shared, worker, "count")));
		assert.deepEqual(failures, [null, null, null]);
		const totals = scoreboard.totals();
		assert.equal(totals.byStatus["2xx"], WORKERS * ROUNDS);
		assert.equal(totals.bytesOut, WORKERS * ROUNDS * 2);
		assert.equal(totals.latency.count, WORKERS * ROUNDS);
		assert.equal(totals.connectionsAccepted, WORKERS * ROUNDS);
		assert.equal(totals.connectionsOpen, 0);
		assert.equal(scoreboard.verdicts(0).timeout, WORKERS * ROUNDS);
		assert.equal(scoreboard.turn(1), WORKERS * ROUNDS);
		const attempts = WORKERS * ROUNDS;
		assert.deepEqual(scoreboard.trafficOf(0), { attempts, sent: attempts * 10, received: attempts * 2 ** 40 });
		for (let member = 0; member < 4; member++) assert.equal(scoreboard.inFlight(member), 0);
		for (const last of [0, 1, 2]) assert.equal(connectionsOf(scoreboard, `192.0.2.${last}`), 0);
	});

	test("threads that meet at a limit never overrun it", async () => {
		const scoreboard = board(WORKERS);
		const admitted = new SharedArrayBuffer(4);
		const failures = await Promise.all(
			Array.from({ length: WORKERS }, (_, worker) => inThread(scoreboard.shared, worker, "limit", admitted)),
		);
		assert.deepEqual(failures, [null, null, null]);
		assert.equal(scoreboard.connections, 0);
	});

	test("what a dead worker held is given back, exactly that", async () => {
		const scoreboard = board(2);
		const other = Scoreboard.attach(scoreboard.shared, 0);
		other.begin(3);
		other.openConnection("192.0.2.7", FREE);
		other.openConnection("192.0.2.8", FREE);
		Scoreboard.attach(scoreboard.shared, 1).addAttempt(3, 5, 6, -1, 0);
		const failure = await inThread(scoreboard.shared, 1, "die");
		assert.match(String(failure), /as if by a fault/);
		assert.equal(scoreboard.inFlight(3), 6);
		assert.equal(scoreboard.connections, 9);

		scoreboard.reclaim(1);

		assert.equal(scoreboard.inFlight(3), 1);
		assert.equal(scoreboard.connections, 2);
		assert.equal(scoreboard.totals().connectionsAccepted, 9, "counters only grow");
		assert.equal(connectionsOf(scoreboard, "192.0.2.7"), 1);
		assert.equal(connectionsOf(scoreboard, "192.0.2.8"), 1);
		assert.equal(scoreboard.traffic(3), 11);
	});

	test("a member begins as unknown, enabled, with weight 1", () => {
		const scoreboard = board();
		for (const member of [0, scoreboard.capacity - 1]) {
			assert.equal(scoreboard.health(member), "unknown");
			assert.equal(scoreboard.adminState(member), "enabled");
			assert.equal(scoreboard.weight(member), 1);
			assert.equal(scoreboard.selfDraining(member), false);
			assert.deepEqual(scoreboard.verdicts(member), NO_TRAFFIC);
			assert.equal(scoreboard.latency(member), 0);
			assert.equal(scoreboard.upSince(member), 0);
			assert.equal(scoreboard.traffic(member), 0);
			assert.equal(scoreboard.inFlight(member), 0);
		}
	});

	test("members keep apart what is set, and other threads see it", () => {
		const scoreboard = board();
		const other = Scoreboard.attach(scoreboard.shared, 1);
		scoreboard.setHealth(1, "down");
		scoreboard.setAdminState(1, "draining");
		scoreboard.setWeight(1, 1000);
		scoreboard.setUpSince(1, 1e12 + 0.5);
		scoreboard.addAttempt(1, 3, 4, 12.5, 1e12);
		scoreboard.setSelfDraining(1, true);
		scoreboard.addVerdict(1, "broken", "10.0.0.1");
		other.addVerdict(1, "broken", "10.0.0.1");
		other.addVerdict(1, "serverError", "10.0.0.1");
		assert.deepEqual(
			[other.health(1), other.adminState(1), other.weight(1), other.latency(1), other.selfDraining(1)],
			["down", "draining", 1000, 12.5, true],
		);
		assert.deepEqual(scoreboard.verdicts(1), { ...NO_TRAFFIC, broken: 2, serverError: 1 });
		assert.deepEqual([other.latencyAt(1), other.upSince(1), other.traffic(1), other.attempts(1)], [1e12, 1e12 + 0.5, 7, 1]);
		for (const member of [0, 2]) {
			assert.deepEqual([other.latencyAt(member), other.upSince(member), other.traffic(member), other.attempts(member)], [0, 0, 0, 0]);
		}
		assert.deepEqual(
			[other.health(2), other.adminState(2), other.weight(2), other.latency(2), other.selfDraining(2)],
			["unknown", "enabled", 1, 0, false],
		);
		assert.deepEqual(scoreboard.verdicts(2), NO_TRAFFIC);
	});

	test("clients that saw failures are known once, over all threads, up to two of each kind", () => {
		const scoreboard = board();
		const other = Scoreboard.attach(scoreboard.shared, 1);
		for (const client of ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"]) scoreboard.addVerdict(2, "timeout", client);
		scoreboard.addVerdict(2, "broken", "10.0.0.1");
		other.addVerdict(2, "broken", "10.0.0.1");
		scoreboard.addVerdict(2, "serverError", "2001:db8::1");
		scoreboard.addVerdict(2, "serverError", "2001:db8::ffff:1");
		scoreboard.addVerdict(2, "unavailable", "2001:db8::1");
		other.addVerdict(2, "unavailable", "2001:db8:0:1::1");
		scoreboard.addVerdict(2, "connect", "10.0.0.1");
		const counts = Object.entries(other.takeBlame(2)).map(([kind, clients]) => [kind, clients.length]);
		assert.deepEqual(Object.fromEntries(counts), { connect: 0, timeout: 2, broken: 1, unavailable: 2, serverError: 1 });
		assert.deepEqual(other.takeBlame(2), NO_BLAME);
		scoreboard.addVerdict(2, "timeout", "10.0.0.1");
		scoreboard.clearMember(2);
		assert.deepEqual(other.takeBlame(2), NO_BLAME);
	});

	test("the generation changes with a member's state, and only with it", () => {
		const scoreboard = board();
		const steps: readonly (() => void)[] = [
			() => scoreboard.setHealth(0, "up"),
			() => scoreboard.setAdminState(0, "disabled"),
			() => scoreboard.setWeight(0, 5),
			() => scoreboard.setSelfDraining(0, true),
		];
		for (const step of steps) {
			const before = scoreboard.generation;
			step();
			const changed = scoreboard.generation;
			assert.notEqual(changed, before);
			step();
			scoreboard.begin(0);
			scoreboard.addAttempt(0, 0, 0, 3, 0);
			scoreboard.addVerdict(0, "connect", "10.0.0.1");
			assert.equal(scoreboard.generation, changed);
		}
	});

	test("a member that comes up anew changes the generation", () => {
		const scoreboard = board();
		const before = scoreboard.generation;
		scoreboard.setUpSince(0, 1e12);
		assert.notEqual(scoreboard.generation, before);
	});

	test("attempts, connections and those that wait are as many as there may be, over all threads", () => {
		const scoreboard = board();
		const other = Scoreboard.attach(scoreboard.shared, 0);
		const gauges: readonly (readonly [raise: (of: Scoreboard) => boolean, lower: (of: Scoreboard) => void, count: () => number])[] = [
			[(of) => of.begin(3, 3), (of) => of.end(3), () => scoreboard.inFlight(3)],
			[(of) => of.openUpstream(3, 3), (of) => of.closeUpstream(3), () => scoreboard.upstreamConnections(3)],
			[(of) => of.beginWait(3, 3), (of) => of.endWait(3), () => scoreboard.waiting(3)],
		];
		for (const [raise, lower, count] of gauges) {
			assert.deepEqual([raise(scoreboard), raise(other), raise(scoreboard), raise(other)], [true, true, true, false]);
			assert.equal(count(), 3);
			lower(other);
			assert.equal(raise(scoreboard), true);
			scoreboard.reclaim(0);
			assert.equal(count(), 3, "the dead worker held none any more");
		}
		for (let i = 0; i < 10; i++) assert.ok(scoreboard.begin(4, 0), "0 is no limit");
	});

	test("event streams are in flight and take no room, over all threads", () => {
		const scoreboard = board();
		const other = Scoreboard.attach(scoreboard.shared, 0);
		for (const thread of [scoreboard, other, other]) assert.ok(thread.begin(3, 3) && thread.openUpstream(3, 3));
		assert.deepEqual([scoreboard.begin(3, 3), scoreboard.openUpstream(3, 3)], [false, false]);
		other.beginStream(3);
		assert.deepEqual([scoreboard.begin(3, 3), scoreboard.openUpstream(3, 3)], [true, true]);
		assert.deepEqual([scoreboard.begin(3, 3), scoreboard.openUpstream(3, 3)], [false, false]);
		assert.deepEqual([scoreboard.inFlight(3), scoreboard.upstreamConnections(3)], [4, 3]);
		other.endStream(3);
		other.end(3);
		assert.deepEqual([scoreboard.inFlight(3), scoreboard.begin(3, 3)], [3, false]);
		other.beginStream(3);
		scoreboard.reclaim(0);
		assert.deepEqual([scoreboard.inFlight(3), scoreboard.begin(3, 2), scoreboard.begin(3, 2)], [2, false, false]);
	});

	test("the least that is had where somebody is queued, in other threads", () => {
		const scoreboard = board();
		const other = Scoreboard.attach(scoreboard.shared, 0);
		assert.equal(scoreboard.leastNeed(2), null);
		scoreboard.markNeed(2, 0);
		other.markNeed(2, 5);
		assert.deepEqual([scoreboard.leastNeed(2), other.leastNeed(2), other.leastNeed(1)], [5, 0, null]);
		scoreboard.reclaim(0);
		assert.equal(scoreboard.leastNeed(2), null);
	});

	test("every pool has turns of its own, from 0 on and over the edge of a word", () => {
		const scoreboard = board();
		assert.deepEqual([scoreboard.turn(0), scoreboard.turn(0), scoreboard.turn(1), scoreboard.turn(63)], [0, 1, 0, 0]);
		const words = new Int32Array(scoreboard.shared.buffer, layoutFor(scoreboard.capacity, scoreboard.shared.workers).turns);
		words[0] = 0x7fffffff;
		assert.deepEqual([scoreboard.turn(0), scoreboard.turn(0)], [0x7fffffff, 0x80000000]);
		words[0] = -1;
		assert.deepEqual([scoreboard.turn(0), scoreboard.turn(0)], [2 ** 32 - 1, 0]);
	});

	test("there is room for the members that reloads add, and no more", () => {
		assert.equal(Scoreboard.create({ members: 2, workers: 1 }).capacity, 64);
		const large = Scoreboard.create({ members: 100, workers: 1 });
		assert.equal(large.capacity, 400);
		large.addAttempt(399, 1, 1, -1, 0);
		assert.equal(large.traffic(399), 2);
		assert.equal(large.turn(399), 0);
		large.begin(399);
		assert.equal(large.inFlight(399), 1);
		assert.throws(() => large.begin(400), RangeError);
		assert.throws(() => large.setWeight(400, 1), RangeError);
	});

	test("workers that cannot be are refused", () => {
		for (const workers of [0, 65, 1.5]) assert.throws(() => Scoreboard.create({ members: 1, workers }), RangeError);
		assert.throws(() => Scoreboard.attach(board(2).shared, 2), RangeError);
		const many = Scoreboard.create({ members: 1, workers: 64 });
		Scoreboard.attach(many.shared, 63).begin(0);
		assert.equal(many.inFlight(0), 1);
	});

	test("connections are admitted up to the limits", () => {
		const scoreboard = board();
		const limits = { connections: 3, perClient: 2 };
		const open = (address: string): Admission => scoreboard.openConnection(address, limits);
		assert.equal(open("a"), "ok");
		assert.equal(open("a"), "ok");
		assert.equal(open("a"), "client_connection_limit_reached");
		assert.equal(open("b"), "ok");
		assert.equal(open("c"), "connection_limit_reached");
		assert.equal(open("a"), "connection_limit_reached");
		scoreboard.closeConnection("a");
		assert.equal(open("c"), "ok");
		assert.equal(scoreboard.connections, 3);
		assert.equal(scoreboard.totals().connectionsAccepted, 4);
		assert.equal(connectionsOf(scoreboard, "a"), 1);
	});

	test("what is refused leaves no trace, what is closed neither", () => {
		const address = fc.ipV4();
		fc.assert(
			fc.property(fc.array(address, { maxLength: 50 }), fc.nat(5), fc.nat(3), (addresses, connections, perClient) => {
				const scoreboard = SHARED_BOARD;
				const admitted = addresses.filter((each) => scoreboard.openConnection(each, { connections, perClient }) === "ok");
				assert.equal(scoreboard.connections, admitted.length);
				for (const each of admitted) scoreboard.closeConnection(each);
				assert.equal(scoreboard.connections, 0);
				for (const each of addresses) assert.equal(connectionsOf(scoreboard, each), 0);
			}),
		);
	});

	test("a client is never counted too low, and seldom too high", () => {
		const scoreboard = board();
		const addresses = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.1`);
		for (const each of addresses) scoreboard.openConnection(each, FREE);
		const counts = addresses.map((each) => connectionsOf(scoreboard, each));
		assert.ok(counts.every((count) => count >= 1));
		// One in 50 is expected: the share of addresses that meet another one in both rows.
		assert.ok(counts.filter((count) => count > 1).length < 500);
	});

	test("of memory the highest level counts, and what all workers hold; a dead one holds nothing", () => {
		const first = Scoreboard.attach(board(2).shared, 0);
		const second = Scoreboard.attach(first.shared, 1);
		first.setMemory({ level: "short", used: 90, limit: 100, live: 30 });
		second.setMemory({ level: "tight", used: 91, limit: 100, live: 20 });
		assert.deepEqual(first.memoryFigures, { level: "short", used: 91, limit: 100, live: 50 });
		assert.equal(first.liveElsewhere, 20);
		second.reclaim(0);
		assert.deepEqual(second.memoryFigures, { level: "tight", used: 91, limit: 100, live: 20 });
	});

	test("exchanges are counted by the class of their status", () => {
		const scoreboard = board();
		for (const status of [101, 200, 204, 302, 404, 499, 499, 500, 503, 0, 999]) {
			scoreboard.counters.exchange({ status, duration: 2, bytesIn: 10, bytesOut: 2 ** 40 });
		}
		scoreboard.counters.retried();
		scoreboard.counters.logDropped(3);
		scoreboard.counters.refused("overloaded");
		for (const kind of ["upload", "upload", "login", "head"] as const) scoreboard.counters.shed(kind);
		for (const abuse of ["reset", "window", "reset"] as const) scoreboard.counters.abused(abuse);
		const { latency, byCode, abuse, ...totals } = scoreboard.totals();
		assert.deepEqual([abuse.continuation, abuse.reset, abuse.window], [0, 2, 1]);
		assert.deepEqual([byCode.get("overloaded"), byCode.get("queue_full")], [1, 0]);
		assert.deepEqual(totals, {
			connectionsOpen: 0,
			connectionsAccepted: 0,
			connectionsRefused: 1,
			byStatus: { "1xx": 1, "2xx": 2, "3xx": 1, "4xx": 1, "5xx": 4, "499": 2 },
			bytesIn: 110,
			bytesOut: 11 * 2 ** 40,
			retries: 1,
			logDropped: 3,
			shed: { handshake: 0, upload: 2, connection: 0, request: 0, login: 1, head: 1 },
		});
		assert.equal(latency.count, 11);
		assert.equal(latency.sum, 22);
	});
}
