import { MEMORY_LEVELS, type MemoryLevel } from "../limit/memoryLevel.ts";
import { MEMORY_DOUBLES, MEMORY_LEVEL, MEMORY_LIMIT, MEMORY_LIVE, MEMORY_USED } from "./layout.ts";

/** What a worker found when it looked at memory last; bytes. */
export interface MemoryFigures {
	readonly level: MemoryLevel;
	/** Of the process, without what the kernel can take back. */
	readonly used: number;
	/** That the process may use. */
	readonly limit: number;
	/** Objects and buffers of the worker, with those that nobody needs any more and that are not collected yet. */
	readonly live: number;
}

/** What each worker found when it looked at memory, in shared memory. Lifetime: process. */
export class MemoryCells {
	readonly #cells: Float64Array;
	readonly #lane: number;

	/** @param cells {@link MEMORY_DOUBLES} for each lane @param lane of this thread */
	constructor(cells: Float64Array, lane: number) {
		this.#cells = cells;
		this.#lane = lane;
	}

	/** What this worker found. */
	set({ level, used, limit, live }: MemoryFigures): void {
		const at = this.#lane * MEMORY_DOUBLES;
		this.#cells[at + MEMORY_USED] = used;
		this.#cells[at + MEMORY_LIMIT] = limit;
		this.#cells[at + MEMORY_LIVE] = live;
		this.#cells[at + MEMORY_LEVEL] = MEMORY_LEVELS.indexOf(level);
	}

	/** The highest level of a worker; what all of them hold. Zeros before the first look. */
	get overall(): MemoryFigures {
		const cells = this.#cells;
		let [level, used, limit, live] = [0, 0, 0, 0];
		for (let at = 0; at < cells.length; at += MEMORY_DOUBLES) {
			level = Math.max(level, cells[at + MEMORY_LEVEL] ?? 0);
			used = Math.max(used, cells[at + MEMORY_USED] ?? 0);
			limit = Math.max(limit, cells[at + MEMORY_LIMIT] ?? 0);
			live += cells[at + MEMORY_LIVE] ?? 0;
		}
		return { level: MEMORY_LEVELS[level] ?? "normal", used, limit, live };
	}

	/** Bytes of the objects and buffers of the other workers. */
	get liveElsewhere(): number {
		const own = this.#lane * MEMORY_DOUBLES + MEMORY_LIVE;
		let sum = 0;
		for (let at = MEMORY_LIVE; at < this.#cells.length; at += MEMORY_DOUBLES) if (at !== own) sum += this.#cells[at] ?? 0;
		return sum;
	}

	/** The worker of the lane has died. */
	clear(lane: number): void {
		this.#cells.fill(0, lane * MEMORY_DOUBLES, (lane + 1) * MEMORY_DOUBLES);
	}
}
