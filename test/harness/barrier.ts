import { DEFAULT_TIMEOUT, within } from "./deadline.ts";

/**
 * A point that several parties of a play (the test, a scripted server) have to reach before any goes on: order without sleeping.
 * It can be met again and again.
 */
export class Barrier {
	readonly #parties: number;
	#arrived = 0;
	#open = Promise.withResolvers<void>();

	constructor(parties = 2) {
		this.#parties = parties;
	}

	/** Waits for the others. Rejects when they do not come within `milliseconds`. */
	async meet(milliseconds: number = DEFAULT_TIMEOUT): Promise<void> {
		const open = this.#open;
		this.#arrived++;
		if (this.#arrived === this.#parties) {
			this.#arrived = 0;
			this.#open = Promise.withResolvers<void>();
			open.resolve();
		}
		await within(open.promise, () => `only ${this.#arrived} of ${this.#parties} parties came to the barrier`, milliseconds);
	}
}
