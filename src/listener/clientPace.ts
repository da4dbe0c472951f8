/** Bytes per second; a client that is slower gives up what it holds when others need it. */
const SLOW = 32 * 1024;
/** Milliseconds over which the pace is measured, or half of the limit below if that is less. */
const WINDOW_MS = 5000;

/** How fast a client sends, or takes what it is sent, while an exchange waits for it. */
export class ClientPace {
	/** Of the window, on the clock; Infinity: the client is not waited for. */
	#since = Number.POSITIVE_INFINITY;
	#before = 0;
	/** Bytes per second in the last whole window. What the kernel's buffers take at first is quick, and soon left behind. */
	#last = Number.POSITIVE_INFINITY;

	/** The client is waited for from now on. @param now milliseconds on the clock @param bytes passed so far */
	begin(now: number, bytes: number): void {
		this.#since = now;
		this.#before = bytes;
		this.#last = Number.POSITIVE_INFINITY;
	}

	end(): void {
		this.#since = Number.POSITIVE_INFINITY;
		this.#last = Number.POSITIVE_INFINITY;
	}

	/**
	 * Bytes per second if that is slow; null: it is not, or not yet known. To be called now and then.
	 *
	 * @param bytes passed so far
	 * @param limit milliseconds after which a client from which nothing comes is given up
	 */
	slow(now: number, bytes: number, limit: number): number | null {
		const waited = now - this.#since;
		if (waited >= Math.min(WINDOW_MS, limit / 2)) {
			this.#last = ((bytes - this.#before) * 1000) / waited;
			this.#since = now;
			this.#before = bytes;
		}
		return this.#last < SLOW ? this.#last : null;
	}
}
