import { randomInt } from "node:crypto";
import type { AdminState, Health } from "../balance/eligibility.ts";
import { averageLatency } from "../balance/latencyAverage.ts";
import type { Blame } from "../health/blame.ts";
import type { TrafficCounts, Verdict } from "../health/verdict.ts";
import { BlameCells } from "./blameCells.ts";
import { ClientSketch } from "./clientSketch.ts";
import { COUNTER_SLOTS, Counters, type CounterValues, sumCounters } from "./counters.ts";
import {
	ADMIN_STATE,
	ATTEMPTS,
	EJECTED,
	HEALTH,
	LATENCY,
	LATENCY_AT,
	type Layout,
	layoutFor,
	MEMBER_WORDS,
	MEMORY_DOUBLES,
	RECEIVED,
	SELF_DRAINING,
	SENT,
	SKETCH_CELLS,
	TRAFFIC_DOUBLES,
	UP_SINCE,
	VERDICTS,
	WEIGHT,
} from "./layout.ts";
import { MemoryCells, type MemoryFigures } from "./memoryCells.ts";
import { countInWindow, REQUESTS, RETRIES, sumWindows, WINDOW_SECONDS, WINDOW_WORDS } from "./retryWindow.ts";
import { type AffinityTables, createMemory, openMemory, type SharedMemory } from "./sharedMemory.ts";

/** What a thread needs to share a scoreboard; crosses threads by structured clone. */
export interface SharedScoreboard {
	readonly buffer: SharedArrayBuffer;
	/** Capacity. */
	readonly members: number;
	readonly workers: number;
	readonly seeds: readonly [number, number];
	readonly memory: SharedMemory;
}

const HEALTHS: readonly Health[] = ["unknown", "up", "down"];
const ADMIN_STATES: readonly AdminState[] = ["enabled", "draining", "disabled"];
/** Where each verdict's count lies in a lane's traffic of a member. */
const VERDICT_AT: Readonly<Record<Verdict, number>> = {
	answered: VERDICTS,
	connect: VERDICTS + 1,
	timeout: VERDICTS + 2,
	broken: VERDICTS + 3,
	unavailable: VERDICTS + 4,
	serverError: VERDICTS + 5,
};

/** Client connections allowed; 0 = no limit. */
export interface ConnectionLimits {
	readonly connections: number;
	readonly perClient: number;
}

/** How many of a pool's requests may be tried again. */
export interface RetryBudget {
	/** 0 to 1: of the requests of the last 10 seconds. */
	readonly share: number;
	/** Retries a second that are always allowed. */
	readonly min: number;
}

export type Admission = "ok" | "connection_limit_reached" | "client_connection_limit_reached";

/** What a member has carried since the start, over all threads. */
export interface MemberTraffic {
	/** That have ended. */
	readonly attempts: number;
	/** Bytes to the member. */
	readonly sent: number;
	readonly received: number;
}

/** All threads together. */
export interface Totals extends CounterValues {
	readonly connectionsOpen: number;
}

/**
 * The memory that all threads share (layout.ts). Every thread counts in cells of its own, and sums are made by whoever asks: so nothing is lost or counted
 * twice when a worker dies, and a limit is never overrun: a thread counts first, then looks at the sum. Lifetime: process.
 */
export class Scoreboard {
	readonly shared: SharedScoreboard;
	/** What this thread counts. */
	readonly counters: Counters;
	/** What affinity remembers. */
	readonly memory: AffinityTables;
	readonly #layout: Layout;
	readonly #lane: number;
	/** Words from one member's (or pool's) cells to the next one's. */
	readonly #stride: number;
	readonly #generation: Int32Array;
	readonly #members: Int32Array;
	/** The same memory as the members' words. */
	readonly #memberDoubles: Float64Array;
	readonly #inFlight: Int32Array;
	readonly #upstream: Int32Array;
	readonly #waiting: Int32Array;
	readonly #streams: Int32Array;
	readonly #clientMarks: Int32Array;
	readonly #needs: Int32Array;
	readonly #retries: Uint32Array;
	readonly #connections: Int32Array;
	readonly #clients: ClientSketch;
	readonly #traffic: Float64Array;
	readonly #blame: BlameCells;
	readonly #turns: Int32Array;
	readonly #memoryFigures: MemoryCells;

