import { mix32 } from "./hash.ts";

/** 2^32 divided by the golden ratio, made odd: steps of it visit every 32-bit number once before any twice. */
const STEP = 0x9e3779b9;

/** Random numbers for choices that nobody gains by guessing: a counter, mixed twice. Lifetime: process, one in each thread. */
export class CounterRandom {
	#counter: number;
	readonly #seed: number;

	/** @param seed from a source of true randomness; threads with the same one draw the same numbers */
	constructor(seed: number) {
		this.#seed = mix32(seed);
		this.#counter = seed;
	}

	/** Whole, 0 to 2^32 - 1. */
	next(): number {
		this.#counter = (this.#counter + STEP) | 0;
		return mix32(mix32(this.#counter) ^ this.#seed);
	}
}
