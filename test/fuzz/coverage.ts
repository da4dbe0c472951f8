import { type Profiler, Session } from "node:inspector";

const SOURCE = new URL("../../src/", import.meta.url).href;

/** A part of a source between two offsets. */
export interface Block {
	readonly start: number;
	readonly end: number;
	covered: boolean;
}

/**
 * Which blocks of some sources ever ran, as V8 counts them (Profiler.takePreciseCoverage of the inspector). One at a time in a process.
 * Lifetime: until {@link stop}.
 */
export class Coverage {
	readonly #session = new Session();
	readonly #sources: readonly string[];
	/** By script and function. */
	readonly #functions = new Map<string, Map<string, Block>>();
	#blocks = 0;

	/** @param sources paths below src/, or their beginnings */
	constructor(sources: readonly string[]) {
		this.#sources = sources.map((path) => (URL.canParse(path) ? path : SOURCE + path));
		this.#session.connect();
		this.#session.post("Profiler.enable");
		this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	}

	/** How many blocks have run. */
	get blocks(): number {
		return this.#blocks;
	}

	/** Looks at what has run since the last look. @returns the blocks among it that were not {@link mark}ed yet */
	look(): Block[] {
		let scripts: readonly Profiler.ScriptCoverage[] = [];
		// With a session of its own thread it answers before it returns.
		this.#session.post("Profiler.takePreciseCoverage", (_, { result }) => {
			scripts = result;
		});
		const fresh: Block[] = [];
		for (const { url, functions } of scripts) {
			if (!this.#sources.some((source) => url.startsWith(source))) continue;
			for (const each of functions) if ((each.ranges[0]?.count ?? 0) > 0) fresh.push(...this.#freshIn(url, each));
		}
		return fresh;
	}

	/** They are new no more. */
	mark(blocks: readonly Block[]): void {
		for (const block of blocks) {
			if (!block.covered) this.#blocks++;
			block.covered = true;
		}
	}

	stop(): void {
		this.#session.post("Profiler.stopPreciseCoverage");
		this.#session.disconnect();
	}

	/** A range is listed where its count differs from that of the one around it: what is not inside one with 0 has run. */
	#freshIn(url: string, { functionName, ranges }: Profiler.FunctionCoverage): Block[] {
		const key = `${url} ${functionName} ${ranges[0]?.startOffset}`;
		const blocks = this.#functions.get(key) ?? new Map<string, Block>();
		this.#functions.set(key, blocks);
		for (const { startOffset: start, endOffset: end } of ranges) {
			const range = `${start}-${end}`;
			if (!blocks.has(range)) blocks.set(range, { start, end, covered: false });
		}
		const idle = ranges.filter(({ count }) => count === 0);
		const isIdle = ({ start, end }: Block): boolean => idle.some(({ startOffset, endOffset }) => startOffset <= start && end <= endOffset);
		return [...blocks.values()].filter((block) => !block.covered && !isIdle(block));
	}
}