	private constructor(shared: SharedScoreboard, worker: number) {
		const layout = layoutFor(shared.members, shared.workers);
		const { buffer } = shared;
		this.shared = shared;
		this.#layout = layout;
		this.#stride = layout.inFlightStride;
		this.#lane = laneOf(worker, shared.workers);
		this.#generation = new Int32Array(buffer, 0, 1);
		this.#members = new Int32Array(buffer, layout.members, shared.members * MEMBER_WORDS);
		this.#memberDoubles = new Float64Array(buffer, layout.members, (shared.members * MEMBER_WORDS) / 2);
		this.#inFlight = new Int32Array(buffer, layout.inFlight, shared.members * layout.inFlightStride);
		this.#upstream = new Int32Array(buffer, layout.upstream, shared.members * layout.inFlightStride);
		this.#waiting = new Int32Array(buffer, layout.waiting, shared.members * layout.inFlightStride);
		this.#streams = new Int32Array(buffer, layout.streams, shared.members * layout.inFlightStride);
		this.#clientMarks = new Int32Array(buffer, layout.clientMarks, shared.members * layout.inFlightStride);
		this.#needs = new Int32Array(buffer, layout.needs, shared.members * layout.inFlightStride);
		this.#retries = new Uint32Array(buffer, layout.retries, layout.lanes * layout.retriesStride);
		this.#connections = new Int32Array(buffer, layout.connections, layout.lanes);
		const sketch = new Int32Array(buffer, layout.sketch, 2 * SKETCH_CELLS * layout.lanes);
		this.#clients = new ClientSketch(sketch, layout.lanes, this.#lane, shared.seeds);
		this.#traffic = new Float64Array(buffer, layout.traffic, layout.lanes * layout.trafficStride);
		const blame = new Int32Array(buffer, layout.blame, layout.lanes * layout.blameStride);
		this.#blame = new BlameCells(blame, layout.blameStride, this.#lane, shared.seeds[0]);
		this.#turns = new Int32Array(buffer, layout.turns, shared.members * MEMBER_WORDS);
		this.#memoryFigures = new MemoryCells(new Float64Array(buffer, layout.memory, layout.lanes * MEMORY_DOUBLES), this.#lane);
		this.memory = openMemory(shared.memory);
		this.counters = new Counters(this.#countersOf(this.#lane));
	}

	/**
	 * Made by the control thread, once.
	 *
	 * @param options members: how many the plan has; there is room for four times as many, since reloads add some. workers: 1 to 64
	 */
	static create(options: { readonly members: number; readonly workers: number }): Scoreboard {
		const { workers } = options;
		if (!Number.isInteger(workers) || workers < 1 || workers > 64) throw new RangeError(`1 to 64 workers, not ${workers}`);
		const members = Math.max(64, options.members * 4);
		const buffer = new SharedArrayBuffer(layoutFor(members, workers).bytes);
		const seeds = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;
		const scoreboard = new Scoreboard({ buffer, members, workers, seeds, memory: createMemory() }, -1);
		for (let member = 0; member < members; member++) scoreboard.setWeight(member, 1);
		return scoreboard;
	}

	/** @param worker index of the worker that this thread is; -1 for the control thread */
	static attach(shared: SharedScoreboard, worker = -1): Scoreboard {
		return new Scoreboard(shared, worker);
	}

	/** Members that there is room for. */
	get capacity(): number {
		return this.shared.members;
	}

	/** Changes with every change of a member's health, admin state or weight, and when it begins or ends to drain itself: whoever keeps something made of them compares it. */
	get generation(): number {
		return Atomics.load(this.#generation, 0);
	}

	health(member: number): Health {
		return HEALTHS[this.#read(member, HEALTH)] ?? "unknown";
	}

	setHealth(member: number, health: Health): void {
		this.#change(member, HEALTH, HEALTHS.indexOf(health));
	}

	adminState(member: number): AdminState {
		return ADMIN_STATES[this.#read(member, ADMIN_STATE)] ?? "enabled";
	}

	setAdminState(member: number, state: AdminState): void {
		this.#change(member, ADMIN_STATE, ADMIN_STATES.indexOf(state));
	}

	weight(member: number): number {
		return this.#read(member, WEIGHT);
	}

	setWeight(member: number, weight: number): void {
		this.#change(member, WEIGHT, weight);
	}

	/** The node itself asks for nothing new. */
	selfDraining(member: number): boolean {
		return this.#read(member, SELF_DRAINING) === 1;
	}

	setSelfDraining(member: number, on: boolean): void {
		this.#change(member, SELF_DRAINING, on ? 1 : 0);
	}

	/** Traffic alone has taken it out: its health is `down`, and yet it may answer. */
	ejected(member: number): boolean {
		return this.#read(member, EJECTED) === 1;
	}

	setEjected(member: number, on: boolean): void {
		this.#change(member, EJECTED, on ? 1 : 0);
	}

	/**
	 * When the member came up, in milliseconds since the epoch; 0 = it was up from the start. Set it before the health, so that whoever sees the new
	 * health sees this too.
	 */
	upSince(member: number): number {
		return this.#memberDoubles[this.#double(member, UP_SINCE)] ?? 0;
	}

	setUpSince(member: number, wall: number): void {
		this.#memberDoubles[this.#double(member, UP_SINCE)] = wall;
		Atomics.add(this.#generation, 0, 1);
	}

	/** Forgets all that is said of a member, for another one that takes its place; nothing may be in flight there. */
	clearMember(member: number): void {
		const first = this.#word(member, 0);
		for (let word = first; word < first + MEMBER_WORDS; word++) Atomics.store(this.#members, word, 0);
		for (let lane = 0; lane < this.#layout.lanes; lane++) {
			const at = lane * this.#layout.trafficStride + member * TRAFFIC_DOUBLES;
			this.#traffic.fill(0, at, at + TRAFFIC_DOUBLES);
		}
		this.#blame.clear(member);
		this.setWeight(member, 1);
	}

	/** Average latency in milliseconds, 0 = not known. Threads may overwrite each other's update; an average bears that. */
	latency(member: number): number {
		return this.#memberDoubles[this.#double(member, LATENCY)] ?? 0;
	}

	/** When the latency was last set, in milliseconds since the epoch. */
	latencyAt(member: number): number {
		return this.#memberDoubles[this.#double(member, LATENCY_AT)] ?? 0;
	}

	/**
	 * An attempt has ended that carried so many bytes to the member and from it. Hot path.
	 *
	 * @param latency milliseconds to its response; less than 0: there was none @param wall milliseconds since the epoch
	 */
	addAttempt(member: number, sent: number, received: number, latency: number, wall: number): void {
		const traffic = this.#traffic;
		const at = this.#lane * this.#layout.trafficStride + member * TRAFFIC_DOUBLES;
		traffic[at + ATTEMPTS] = (traffic[at + ATTEMPTS] ?? 0) + 1;
		traffic[at + SENT] = (traffic[at + SENT] ?? 0) + sent;
		traffic[at + RECEIVED] = (traffic[at + RECEIVED] ?? 0) + received;
		if (latency < 0) return;
		const doubles = this.#memberDoubles;
		const first = (member * MEMBER_WORDS) / 2;
		const elapsed = wall - (doubles[first + LATENCY_AT] ?? 0);
		doubles[first + LATENCY] = averageLatency(doubles[first + LATENCY] ?? 0, elapsed, latency);
		doubles[first + LATENCY_AT] = wall;
	}

	/** Bytes to the member and from it, over all threads. Hot path. */
	traffic(member: number): number {
		return this.#sumOfTraffic(member, SENT) + this.#sumOfTraffic(member, RECEIVED);
	}

	/** Attempts whose traffic was added, over all threads. Hot path. */
	attempts(member: number): number {
		return this.#sumOfTraffic(member, ATTEMPTS);
	}

	trafficOf(member: number): MemberTraffic {
		return {
			attempts: this.attempts(member),
			sent: this.#sumOfTraffic(member, SENT),
			received: this.#sumOfTraffic(member, RECEIVED),
		};
	}

	/** What an attempt says about the member. @param client the address whose request it was. Hot path. */
	addVerdict(member: number, verdict: Verdict, client: string): void {
		if (verdict !== "answered" && verdict !== "connect") this.#blame.add(member, verdict, client);
		const at = this.#lane * this.#layout.trafficStride + member * TRAFFIC_DOUBLES + VERDICT_AT[verdict];
		this.#traffic[at] = (this.#traffic[at] ?? 0) + 1;
	}

	/** How often each verdict was given on the member, over all threads. */
	verdicts(member: number): TrafficCounts {
		return {
			answered: this.#sumOfTraffic(member, VERDICT_AT.answered),
			connect: this.#sumOfTraffic(member, VERDICT_AT.connect),
			timeout: this.#sumOfTraffic(member, VERDICT_AT.timeout),
			broken: this.#sumOfTraffic(member, VERDICT_AT.broken),
			unavailable: this.#sumOfTraffic(member, VERDICT_AT.unavailable),
			serverError: this.#sumOfTraffic(member, VERDICT_AT.serverError),
		};
	}

	/** Clients that saw failures of the member since the last call, over all threads; only the control thread asks. */
	takeBlame(member: number): Blame {
		return this.#blame.take(member);
	}

	/** The pool's next number: 0, 1, 2 and so on to 2^32 - 1, and from 0 again; no two threads get the same one. Hot path. */
	turn(pool: number): number {
		return Atomics.add(this.#turns, pool * MEMBER_WORDS, 1) >>> 0;
	}

	/**
	 * An attempt at the member begins, unless as many as `cap` go on, event streams left out. At the very limit two threads may refuse one too many; they never begin
	 * one too many. Hot path.
	 *
	 * @param cap 0 = no limit
	 */
	begin(member: number, cap = 0): boolean {
		return this.#raise(this.#inFlight, member, cap, this.#streams);
	}

	/** An attempt at the member ended. Hot path. */
	end(member: number): void {
		Atomics.sub(this.#inFlight, member * this.#stride + this.#lane, 1);
	}

	/** Attempts at the member that go on now, over all threads. Hot path: one cache line up to 15 workers. */
	inFlight(member: number): number {
		return this.#sum(this.#inFlight, member);
	}

	/** A connection to the member is about to be opened, unless there are `cap`; as {@link begin}. */
	openUpstream(member: number, cap: number): boolean {
		return this.#raise(this.#upstream, member, cap);
	}

	closeUpstream(member: number): void {
		Atomics.sub(this.#upstream, member * this.#stride + this.#lane, 1);
	}

	/** The response on an open connection is an event stream: it counts no more for what {@link begin} and {@link openUpstream} have room for. */
	beginStream(member: number): void {
		Atomics.add(this.#streams, member * this.#stride + this.#lane, 1);
		this.closeUpstream(member);
	}

	/** In place of {@link closeUpstream}. */
	endStream(member: number): void {
		Atomics.sub(this.#streams, member * this.#stride + this.#lane, 1);
	}

	/** Connections to the member, idle ones too, over all threads. */
	upstreamConnections(member: number): number {
		return this.#sum(this.#upstream, member);
	}

	/** A request begins to wait for a member of the pool, unless `cap` wait already; as {@link begin}. */
	beginWait(pool: number, cap: number): boolean {
		return this.#raise(this.#waiting, pool, cap);
	}

	endWait(pool: number): void {
		Atomics.sub(this.#waiting, pool * this.#stride + this.#lane, 1);
	}

	/** Requests that wait for a member of the pool, over all threads. */
	waiting(pool: number): number {
		return this.#sum(this.#waiting, pool);
	}

	/** Says in one word who this thread's clients at the pool are. */
	markClients(pool: number, mark: number): void {
		Atomics.store(this.#clientMarks, pool * this.#stride + this.#lane, mark);
	}

	/** Says how many slots the queued client of this thread has that has the fewest; null: none is queued. */
	markNeed(pool: number, held: number | null): void {
		Atomics.store(this.#needs, pool * this.#stride + this.#lane, held === null ? 0 : held + 1);
	}

	/** The least that other threads said with {@link markNeed}; null: none is queued there. */
	leastNeed(pool: number): number | null {
		let least: number | null = null;
		for (let lane = 0; lane < this.#layout.lanes; lane++) {
			const need = lane === this.#lane ? 0 : Atomics.load(this.#needs, pool * this.#stride + lane);
			if (need > 0 && (least === null || need <= least)) least = need - 1;
		}
		return least;
	}

	/** What {@link markClients} said, by all threads; the control thread and those that said nothing: 0. */
	clientMarks(pool: number): readonly number[] {
		return Array.from({ length: this.#layout.lanes }, (_, lane) => Atomics.load(this.#clientMarks, pool * this.#stride + lane));
	}

	/** A request was sent to the pool's members for the first time. @param second since the epoch. Hot path. */
	countRequest(pool: number, second: number): void {
		countInWindow(this.#retries, this.#lane * this.#layout.retriesStride + pool * WINDOW_WORDS, second, REQUESTS);
	}

	/**
	 * Counts a retry if the budget has room for it: of the requests of the last 10 seconds `share` may be retries, and at least `min` a second. Threads that ask in the
	 * same instant may overrun it by one each.
	 *
	 * @param second since the epoch
	 */
	takeRetry(pool: number, second: number, { share, min }: RetryBudget): boolean {
		const bases = Array.from({ length: this.#layout.lanes }, (_, lane) => this.#window(lane, pool));
		const { requests, retries } = sumWindows(this.#retries, bases, second);
		if (retries >= Math.max(share * requests, min * WINDOW_SECONDS)) return false;
		countInWindow(this.#retries, this.#window(this.#lane, pool), second, RETRIES);
		return true;
	}

	/**
	 * A client connection was accepted. Only an `ok` is followed by {@link closeConnection}. At the very limit two threads may refuse one connection
	 * too many; they never admit one.
	 *
	 * @param address the client's, in one spelling
	 */
	openConnection(address: string, limits: ConnectionLimits): Admission {
		Atomics.add(this.#connections, this.#lane, 1);
		const ofClient = this.#clients.add(address);
		const overall = limits.connections > 0 && this.connections > limits.connections;
		if (!overall && (limits.perClient === 0 || ofClient <= limits.perClient)) {
			this.counters.accepted();
			return "ok";
		}
		this.closeConnection(address);
		return overall ? "connection_limit_reached" : "client_connection_limit_reached";
	}

	closeConnection(address: string): void {
		Atomics.sub(this.#connections, this.#lane, 1);
		this.#clients.remove(address);
	}

	/** Open client connections, over all threads. */
	get connections(): number {
		let sum = 0;
		for (let i = 0; i < this.#layout.lanes; i++) sum += Atomics.load(this.#connections, i);
		return sum;
	}

	/** What this worker found. */
	setMemory(figures: MemoryFigures): void {
		this.#memoryFigures.set(figures);
	}

	/** The highest level of a worker; what all of them hold. Zeros before the first look. */
	get memoryFigures(): MemoryFigures {
		return this.#memoryFigures.overall;
	}

	/** Bytes of the objects and buffers of the other workers. */
	get liveElsewhere(): number {
		return this.#memoryFigures.liveElsewhere;
	}

	totals(): Totals {
		const lanes = Array.from({ length: this.#layout.lanes }, (_, lane) => this.#countersOf(lane));
		return { connectionsOpen: this.connections, ...sumCounters(lanes) };
	}

	/** Gives back what a dead worker held: its attempts and its connections. Call it after the thread's end and before its successor starts. */
	reclaim(worker: number): void {
		const lane = laneOf(worker, this.shared.workers);
		for (const cells of [this.#inFlight, this.#upstream, this.#waiting, this.#streams, this.#clientMarks, this.#needs]) {
			for (let member = 0; member < this.capacity; member++) Atomics.store(cells, member * this.#stride + lane, 0);
		}
		Atomics.store(this.#connections, lane, 0);
		this.#clients.clear(lane);
		this.#memoryFigures.clear(lane);
	}

	#read(member: number, field: number): number {
		return Atomics.load(this.#members, this.#word(member, field));
	}

	#change(member: number, field: number, value: number): void {
		if (Atomics.exchange(this.#members, this.#word(member, field), value) !== value) Atomics.add(this.#generation, 0, 1);
	}

	#word(member: number, field: number): number {
		return member * MEMBER_WORDS + field;
	}

	#double(member: number, field: number): number {
		return (member * MEMBER_WORDS) / 2 + field;
	}

	#sumOfTraffic(member: number, field: number): number {
		const traffic = this.#traffic;
		const stride = this.#layout.trafficStride;
		let sum = 0;
		for (let i = member * TRAFFIC_DOUBLES + field; i < traffic.length; i += stride) sum += traffic[i] ?? 0;
		return sum;
	}

	/** Counts first, then looks at the sum. @param free what does not count, looked at only where there seems to be no room */
	#raise(cells: Int32Array, row: number, cap: number, free: Int32Array | null = null): boolean {
		const cell = row * this.#stride + this.#lane;
		Atomics.add(cells, cell, 1);
		if (cap === 0) return true;
		const over = this.#sum(cells, row) - cap;
		if (over <= 0 || (free !== null && over <= this.#sum(free, row))) return true;
		Atomics.sub(cells, cell, 1);
		return false;
	}

	#sum(cells: Int32Array, row: number): number {
		const first = row * this.#stride;
		const end = first + this.#layout.lanes;
		let sum = 0;
		for (let i = first; i < end; i++) sum += Atomics.load(cells, i);
		return sum;
	}

	#window(lane: number, pool: number): number {
		return lane * this.#layout.retriesStride + pool * WINDOW_WORDS;
	}

	#countersOf(lane: number): Float64Array {
		return new Float64Array(this.shared.buffer, this.#layout.counters + lane * this.#layout.countersStride * 8, COUNTER_SLOTS);
	}
}

function laneOf(worker: number, workers: number): number {
	if (!Number.isInteger(worker) || worker < -1 || worker >= workers) throw new RangeError(`there is no worker ${worker}`);
	return worker + 1;
}
