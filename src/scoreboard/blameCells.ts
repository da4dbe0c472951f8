import { type Blame, MOST_CLIENTS, NO_BLAME } from "../health/blame.ts";
import { clientNetwork } from "../http/cidr.ts";
import type { FailureKind } from "../plan/health.ts";
import { seededHash } from "./clientSketch.ts";
import { BLAME_WORDS } from "./layout.ts";

/** A failure that a client can bring about. */
type Blamed = Exclude<FailureKind, "connect">;

/** Where each kind's clients lie in a lane's blame of a member. */
const BLAME_AT: Readonly<Record<Blamed, number>> = {
	timeout: 0,
	broken: MOST_CLIENTS,
	unavailable: 2 * MOST_CLIENTS,
	serverError: 3 * MOST_CLIENTS,
};

/** Which clients saw failures of which member, as keyed hashes in shared memory. Lifetime: process. */
export class BlameCells {
	readonly #cells: Int32Array;
	/** Words from one lane to the next. */
	readonly #stride: number;
	readonly #lane: number;
	readonly #seed: number;

	/** @param lane of this thread */
	constructor(cells: Int32Array, stride: number, lane: number, seed: number) {
		this.#cells = cells;
		this.#stride = stride;
		this.#lane = lane;
		this.#seed = seed;
	}

	/** Who saw a failure comes before its count, so that whoever sees the count sees this too. @param client its address */
	add(member: number, kind: Blamed, client: string): void {
		const hash = seededHash(clientNetwork(client), this.#seed) || 1;
		const first = this.#of(this.#lane, member) + BLAME_AT[kind];
		const known = Atomics.compareExchange(this.#cells, first, 0, hash);
		if (known !== 0 && known !== hash) Atomics.store(this.#cells, first + 1, hash);
	}

	/** Clients that saw failures of the member since the last call, over all threads; only the control thread asks. */
	take(member: number): Blame {
		const of = (kind: Blamed): readonly number[] => {
			const found = new Set<number>();
			for (let lane = this.#of(0, member); lane < this.#cells.length; lane += this.#stride) {
				const first = lane + BLAME_AT[kind];
				for (let word = first; word < first + MOST_CLIENTS; word++) found.add(Atomics.exchange(this.#cells, word, 0));
			}
			found.delete(0);
			return found.size === 0 ? NO_BLAME[kind] : [...found].slice(0, MOST_CLIENTS);
		};
		return { connect: [], timeout: of("timeout"), broken: of("broken"), unavailable: of("unavailable"), serverError: of("serverError") };
	}

	/** Another member takes its place. */
	clear(member: number): void {
		for (let at = this.#of(0, member); at < this.#cells.length; at += this.#stride) this.#cells.fill(0, at, at + BLAME_WORDS);
	}

	#of(lane: number, member: number): number {
		return lane * this.#stride + member * BLAME_WORDS;
	}
}
