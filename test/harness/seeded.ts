/** A generator of numbers that looks random and is the same for the same seed (sfc32). */
export class Seeded {
	readonly #state: Uint32Array;

	/** @param seed any text; each letter of it counts */
	constructor(seed: string) {
		// FNV-1a, with another beginning for each word of the state.
		this.#state = Uint32Array.from([0x811c9dc5, 0x9e3779b9, 0x243f6a88, 1], (start) => {
			let hash = start;
			for (const letter of seed) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
			return hash;
		});
		for (let i = 0; i < 12; i++) this.#next();
	}

	/** A whole number from 0 to `count` - 1. */
	below(count: number): number {
		return Math.floor((this.#next() / 2 ** 32) * count);
	}

	/** A whole number from `least` to `most`, both possible. */
	between(least: number, most: number): number {
		return least + this.below(most - least + 1);
	}

	pick<T>(all: readonly T[]): T {
		const one = all[this.below(all.length)];
		if (one === undefined) throw new Error("there is nothing to pick from");
		return one;
	}

	/** All of them in another order. */
	shuffled<T>(all: readonly T[]): T[] {
		const rest = [...all];
		return all.flatMap(() => rest.splice(this.below(rest.length), 1));
	}

	bytes(count: number): Buffer {
		return Buffer.from(Array.from({ length: count }, () => this.below(256)));
	}

	#next(): number {
		const state = this.#state;
		const [a = 0, b = 0, c = 0, counter = 0] = state;
		const sum = (a + b + counter) >>> 0;
		state[0] = b ^ (b >>> 9);
		state[1] = c + (c << 3);
		state[2] = ((c << 21) | (c >>> 11)) + sum;
		state[3] = counter + 1;
		return sum;
	}
}
