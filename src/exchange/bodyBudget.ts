/** Memory of one worker for one use: bodies of requests that have no slot at a node yet, or large heads. Lifetime: process. */
export class BodyBudget {
	/** Bytes; a reload may change it. */
	limit: number;
	#used = 0;

	constructor(limit: number) {
		this.limit = limit;
	}

	/** @returns false if that is more than there should be; it is counted all the same, until {@link release} */
	take(bytes: number): boolean {
		this.#used += bytes;
		return this.#used <= this.limit;
	}

	release(bytes: number): void {
		this.#used -= bytes;
	}
}
