/** Counts bytes against a limit. */
export interface MemoryBudget {
	/** @returns false if that is more than there should be; it is counted all the same, until {@link release} */
	take(bytes: number): boolean;
	release(bytes: number): void;
}

/** Memory of one worker for one use, such as bodies that wait, or large heads. Lifetime: process. */
export class ByteBudget implements MemoryBudget {
	/** Bytes; a reload may change it. */
	limit: number;
	#used = 0;

	constructor(limit: number) {
		this.limit = limit;
	}

	take(bytes: number): boolean {
		this.#used += bytes;
		return this.#used <= this.limit;
	}

	release(bytes: number): void {
		this.#used -= bytes;
	}
}
