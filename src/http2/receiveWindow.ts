/** What a peer may send us on a stream, or on the connection (RFC 9113 section 5.2). It grows while the peer fills it and its reader keeps up. */
export class ReceiveWindow {
	/** Octets that the peer may still send. */
	left: number;
	/** Octets that have come and have not found their reader: they take up room. */
	waiting = 0;
	#target: number;
	readonly #most: number;
	/** Octets that were used up and are not announced again. */
	#used = 0;
	/** The reader was behind since the last credit. */
	#slow = false;

	/** @param first octets that the peer was told @param target octets that it is to have @param most octets that this may grow to */
	constructor(first: number, target: number, most: number) {
		this.left = first;
		this.#target = target;
		this.#most = most;
	}

	/** False: the peer had no right to send that. */
	receive(bytes: number): boolean {
		this.left -= bytes;
		return this.left >= 0;
	}

	/** The reader does not keep up. */
	slow(): void {
		this.#slow = true;
	}

	/**
	 * Octets that have found their reader.
	 *
	 * @returns the increment to announce now, or 0: half a window is given back at once, not each frame by itself
	 */
	use(bytes: number): number {
		this.#used += bytes;
		if (this.#used < this.#target / 2) return 0;
		if (!this.#slow) this.#target = Math.min(this.#most, this.#target * 2);
		this.#slow = false;
		return this.#credit();
	}

	/** The increment that makes it as large as it should be, or 0. */
	open(): number {
		return this.left < this.#target ? this.#credit() : 0;
	}

	#credit(): number {
		const increment = Math.max(0, this.#target - this.left - this.waiting);
		this.#used = 0;
		this.left += increment;
		return increment;
	}
}
