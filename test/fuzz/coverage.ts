import { type Profiler, Session } from "node:inspector";

const SOURCE = new URL("../../src/", import.meta.url).href;

/** Offsets in a source. */
interface Range {
	readonly start: number;
	readonly end: number;
}

/** A part of a source that may run or not. */
export interface Block extends Range {
	covered: boolean;
}

/** Counts until the process ends: what was compiled meanwhile is not counted by a later session. */
let session: Session | null = null;

function counting(): Session {
	if (session !== null) return session;
	session = new Session();
	session.connect();
	session.post("Profiler.enable");
	session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	return session;
}

/**
 * Which blocks of some sources ever ran, as V8 counts them (Profiler.takePreciseCoverage of the inspector).
 * One at a time in a process.
 */
export class Coverage {
	readonly #session = counting();
	readonly #sources: readonly string[];
	/** By script and function. */
	readonly #functions = new Map<string, Block[]>();
	#blocks = 0;

	/** @param sources paths below src/, or their beginnings */
	constructor(sources: readonly string[]) {
		this.#sources = sources.map((path) => (URL.canParse(path) ? path : SOURCE + path));
		// What ran before is nothing of this one.
		this.look();
		this.#functions.clear();
	}

	/** How many blocks have run. */
	get blocks(): number {
		return this.#blocks;
	}

	/**
	 * Looks at what has run since the last look.
	 * @returns the blocks among it that were not {@link mark}ed yet
	 */
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

	/**
	 * A range is listed where its count differs from that of the one around it. Those with 0 are what has not
	 * run; beside them only the function as a whole is of interest. A range with 0 that appears later is new
	 * inside a block that is reached now; elsewhere it has run before.
	 */
	#freshIn(url: string, { functionName, ranges }: Profiler.FunctionCoverage): Block[] {
		const [all, ...parts] = ranges;
		if (all === undefined) return [];
		const key = `${url} ${functionName} ${all.startOffset}`;
		const whole: Block = { start: all.startOffset, end: all.endOffset, covered: false };
		const blocks = this.#functions.get(key) ?? [whole];
		this.#functions.set(key, blocks);
		const idle = parts.filter(({ count }) => count === 0).map(({ startOffset: start, endOffset: end }) => ({ start, end }));
		const fresh = blocks.filter((block) => !block.covered && !idle.some((range) => contains(range, block)));
		for (const range of idle) {
			const isKnown = blocks.some(({ start, end }) => start === range.start && end === range.end);
			if (!isKnown && fresh.some((block) => contains(block, range))) blocks.push({ ...range, covered: false });
		}
		return fresh;
	}
}

function contains(outer: Range, inner: Range): boolean {
	return outer.start <= inner.start && inner.end <= outer.end;
}
