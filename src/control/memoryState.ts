import { getHeapStatistics } from "node:v8";
import { type MemoryLevel, turnsAway } from "../limit/memoryLevel.ts";
import type { Log } from "../log/log.ts";
import type { Plan } from "../plan/plan.ts";
import type { MemoryFigures } from "../scoreboard/memoryCells.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";

const MIB = 2 ** 20;
/** Share of the memory that the heaps of all workers may take. Buffers, TLS and the control thread need the rest. */
const HEAPS_SHARE = 0.5;
/** Bytes that a worker cannot do without. */
const LEAST_HEAP = 48 * MIB;

/** Bytes of the heap of one worker: it ends when that is full, and is replaced. @param available of the container, or of the machine */
export function heapLimit({ limits, workers }: Pick<Plan, "limits" | "workers">, available: number): number {
	const share = (HEAPS_SHARE * (limits.memory || available)) / workers;
	return Math.min(Math.max(share, LEAST_HEAP), getHeapStatistics().heap_size_limit);
}

/** Logs when memory becomes short, and when it is no longer. Lifetime: process. */
export class MemoryState {
	readonly #board: Pick<Scoreboard, "memoryFigures">;
	readonly #log: Log;
	#level: MemoryLevel = "normal";

	constructor(board: Pick<Scoreboard, "memoryFigures">, log: Log) {
		this.#board = board;
		this.#log = log;
	}

	/** A worker's level has changed. */
	look(): void {
		const figures = this.#board.memoryFigures;
		const { level } = figures;
		if (level === this.#level) return;
		const before = this.#level;
		this.#level = level;
		const isOrdinary = !turnsAway(level) && !turnsAway(before);
		this.#log[isOrdinary ? "info" : "warn"]("memory_level", { level, before, ...inMegabytes(figures) });
	}
}

function inMegabytes({ used, limit, live }: MemoryFigures): Record<"used_mib" | "limit_mib" | "live_mib", number> {
	return { used_mib: Math.round(used / MIB), limit_mib: Math.round(limit / MIB), live_mib: Math.round(live / MIB) };
}
