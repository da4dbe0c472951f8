import { type Candidate, isTried, type Tried } from "./picker.ts";

const RANGE = 2 ** 32;

/** Draws candidates by weight in constant time: Walker's alias method, with Vose's way to fill the table. */
export class WeightedDraw {
	readonly #candidates: readonly Candidate[];
	readonly #random: () => number;
	/** Of each column: the share that is its own; the rest is its alias's. */
	readonly #own: Float64Array;
	readonly #alias: Uint16Array;

	/** @param random whole, 0 to 2^32 - 1 */
	constructor(candidates: readonly Candidate[], random: () => number) {
		const count = candidates.length;
		this.#candidates = candidates;
		this.#random = random;
		this.#own = new Float64Array(count).fill(1);
		this.#alias = new Uint16Array(count);
		const sum = candidates.reduce((total, { weight }) => total + weight, 0);
		const height = candidates.map(({ weight }) => (weight / sum) * count);
		const small = height.flatMap((each, i) => (each < 1 ? [i] : []));
		const large = height.flatMap((each, i) => (each < 1 ? [] : [i]));
		for (;;) {
			const low = small.pop();
			const high = large.pop();
			if (low === undefined || high === undefined) break;
			const own = height[low] ?? 1;
			this.#own[low] = own;
			this.#alias[low] = high;
			const left = (height[high] ?? 1) - (1 - own);
			height[high] = left;
			(left < 1 ? small : large).push(high);
		}
	}

	/** Index of a candidate, each as likely as its weight says; -1 when there is none. */
	draw(): number {
		const point = (this.#random() / RANGE) * this.#own.length;
		const column = Math.floor(point);
		const own = this.#own[column];
		if (own === undefined) return -1;
		return point - column < own ? column : (this.#alias[column] ?? column);
	}

	/** A candidate other than that one, likely as its weight says among the others; the same when there is no other. */
	drawOther(than: number): number {
		const count = this.#own.length;
		if (count <= 2) return count - 1 - than;
		for (let i = 0; i < 3; i++) {
			const drawn = this.draw();
			if (drawn !== than) return drawn;
		}
		return this.#scan([this.#candidates[than] as Candidate]);
	}

	/** As {@link draw}, among those not tried; -1 when there is none. Takes time in proportion to their number. */
	drawUntried(tried: readonly Tried[]): number {
		return tried.length === 0 ? this.draw() : this.#scan(tried);
	}

	#scan(tried: readonly Tried[]): number {
		const candidates = this.#candidates;
		let left = 0;
		for (const { slot, weight } of candidates) if (!isTried(tried, slot)) left += weight;
		left *= this.#random() / RANGE;
		let last = -1;
		for (let i = 0; i < candidates.length; i++) {
			const { slot, weight } = candidates[i] as Candidate;
			if (isTried(tried, slot)) continue;
			last = i;
			left -= weight;
			if (left < 0) break;
		}
		return last;
	}
}
