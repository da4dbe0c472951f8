import { mix32 } from "./hash.ts";
import { type Candidate, isTried, type PickContext, type Picker, type Tried } from "./picker.ts";
import { smoothSequence } from "./smoothSequence.ts";

/**
 * Picks the candidate with the least load. Among equals it keeps to smooth weighted round robin: the one in turn if it is among them, else any of them
 * by weight, since the next in turn would otherwise carry what a loaded one was to get.
 */
export class LeastLoaded implements Picker {
	readonly #candidates: readonly Candidate[];
	readonly #context: PickContext;
	readonly #loadOf: (index: number) => number;
	readonly #sequence: Uint16Array;

	/** @param loadOf of a candidate, by its index; any unit */
	constructor(candidates: readonly Candidate[], context: PickContext, loadOf: (index: number) => number) {
		this.#candidates = candidates;
		this.#context = context;
		this.#loadOf = loadOf;
		this.#sequence = smoothSequence(candidates.map(({ weight }) => weight));
	}

	pick(_key: number, tried: readonly Tried[]): number {
		const candidates = this.#candidates;
		const first = tried.length === 0;
		const turn = first ? this.#context.turn() : this.#context.random();
		const inTurn = first ? (this.#sequence[turn % this.#sequence.length] ?? -1) : -1;
		let dice = turn;
		let picked = -1;
		let least = Number.POSITIVE_INFINITY;
		let weightOfEquals = 0;
		for (let i = 0; i < candidates.length; i++) {
			const { slot, weight } = candidates[i] as Candidate;
			if (!first && isTried(tried, slot)) continue;
			const load = this.#loadOf(i);
			if (load > least) continue;
			if (load < least) weightOfEquals = 0;
			weightOfEquals += weight;
			// Every later equal takes the place with its share of the weight so far: in the end each has it as likely as its weight says.
			dice = mix32(dice + 1);
			const takes = i === inTurn || load < least || (picked !== inTurn && dice * weightOfEquals < weight * 2 ** 32);
			if (takes) picked = i;
			least = load;
		}
		return picked;
	}
}
