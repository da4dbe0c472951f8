import { SKETCH_CELLS } from "./layout.ts";

/**
 * Counts connections per client address in constant memory: a count-min sketch of two rows (Cormode and Muthukrishnan, 2005). It never counts too
 * few; it counts too many only for an address that shares a cell with others in both rows, and random seeds keep anyone from choosing such addresses.
 * Each thread writes words of its own, side by side with the other threads' words of that cell, so that the count of a thread that died can be taken back
 * exactly. Lifetime: process.
 */
export class ClientSketch {
	readonly #words: Int32Array;
	readonly #lanes: number;
	readonly #lane: number;
	readonly #seeds: readonly [number, number];

	/** @param words 2 × SKETCH_CELLS × lanes long, shared @param lane this thread's column */
	constructor(words: Int32Array, lanes: number, lane: number, seeds: readonly [number, number]) {
		this.#words = words;
		this.#lanes = lanes;
		this.#lane = lane;
		this.#seeds = seeds;
	}

	/** @returns connections of that address over all threads, this one included */
	add(address: string): number {
		const first = this.#cell(address, 0);
		const second = this.#cell(address, 1);
		Atomics.add(this.#words, first + this.#lane, 1);
		Atomics.add(this.#words, second + this.#lane, 1);
		return Math.min(this.#sum(first), this.#sum(second));
	}

	remove(address: string): void {
		Atomics.sub(this.#words, this.#cell(address, 0) + this.#lane, 1);
		Atomics.sub(this.#words, this.#cell(address, 1) + this.#lane, 1);
	}

	/** Takes back all that a thread counted; it must not run any more. */
	clear(lane: number): void {
		for (let i = lane; i < this.#words.length; i += this.#lanes) {
			if (this.#words[i] !== 0) Atomics.store(this.#words, i, 0);
		}
	}

	#cell(address: string, row: 0 | 1): number {
		return (row * SKETCH_CELLS + (seededHash(address, this.#seeds[row]) & (SKETCH_CELLS - 1))) * this.#lanes;
	}

	#sum(cell: number): number {
		let sum = 0;
		for (let i = 0; i < this.#lanes; i++) sum += Atomics.load(this.#words, cell + i);
		return sum;
	}
}

/** FNV-1a from a seed, with the final mix of MurmurHash3 so that all bits of the seed and the text reach the low ones. */
export function seededHash(text: string, seed: number): number {
	let hash = seed;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return hash ^ (hash >>> 16);
}
