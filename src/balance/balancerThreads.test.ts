/** Threads that share nothing but the scoreboard together keep to what each policy promises. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Scoreboard, type SharedScoreboard } from "../scoreboard/scoreboard.ts";
import { Balancer } from "./balancer.ts";
import { consistentHashBoundedBy } from "./consistentHash.ts";
import { CounterRandom } from "./counterRandom.ts";
import { mix32 } from "./hash.ts";
import { POLICIES } from "./policies.ts";

const WEIGHTS = [5, 1, 3, 1];
const THREADS = 4;
const PICKS = 50_000;
const SENT = 100;
const TRIED = { ...POLICIES, consistentHash: consistentHashBoundedBy(0) };
type PolicyName = keyof typeof TRIED;

interface Task {
	readonly shared: SharedScoreboard;
	readonly worker: number;
	readonly policy: PolicyName;
	/** Attempts never end. */
	readonly hold: boolean;
	/** Where all threads count picks by member; a word more in which they count those that are ready. */
	readonly counts: SharedArrayBuffer;
	/** By key: member + 1 that it went to, -1 = to more than one. */
	readonly keys: SharedArrayBuffer;
}

function balancerOf(board: Scoreboard, policy: PolicyName, seed: number): Balancer {
	const random = new CounterRandom(seed);
	const members = WEIGHTS.map((_, slot) => ({ slot, node: `n-${slot}`, zone: null, standby: false }));
	const settings = { policy: TRIED[policy], zone: null, overProvisioning: 1.4, slowStart: null };
	return new Balancer(members, settings, board, { loads: board, turn: () => board.turn(3), random: () => random.next(), wall: () => 0 });
}

function run({ shared, worker, policy, hold, counts, keys }: Task): void {
	const board = Scoreboard.attach(shared, worker);
	const balancer = balancerOf(board, policy, worker);
	const words = new Int32Array(counts);
	const homes = new Int32Array(keys);
	Atomics.add(words, WEIGHTS.length, 1);
	Atomics.notify(words, WEIGHTS.length);
	for (let ready = 0; ready < THREADS; ready = Atomics.load(words, WEIGHTS.length)) Atomics.wait(words, WEIGHTS.length, ready, 1000);
	for (let pick = 0; pick < PICKS; pick++) {
		const key = pick % homes.length;
		const member = balancer.pick(mix32(key), []);
		board.begin(member);
		Atomics.add(words, member, 1);
		const before = Atomics.compareExchange(homes, key, 0, member + 1);
		if (before !== 0 && before !== member + 1) Atomics.store(homes, key, -1);
		if (hold) continue;
		board.addAttempt(member, SENT, 0, -1, 0);
		board.end(member);
	}
}

async function inThreads(policy: PolicyName, hold = false): Promise<{ counts: number[]; board: Scoreboard; homes: Int32Array }> {
	const board = Scoreboard.create({ members: WEIGHTS.length, workers: THREADS });
	for (const [slot, weight] of WEIGHTS.entries()) board.setWeight(slot, weight);
	const counts = new SharedArrayBuffer((WEIGHTS.length + 1) * 4);
	const keys = new SharedArrayBuffer(1000 * 4);
	const threads = Array.from({ length: THREADS }, (_, worker) => {
		const ended = Promise.withResolvers<void>();
		const task: Task = { shared: board.shared, worker, policy, hold, counts, keys };
		const thread = new Worker(new URL(import.meta.url), { workerData: task });
		thread.once("error", ended.reject);
		thread.once("exit", () => ended.resolve());
		return ended.promise;
	});
	await Promise.all(threads);
	return { counts: [...new Int32Array(counts).slice(0, WEIGHTS.length)], board, homes: new Int32Array(keys) };
}

const ALL = THREADS * PICKS;

if (!isMainThread) {
	run(workerData as Task);
} else {
	const fair = WEIGHTS.map((weight) => (ALL * weight) / 10);

	test("round robin: threads together give exact shares", async () => {
		const { counts } = await inThreads("roundRobin");
		assert.deepEqual(counts, fair);
	});

	test("least connections: what is in flight over all threads is in proportion, but for what threads decide at the same moment", async () => {
		const { counts, board } = await inThreads("leastConnections", true);
		counts.forEach((count, slot) => {
			assert.equal(board.inFlight(slot), count);
			assert.ok(Math.abs(count - (fair[slot] ?? 0)) <= 2 * THREADS, `${counts}`);
		});
	});

	test("by busyness: what is in flight over all threads is equal, but for what threads decide at the same moment", async () => {
		const { counts } = await inThreads("byBusyness", true);
		for (const count of counts) assert.ok(Math.abs(count - ALL / WEIGHTS.length) <= 2 * THREADS, `${counts}`);
	});

	test("by traffic: bytes over all threads are in proportion, but for what threads decide at the same moment", async () => {
		const { board } = await inThreads("byTraffic");
		assert.equal(board.traffic(0) + board.traffic(1) + board.traffic(2) + board.traffic(3), ALL * SENT);
		fair.forEach((picks, slot) => {
			assert.ok(Math.abs(board.attempts(slot) - picks) <= 0.01 * ALL, `${board.attempts(slot)} of ${picks}`);
		});
	});

	test("consistent hash: all threads send a key to the same member", async () => {
		const { homes } = await inThreads("consistentHash");
		assert.ok(homes.every((home) => home > 0));
	});
}
