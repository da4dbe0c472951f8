import type { ClientPace } from "./clientPace.ts";
import type { ReadAhead, SlowReader } from "./readAhead.ts";

/** What a client has not taken of its response yet, and how much of that may be read ahead of it. Lifetime: connection. */
export class WriteProgress {
	/** The response is read ahead of the client. */
	isBehind = false;
	readonly #readAhead: ReadAhead;
	readonly #reader: SlowReader;
	readonly #pace: ClientPace;
	/** Bytes read ahead, and whether there may be more. */
	#ahead = 0;
	#aheadFits = true;
	/** Body bytes that the client had taken, and when that last became more: milliseconds on the clock. */
	#taken = 0;
	#takenAt = 0;

	constructor(readAhead: ReadAhead, reader: SlowReader, pace: ClientPace) {
		this.#readAhead = readAhead;
		this.#reader = reader;
		this.#pace = pace;
	}

	/** The client is waited for from now on. @param now milliseconds on the clock @param from its limits count from there */
	begin(now: number, from: number, taken: number): void {
		this.#taken = taken;
		this.#takenAt = from;
		this.#pace.begin(now, taken);
	}

	/**
	 * Looks whether the client has taken more.
	 *
	 * @param limit milliseconds in which it must take something
	 * @returns when that time is over, on the clock
	 */
	look(now: number, taken: number, limit: number): number {
		if (taken > this.#taken) {
			this.#taken = taken;
			this.#takenAt = now;
		}
		this.#pace.slow(now, taken, limit);
		return this.#takenAt + limit;
	}

	/** Counts what was written although the client is behind. @param most bytes @returns whether more may follow */
	add(bytes: number, most: number): boolean {
		if (bytes > 0) {
			this.#ahead += bytes;
			this.#aheadFits = this.#readAhead.take(this.#reader, bytes);
		}
		return this.#aheadFits && this.#ahead < most;
	}

	/** All has left, or is of no use any more. */
	end(): void {
		this.#pace.end();
		this.isBehind = false;
		this.#aheadFits = true;
		if (this.#ahead > 0) this.#readAhead.release(this.#reader, this.#ahead);
		this.#ahead = 0;
	}
}
