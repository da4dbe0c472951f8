import { Seeded } from "../harness/seeded.ts";
import { Coverage } from "./coverage.ts";
import { mutated } from "./mutate.ts";
import { checkInput, type Target } from "./target.ts";

/** Inputs between two looks at the coverage, which cost as much as some of them. */
const BATCH = 40;
/** Checks that making a finding shorter may cost. */
const SHORTENING = 2_000;

export interface Finding {
	/** As short as it could be made. */
	readonly input: Buffer;
	readonly error: unknown;
}

export interface Fuzzed {
	readonly finding: Finding | null;
	readonly inputs: number;
	/** Of the target's sources. */
	readonly blocks: number;
	/** Inputs that reached what no input before them had reached, beside the corpus. */
	readonly found: readonly Buffer[];
}

export interface FuzzOptions {
	readonly seed: string;
	/** Asked after each batch, with the number of inputs so far. */
	readonly isOver: (inputs: number) => boolean;
	/** Milliseconds that one input may take; no limit if not given. */
	readonly slowest?: number;
}

/**
 * Checks the corpus, then mutations of it; an input that reaches new blocks of the sources joins the corpus.
 * Ends with the first finding. The same seed and corpus lead the same way, as long as the sources stay.
 */
export async function fuzz(target: Target, corpus: readonly Buffer[], options: FuzzOptions): Promise<Fuzzed> {
	const random = new Seeded(`${options.seed}/${target.name}`);
	const inputs = corpus.length === 0 ? [Buffer.alloc(0)] : [...corpus];
	const found: Buffer[] = [];
	const coverage = new Coverage(target.sources);
	let count = 0;
	const done = (finding: Finding | null): Fuzzed => ({ finding, inputs: count, blocks: coverage.blocks, found });
	const check = async (input: Buffer): Promise<Finding | null> => {
		count++;
		const error = await errorOf(target, input, options.slowest);
		return error === null ? null : { input: await shortened(target, input, options.slowest), error: error.thrown };
	};
	for (const input of inputs) {
		const finding = await check(input);
		if (finding !== null) return done(finding);
	}
	coverage.mark(coverage.look());
	while (!options.isOver(count)) {
		const batch = Array.from({ length: BATCH }, () => mutated(inputs, target.words, target.longest, random));
		for (const input of batch) {
			const finding = await check(input);
			if (finding !== null) return done(finding);
		}
		const fresh = coverage.look();
		if (fresh.length === 0) continue;
		for (const input of await reaching(target, batch, coverage)) {
			inputs.push(input);
			found.push(input);
		}
		coverage.mark(fresh);
	}
	return done(null);
}

/**
 * Those of the inputs that reach what is new, found by halves, since each look at the coverage costs some
 * milliseconds. Marks it.
 */
async function reaching(target: Target, inputs: readonly Buffer[], coverage: Coverage): Promise<Buffer[]> {
	for (const input of inputs) await checkInput(target, input);
	const fresh = coverage.look();
	if (fresh.length === 0) return [];
	if (inputs.length === 1) {
		coverage.mark(fresh);
		return [...inputs];
	}
	const half = inputs.length >> 1;
	return [...(await reaching(target, inputs.slice(0, half), coverage)), ...(await reaching(target, inputs.slice(half), coverage))];
}

/** What the check throws, or null. */
async function errorOf(target: Target, input: Buffer, slowest = Number.POSITIVE_INFINITY): Promise<{ readonly thrown: unknown } | null> {
	const begun = performance.now();
	try {
		await checkInput(target, input);
	} catch (thrown) {
		return { thrown };
	}
	const took = performance.now() - begun;
	return took > slowest ? { thrown: new Error(`${input.length} bytes took ${took.toFixed(0)} ms`) } : null;
}

/** Takes pieces away, large ones first, while it still fails. */
async function shortened(target: Target, input: Buffer, slowest?: number): Promise<Buffer> {
	let shortest = input;
	let checks = 0;
	for (let size = input.length >> 1; size >= 1; size >>= 1) {
		for (let at = 0; at < shortest.length && checks < SHORTENING; ) {
			const candidate = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + size)]);
			checks++;
			if ((await errorOf(target, candidate, slowest)) === null) at += size;
			else shortest = candidate;
		}
	}
	return shortest;
}
