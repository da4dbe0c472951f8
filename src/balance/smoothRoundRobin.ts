import type { Candidate, PickContext, Picker, Policy, Tried } from "./picker.ts";
import { smoothSequence } from "./smoothSequence.ts";
import { WeightedDraw } from "./weightedDraw.ts";

/**
 * Smooth weighted round robin: exact shares over all threads, since they take turns from one counter. For requests that cost about the same. A
 * retry takes no turn; it goes to any other member, since the next in turn would otherwise carry all that a dead one was to get.
 */
export const roundRobin: Policy = (candidates, context) => new RoundRobin(candidates, context);

class RoundRobin implements Picker {
	readonly #context: PickContext;
	readonly #sequence: Uint16Array;
	readonly #draw: WeightedDraw;

	constructor(candidates: readonly Candidate[], context: PickContext) {
		this.#context = context;
		this.#sequence = smoothSequence(candidates.map(({ weight }) => weight));
		this.#draw = new WeightedDraw(candidates, () => context.random());
	}

	pick(_key: number, tried: readonly Tried[]): number {
		if (tried.length > 0) return this.#draw.drawUntried(tried);
		return this.#sequence[this.#context.turn() % this.#sequence.length] ?? -1;
	}
}
