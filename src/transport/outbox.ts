import type { Connection } from "./connection.ts";

/** Text and small chunks are gathered up to here: what Node writes from the stack (16 KiB). */
const GATHER_LIMIT = 16 * 1024;

/**
 * Gathers what one read of the other side produces (head, chunk sizes, body pieces, last chunk) so that it leaves in one write: each write
 * costs some 3 µs. Whoever adds calls {@link flush} at the end of the read.
 */
export class Outbox {
	readonly #connection: Connection;
	#pending = "";
	/** Counts up with everything that left; two equal readings mean that all since the first is still here. */
	writes = 0;

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	text(text: string): void {
		this.#pending += text;
	}

	/** The chunk is only valid during the call. False: stop until the connection drains. */
	chunk(chunk: Buffer): boolean {
		if (this.#pending.length + chunk.length <= GATHER_LIMIT) {
			this.#pending += chunk.latin1Slice(0, chunk.length);
			return !this.#connection.blocked;
		}
		const text = this.#pending;
		this.#pending = "";
		this.writes++;
		return text === "" ? this.#connection.write(chunk) : this.#connection.writeBoth(text, chunk);
	}

	/** False: stop until the connection drains. */
	flush(): boolean {
		if (this.#pending === "") return !this.#connection.blocked;
		const text = this.#pending;
		this.#pending = "";
		this.writes++;
		return this.#connection.write(text);
	}

	/** Drops what is gathered. */
	clear(): void {
		this.#pending = "";
	}
}
