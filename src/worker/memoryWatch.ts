import type { Clock } from "../clock.ts";
import { isAbove, type MemoryLevel, nextLevel, refuses, turnsAway, type WorkClass } from "../limit/memoryLevel.ts";
import { Retained } from "../limit/retained.ts";
import type { MemoryFigures } from "../scoreboard/memoryCells.ts";
import type { ProcessMemory } from "./processMemory.ts";

const LOOK_MS = 250;
/** While memory is tight. */
const CLOSE_LOOK_MS = 50;
/** Of the worker's time, no more than a twentieth goes into collections; a fifth to prevent that somebody is refused. */
const PAUSE = 20;
const SHORT_PAUSE = 5;
/** Collections that free less than this share of the memory come ever less often: each waits twice as long as the one before it. */
const WORTHWHILE = 0.02;
const MOST_PATIENCE = 16;
/** The longest pause between collections while somebody is refused. */
const REFUSING_PAUSE_MS = 1000;
/** Where so many looks find no more than so many bytes of change, and so large a share of the memory to collect, it is collected without need. */
const QUIET_LOOKS = 8;
const STILL = 2 ** 20;
const LEFT_OVER = 0.05;
/** From this share on it does not matter what the memory is used for: heaps cannot take what the C library retains, and the kernel kills. */
const ALMOST_ALL = 0.96;

export interface MemoryWatchOptions {
	readonly memory: ProcessMemory;
	readonly clock: Clock;
	/** Bytes that the process may use by the configuration; 0 = what there is. */
	readonly limit: () => number;
	/** Lets go of what is kept for later use only. @param all also what costs something to get again */
	readonly giveBack: (all: boolean) => void;
	/** Bytes of the objects and buffers of the other workers, as they said last. */
	readonly liveElsewhere: () => number;
	readonly onShed: (work: WorkClass) => void;
	/** After each look. */
	readonly onLook: (figures: MemoryFigures) => void;
}

/**
 * Looks at memory again and again: gives some back before anybody is refused, and says what is refused. The level is that of the process or of this worker's heap,
 * whichever is shorter of room. Lifetime: process.
 */
export class MemoryWatch {
	level: MemoryLevel = "normal";
	/** Nothing is refused. */
	isOpen = true;
	readonly #options: MemoryWatchOptions;
	#collectedAt = Number.NEGATIVE_INFINITY;
	/** Milliseconds that the last collection took. */
	#took = 0;
	#patience = 1;
	#retained: Retained | null = null;
	/** Bytes: at the last look, and the least since the last collection. */
	#lastLive = 0;
	#leastLive = Number.POSITIVE_INFINITY;
	#quietLooks = 0;

	constructor(options: MemoryWatchOptions) {
		this.#options = options;
	}

	start(): void {
		const look = (): void => {
			setTimeout(look, this.look() === "normal" ? LOOK_MS : CLOSE_LOOK_MS).unref();
		};
		setTimeout(look, LOOK_MS).unref();
	}

	/** Whether such work is refused now; it is counted if so. */
	sheds(work: WorkClass): boolean {
		const isRefused = refuses(this.level, work);
		if (isRefused) this.#options.onShed(work);
		return isRefused;
	}

	/** Never throws. @returns the level that comes next, if the next look finds no more room */
	look(): MemoryLevel {
		const figures = this.#read();
		const next = nextLevel(this.level, shareOf(figures));
		if (next === "normal") {
			this.#patience = 1;
			if (this.#isLeftOver(figures)) this.#giveBack(figures, false);
		}
		// Freed memory is given back by another thread: what a collection has brought is seen with the next look.
		const isGivenBack = next !== "normal" && this.#isCollectionDue(next);
		if (isGivenBack) this.#giveBack(figures, turnsAway(next));
		if (!isGivenBack || !isAbove(next, this.level)) this.level = next;
		this.isOpen = !turnsAway(this.level);
		const { used, limit, live } = figures;
		this.#options.onLook({ level: this.level, used, limit, live });
		return next;
	}

	#read(): Reading {
		const { memory, limit, liveElsewhere } = this.#options;
		const { used: inHeap, pages, limit: most, external } = memory.heap();
		const live = pages + external;
		const allLive = live + liveElsewhere();
		const used = memory.used();
		this.#retained ??= new Retained(used, allLive);
		const retained = this.#retained.look(used, allLive);
		const own: Use = { used, limit: limit() || memory.available };
		const { group } = memory;
		const uses: Use[] = group === null ? [own] : [own, { used: group.used(), limit: group.limit }];
		const [worst = own] = uses.sort((a, b) => b.used / b.limit - a.used / a.limit);
		return { ...worst, retained, live, heap: inHeap / most };
	}

	/** Nothing happens any more, and what happened has left much. */
	#isLeftOver({ live, limit }: Reading): boolean {
		this.#quietLooks = Math.abs(live - this.#lastLive) < STILL ? this.#quietLooks + 1 : 0;
		this.#lastLive = live;
		this.#leastLive = Math.min(this.#leastLive, live);
		return this.#quietLooks % QUIET_LOOKS === QUIET_LOOKS - 1 && live - this.#leastLive > LEFT_OVER * limit;
	}

	#isCollectionDue(next: MemoryLevel): boolean {
		const rises = isAbove(next, this.level) && turnsAway(next);
		const least = Math.max(this.#took * SHORT_PAUSE, CLOSE_LOOK_MS);
		const pause = Math.max(this.#took * PAUSE * this.#patience, least);
		// Whoever is refused must not wait long for what may have become free.
		const wait = rises ? least : turnsAway(this.level) ? Math.min(pause, Math.max(least, REFUSING_PAUSE_MS)) : pause;
		return this.#options.clock.now() - this.#collectedAt >= wait;
	}

	#giveBack(before: Reading, all: boolean): void {
		const { memory, clock, giveBack } = this.#options;
		giveBack(all);
		const start = clock.now();
		memory.collect();
		this.#collectedAt = clock.now();
		this.#took = this.#collectedAt - start;
		const { pages, external } = memory.heap();
		this.#leastLive = pages + external;
		const isWorthwhile = before.live - pages - external > WORTHWHILE * before.limit;
		this.#patience = isWorthwhile ? 1 : Math.min(this.#patience * 2, MOST_PATIENCE);
	}
}

interface Use {
	readonly used: number;
	readonly limit: number;
}

interface Reading extends Use {
	/** Of {@link used}: freed, and kept by the C library for later. */
	readonly retained: number;
	readonly live: number;
	/** Share of the heap. */
	readonly heap: number;
}

function shareOf({ used, retained, limit, heap }: Reading): number {
	const share = used / limit;
	return Math.max(share < ALMOST_ALL ? (used - retained) / limit : share, heap);
}
