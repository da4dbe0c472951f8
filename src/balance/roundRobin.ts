import type { Candidate, Policy } from "./policy.ts";

/**
 * Smooth weighted round robin, as nginx and Apache (byrequests) do it: every candidate gains its weight, the richest is picked and pays the
 * sum. Weights 5, 1, 1 give a a b a c a a and not a a a a a b c.
 */
export class RoundRobin implements Policy {
	readonly #credit = new Map<number, number>();

	pick(candidates: readonly Candidate[]): number {
		let sum = 0;
		let best = -1;
		let bestCredit = Number.NEGATIVE_INFINITY;
		for (let index = 0; index < candidates.length; index++) {
			const { slot, weight } = candidates[index] as Candidate;
			const credit = (this.#credit.get(slot) ?? 0) + weight;
			this.#credit.set(slot, credit);
			sum += weight;
			if (credit > bestCredit) {
				best = index;
				bestCredit = credit;
			}
		}
		if (best !== -1) this.#credit.set((candidates[best] as Candidate).slot, bestCredit - sum);
		return best;
	}
}
