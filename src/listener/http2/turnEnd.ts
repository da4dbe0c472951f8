import { OutBuffer } from "../../http2/outBuffer.ts";

/** Something that writes at the end of a turn. */
export interface TurnWriter {
	onTurnEnd(): void;
}

/** Octets that are written at once. */
export const WRITE_SIZE = 64 * 1024;

/**
 * The end of a turn of the event loop: what several nodes answered in one turn, on many streams of a client, leaves in one write. Lifetime:
 * process.
 */
export class TurnEnd {
	/** Where what leaves is put together: filled and written within one call. */
	readonly out = new OutBuffer(2 * WRITE_SIZE);
	#writers: TurnWriter[] = [];

	add(writer: TurnWriter): void {
		if (this.#writers.push(writer) === 1) setImmediate(this.#run);
	}

	readonly #run = (): void => {
		const writers = this.#writers;
		this.#writers = [];
		for (const writer of writers) writer.onTurnEnd();
	};
}
