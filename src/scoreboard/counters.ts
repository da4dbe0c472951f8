import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import { ABUSES, type Abuse } from "../http2/score.ts";
import { WORK_CLASSES, type WorkClass } from "../limit/memoryLevel.ts";
import { HISTOGRAM_SLOTS, Histogram } from "../metrics/histogram.ts";

/** Doubles before the histogram; a cache line or two. */
const COUNTERS = 32;

const ACCEPTED = 0;
const REFUSED = 1;
const BYTES_IN = 2;
const BYTES_OUT = 3;
const RETRIES = 4;
/** Six of them: 1xx to 5xx, then 499. */
const BY_STATUS = 5;
/** As many as there are classes of work; then what was cut short. */
const SHED = 11;
const HEADS_SHED = SHED + WORK_CLASSES.length;
const LOG_DROPPED = HEADS_SHED + 1;

/** As many as there are kinds of it. */
const ABUSED = LOG_DROPPED + 1;

/** What was refused for want of memory: new work by its class, and large heads under way. */
export type Shed = WorkClass | "head";

/** One for each error code. */
const BY_CODE = COUNTERS + HISTOGRAM_SLOTS;

/** Doubles that one thread's counters take. */
export const COUNTER_SLOTS = BY_CODE + ERROR_CODES.length;

const CODE_SLOTS: ReadonlyMap<ErrorCode, number> = new Map(ERROR_CODES.map((code, index) => [code, BY_CODE + index]));

export interface CounterValues {
	readonly connectionsAccepted: number;
	/** Turned away: over a limit, or no good TLS handshake or PROXY header. */
	readonly connectionsRefused: number;
	readonly byStatus: Readonly<Record<"1xx" | "2xx" | "3xx" | "4xx" | "5xx" | "499", number>>;
	/** Exchanges and connections that ended with an error. */
	readonly byCode: ReadonlyMap<ErrorCode, number>;
	/** Bytes of bodies. */
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly retries: number;
	/** Refused for want of memory. */
	readonly shed: Readonly<Record<Shed, number>>;
	/** Log lines that were lost. */
	readonly logDropped: number;
	/** HTTP/2 connections that were ended for what their clients did. */
	readonly abuse: Readonly<Record<Abuse, number>>;
	/** Durations of exchanges. */
	readonly latency: Histogram;
}

/** What one thread counts; doubles, exact up to 2^53, that only this thread writes. They only grow, also over the death of a worker. */
export class Counters {
	readonly #slots: Float64Array;
	readonly #latency: Histogram;

	/** @param slots COUNTER_SLOTS long, shared */
	constructor(slots: Float64Array) {
		this.#slots = slots;
		this.#latency = new Histogram(slots.subarray(COUNTERS, BY_CODE));
	}

	accepted(): void {
		this.#add(ACCEPTED, 1);
	}

	refused(code: ErrorCode): void {
		this.#add(REFUSED, 1);
		this.failed(code);
	}

	/** An exchange ended with this error. */
	failed(code: ErrorCode): void {
		this.#add(CODE_SLOTS.get(code) ?? 0, 1);
	}

	retried(): void {
		this.#add(RETRIES, 1);
	}

	shed(what: Shed): void {
		this.#add(what === "head" ? HEADS_SHED : SHED + WORK_CLASSES.indexOf(what), 1);
	}

	/** Lines of logs were lost. */
	logDropped(lines: number): void {
		this.#add(LOG_DROPPED, lines);
	}

	abused(abuse: Abuse): void {
		this.#add(ABUSED + ABUSES.indexOf(abuse), 1);
	}

	/** Hot path. Status as logged, duration in milliseconds, bytes of bodies. */
	exchange(ended: { readonly status: number; readonly duration: number; readonly bytesIn: number; readonly bytesOut: number }): void {
		const slots = this.#slots;
		const byStatus = BY_STATUS + statusClass(ended.status);
		slots[byStatus] = (slots[byStatus] ?? 0) + 1;
		slots[BYTES_IN] = (slots[BYTES_IN] ?? 0) + ended.bytesIn;
		slots[BYTES_OUT] = (slots[BYTES_OUT] ?? 0) + ended.bytesOut;
		this.#latency.record(ended.duration);
	}

	#add(slot: number, amount: number): void {
		this.#slots[slot] = (this.#slots[slot] ?? 0) + amount;
	}
}

/** Adds up the counters of several threads. @param lanes each COUNTER_SLOTS long */
export function sumCounters(lanes: readonly Float64Array[]): CounterValues {
	const sum = (slot: number): number => lanes.reduce((total, slots) => total + (slots[slot] ?? 0), 0);
	const latency = new Histogram();
	for (const slots of lanes) latency.merge(new Histogram(slots.subarray(COUNTERS, BY_CODE)));
	return {
		connectionsAccepted: sum(ACCEPTED),
		connectionsRefused: sum(REFUSED),
		byStatus: {
			"1xx": sum(BY_STATUS),
			"2xx": sum(BY_STATUS + 1),
			"3xx": sum(BY_STATUS + 2),
			"4xx": sum(BY_STATUS + 3),
			"5xx": sum(BY_STATUS + 4),
			"499": sum(BY_STATUS + 5),
		},
		byCode: new Map(ERROR_CODES.map((code, index) => [code, sum(BY_CODE + index)])),
		bytesIn: sum(BYTES_IN),
		bytesOut: sum(BYTES_OUT),
		retries: sum(RETRIES),
		shed: {
			handshake: sum(SHED),
			upload: sum(SHED + 1),
			connection: sum(SHED + 2),
			request: sum(SHED + 3),
			login: sum(SHED + 4),
			head: sum(HEADS_SHED),
		},
		logDropped: sum(LOG_DROPPED),
		abuse: Object.fromEntries(ABUSES.map((abuse, index) => [abuse, sum(ABUSED + index)])) as Record<Abuse, number>,
		latency,
	};
}

/** 0 to 4 for 1xx to 5xx, 5 for 499. A status of no class can only be our fault: 5xx. */
function statusClass(status: number): number {
	if (status === 499) return 5;
	const first = Math.floor(status / 100);
	return first >= 1 && first <= 5 ? first - 1 : 4;
}
