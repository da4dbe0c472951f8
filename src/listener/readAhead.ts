/** Responses that are read from their nodes ahead of slow clients, so that the nodes' slots are free sooner. */

import type { MemoryBudget } from "../limit/byteBudget.ts";

/** A connection whose client is behind. */
export interface SlowReader {
	/** Bytes per second that it takes, if that is slow; otherwise null. */
	readonly slowPace: number | null;
	/** It is cut off, and releases what it has. */
	drop(): void;
}

/** What all slow readers of one worker may hold. Lifetime: process. */
export class ReadAhead {
	readonly #budget: MemoryBudget;
	readonly #readers = new Set<SlowReader>();

	constructor(budget: MemoryBudget) {
		this.#budget = budget;
	}

	/** Memory for one more chunk of the reader's response; if there is none left, the slowest reader is cut off. */
	take(reader: SlowReader, bytes: number): boolean {
		this.#readers.add(reader);
		if (this.#budget.take(bytes)) return true;
		this.#slowest()?.drop();
		return false;
	}

	/** Nothing more waits for it. @param bytes all that it took */
	release(reader: SlowReader, bytes: number): void {
		if (this.#readers.delete(reader)) this.#budget.release(bytes);
	}

	#slowest(): SlowReader | null {
		let slowest: SlowReader | null = null;
		let least = Number.POSITIVE_INFINITY;
		for (const reader of this.#readers) {
			const { slowPace } = reader;
			if (slowPace === null || slowPace >= least) continue;
			least = slowPace;
			slowest = reader;
		}
		return slowest;
	}
}
