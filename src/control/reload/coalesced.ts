/** Work of which one round runs at a time. Who asks meanwhile shares the next round, however many they are. Lifetime: process. */
export class Coalesced<A, T> {
	readonly #work: (asked: A) => Promise<T>;
	#running: Promise<T> | null = null;
	#next: Promise<T> | null = null;

	constructor(work: (asked: A) => Promise<T>) {
		this.#work = work;
	}

	/** A round that begins after this call; `asked` counts if it is the first call for it. */
	ask(asked: A): Promise<T> {
		if (this.#next !== null) return this.#next;
		if (this.#running === null) return this.#begin(asked);
		const begin = (): Promise<T> => {
			this.#next = null;
			return this.#begin(asked);
		};
		this.#next = this.#running.then(begin, begin);
		return this.#next;
	}

	#begin(asked: A): Promise<T> {
		const round = this.#work(asked).finally(() => {
			if (this.#running === round) this.#running = null;
		});
		this.#running = round;
		return round;
	}
}
