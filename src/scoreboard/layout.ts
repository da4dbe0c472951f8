/**
 * Where everything lies in the scoreboard's memory. Cells that several threads write are 32-bit integers used with Atomics; a worker's own counters are doubles,
 * exact up to 2^53, which only it writes.
 */

import { COUNTER_SLOTS } from "./counters.ts";
import { WINDOW_WORDS } from "./retryWindow.ts";

/** Bytes that processors pass between them in one piece; what different threads write often should not share one. */
const CACHE_LINE = 64;

/** Words (32 bits) of a member; words 4 to 9 are doubles. */
export const MEMBER_WORDS = CACHE_LINE / 4;
export const HEALTH = 0;
export const ADMIN_STATE = 1;
export const WEIGHT = 2;
export const SELF_DRAINING = 3;
/** In doubles, within the member's line. */
export const LATENCY = 2;
export const LATENCY_AT = 3;
export const UP_SINCE = 4;
/** After the doubles. */
export const EJECTED = 10;

/** Doubles that one lane keeps of a member's traffic. */
export const TRAFFIC_DOUBLES = 10;
export const ATTEMPTS = 0;
export const SENT = 1;
export const RECEIVED = 2;
/** The first of six: as scoreboard.ts lists verdicts. */
export const VERDICTS = 4;

/** Doubles of a lane's line about memory. */
export const MEMORY_DOUBLES = CACHE_LINE / 8;
export const MEMORY_LEVEL = 0;
export const MEMORY_USED = 1;
export const MEMORY_LIMIT = 2;
export const MEMORY_LIVE = 3;
/** Words that one lane keeps of clients that saw failures of a member: {@link MOST_CLIENTS} for each kind but `connect`, 0 where there is none. */
export const BLAME_WORDS = 8;

/** Cells in one row of the sketch of client addresses. */
export const SKETCH_CELLS = 65_536;

/** Byte offsets and strides. A lane is one thread's column: 0 the control thread, 1 to `workers` the workers. */
export interface Layout {
	readonly lanes: number;
	readonly members: number;
	/** Words from one member's in-flight cells to the next one's. */
	readonly inFlightStride: number;
	readonly inFlight: number;
	/** Connections to members: strides as `inFlight`. */
	readonly upstream: number;
	/** Requests that wait for a member of a pool: strides as `inFlight`, by pool. */
	readonly waiting: number;
	/** Event streams from members: strides as `inFlight`. */
	readonly streams: number;
	/** What each thread says of its clients at a pool: strides as `inFlight`, by pool. */
	readonly clientMarks: number;
	/** What the clients have that are queued in each thread: strides as `inFlight`, by pool. */
	readonly needs: number;
	readonly connections: number;
	/** Cells of one address in one row lie side by side, a word for each lane. */
	readonly sketch: number;
	/** Doubles from one lane's counters to the next one's. */
	readonly countersStride: number;
	readonly counters: number;
	/** Doubles from one lane's traffic to the next one's; a lane's members lie side by side. */
	readonly trafficStride: number;
	readonly traffic: number;
	/** A line for each pool; there is room for as many pools as members. */
	readonly turns: number;
	/** What lanes count of each pool's requests and retries (retryWindow.ts); a lane's pools lie side by side. */
	readonly retries: number;
	/** Words from one lane's retry windows to the next one's. */
	readonly retriesStride: number;
	/** What each lane says of its memory: a line each. */
	readonly memory: number;
	/** Clients that saw failures; a lane's members lie side by side. */
	readonly blame: number;
	/** Words from one lane's blame to the next one's. */
	readonly blameStride: number;
	readonly bytes: number;
}

const align = (bytes: number): number => Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;

/** @param members capacity @param workers most that run at a time */
export function layoutFor(members: number, workers: number): Layout {
	const lanes = workers + 1;
	const inFlightBytes = align(lanes * 4);
	const countersBytes = align(COUNTER_SLOTS * 8);
	const memberTable = CACHE_LINE;
	const inFlight = memberTable + members * CACHE_LINE;
	const upstream = inFlight + members * inFlightBytes;
	const waiting = upstream + members * inFlightBytes;
	const streams = waiting + members * inFlightBytes;
	const clientMarks = streams + members * inFlightBytes;
	const needs = clientMarks + members * inFlightBytes;
	const connections = needs + members * inFlightBytes;
	const sketch = connections + align(lanes * 4);
	const counters = align(sketch + 2 * SKETCH_CELLS * lanes * 4);
	const trafficBytes = align(members * TRAFFIC_DOUBLES * 8);
	const traffic = counters + lanes * countersBytes;
	const turns = traffic + lanes * trafficBytes;
	const retries = turns + members * CACHE_LINE;
	const retriesBytes = align(members * WINDOW_WORDS * 4);
	const memory = retries + lanes * retriesBytes;
	const blame = memory + lanes * CACHE_LINE;
	const blameBytes = align(members * BLAME_WORDS * 4);
	return {
		lanes,
		members: memberTable,
		inFlightStride: inFlightBytes / 4,
		inFlight,
		upstream,
		waiting,
		streams,
		clientMarks,
		needs,
		connections,
		sketch,
		countersStride: countersBytes / 8,
		counters,
		trafficStride: trafficBytes / 8,
		traffic,
		turns,
		retries,
		retriesStride: retriesBytes / 4,
		memory,
		blame,
		blameStride: blameBytes / 4,
		bytes: blame + lanes * blameBytes,
	};
}
