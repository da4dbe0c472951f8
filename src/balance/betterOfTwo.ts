import type { Candidate, PickContext, Picker, Tried } from "./picker.ts";
import { WeightedDraw } from "./weightedDraw.ts";

/**
 * Draws two candidates by weight and picks the one that costs less; the first of two equals, so that shares follow the weights while nothing is going on.
 * (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001.) The time it takes does not grow with the number of members.
 */
export class BetterOfTwo implements Picker {
	readonly #costOf: (candidate: Candidate) => number;
	readonly #candidates: readonly Candidate[];
	readonly #draw: WeightedDraw;

	/** @param costOf any unit */
	constructor(candidates: readonly Candidate[], context: PickContext, costOf: (candidate: Candidate) => number) {
		this.#candidates = candidates;
		this.#costOf = costOf;
		this.#draw = new WeightedDraw(candidates, () => context.random());
	}

	pick(_key: number, tried: readonly Tried[]): number {
		const one = this.#draw.drawUntried(tried);
		if (one === -1) return -1;
		const other = tried.length === 0 ? this.#draw.drawOther(one) : this.#draw.drawUntried(tried);
		if (other === one) return one;
		return this.#cost(other) < this.#cost(one) ? other : one;
	}

	#cost(index: number): number {
		return this.#costOf(this.#candidates[index] as Candidate);
	}
}
