/**
 * An estimate of the memory that was freed and that the C library keeps for later use (glibc gives back little of what was not allocated by `mmap`). The kernel counts
 * it as used, but new work takes it before it takes more. What only the kernel sees grow counts as in use: TLS sessions, say.
 */
export class Retained {
	#used: number;
	#live: number;
	/** In use that no worker knows of, from the start: code, stacks, shared tables. */
	readonly #base: number;
	#bytes = 0;

	/** All in bytes. @param used as the kernel counts @param live as the workers count */
	constructor(used: number, live: number) {
		this.#used = used;
		this.#live = live;
		this.#base = used - live;
	}

	/** What is retained now. */
	look(used: number, live: number): number {
		const freed = Math.max(this.#live - live, 0);
		// Used and not live: it grows with what is freed and not given back, and shrinks with what is taken again or given back late.
		const grown = used - live - (this.#used - this.#live);
		this.#used = used;
		this.#live = live;
		const most = Math.max(used - live - this.#base, 0);
		this.#bytes = Math.min(Math.max(this.#bytes + Math.min(grown, freed), 0), most);
		return this.#bytes;
	}
}
