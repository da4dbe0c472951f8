import { mix32 } from "./hash.ts";
import { type Candidate, isTried, NO_KEY, type PickContext, type Picker, type Policy, type Tried } from "./picker.ts";

/** A member takes up to this many times its share of what is in flight: HAProxy's hash-balance-factor 150. */
export const DEFAULT_BOUND = 1.5;

/**
 * A key goes to the same member as long as that one is there, in all threads and instances: rendezvous hashing (Thaler and Ravishankar, 1998) with weights
 * by the logarithmic method. A member that goes away moves its own keys only, one that comes or gains weight takes keys only for itself.
 * Loads are bounded (Mirrokni, Thorup and Zadimoghaddam, 2016): a key whose member is full goes to the next one in its own order.
 *
 * @param bound at least 1, or 0 for none
 */
export const consistentHashBoundedBy =
	(bound: number): Policy =>
	(candidates, context) =>
		new ConsistentHash(candidates, context, bound);

export const consistentHash: Policy = consistentHashBoundedBy(DEFAULT_BOUND);

class ConsistentHash implements Picker {
	readonly #candidates: readonly Candidate[];
	readonly #context: PickContext;
	readonly #bound: number;
	readonly #sumOfWeights: number;
	/** Reused from pick to pick: attempts in flight, as they were when they were added up. */
	readonly #inFlight: Float64Array;

	constructor(candidates: readonly Candidate[], context: PickContext, bound: number) {
		this.#candidates = candidates;
		this.#context = context;
		this.#bound = bound;
		this.#sumOfWeights = candidates.reduce((sum, { weight }) => sum + weight, 0);
		this.#inFlight = new Float64Array(candidates.length);
	}

	pick(key: number, tried: readonly Tried[]): number {
		const bits = key === NO_KEY ? this.#context.random() : key;
		const favourite = this.#nearest(bits, tried, Number.POSITIVE_INFINITY);
		if (this.#bound === 0 || favourite === -1) return favourite;
		const perWeight = this.#allowedPerWeight();
		if (this.#hasRoom(favourite, perWeight)) return favourite;
		const next = this.#nearest(bits, tried, perWeight);
		return next === -1 ? favourite : next;
	}

	/** The candidate whose distance from the key is least, among those with room; distances are exponentially distributed, with the weight as rate. */
	#nearest(bits: number, tried: readonly Tried[], perWeight: number): number {
		const candidates = this.#candidates;
		let nearest = -1;
		let least = Number.POSITIVE_INFINITY;
		for (let i = 0; i < candidates.length; i++) {
			const { id, slot, weight } = candidates[i] as Candidate;
			const distance = -Math.log((mix32(bits ^ id) + 0.5) / 2 ** 32) / weight;
			if (distance >= least || isTried(tried, slot) || !this.#hasRoom(i, perWeight)) continue;
			nearest = i;
			least = distance;
		}
		return nearest;
	}

	/** The rule is `in flight + 1 <= ceil(bound × all × share)`, this attempt being one of all; so there always is a candidate with room. */
	#hasRoom(index: number, perWeight: number): boolean {
		return (this.#inFlight[index] ?? 0) < Math.ceil(perWeight * (this.#candidates[index] as Candidate).weight);
	}

	#allowedPerWeight(): number {
		let sum = 1;
		for (let i = 0; i < this.#candidates.length; i++) {
			const inFlight = this.#context.loads.inFlight((this.#candidates[i] as Candidate).slot);
			this.#inFlight[i] = inFlight;
			sum += inFlight;
		}
		return (this.#bound * sum) / this.#sumOfWeights;
	}
}
