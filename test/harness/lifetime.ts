import type { Scope } from "./deadline.ts";

/** What is to be cleaned up, the latest first; for programs, which have no test context. */
export class Lifetime implements Scope {
	readonly #cleanUps: (() => void | Promise<void>)[] = [];

	after(cleanUp: () => void | Promise<void>): void {
		this.#cleanUps.push(cleanUp);
	}

	async end(): Promise<void> {
		for (let cleanUp = this.#cleanUps.pop(); cleanUp !== undefined; cleanUp = this.#cleanUps.pop()) await cleanUp();
	}
}
