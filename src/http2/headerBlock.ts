import { ConnectionError } from "./connectionError.ts";
import { ENHANCE_YOUR_CALM } from "./protocol.ts";

/** Frames that one block may be made of, besides the first. */
const MOST_CONTINUATIONS = 16;

/** A header block that comes in several frames. Lifetime: its frames. */
export class HeaderBlock {
	readonly id: number;
	/** The request ends with it. */
	readonly ends: boolean;
	bytes = 0;
	readonly #fragments: Buffer[] = [];

	constructor(id: number, ends: boolean) {
		this.id = id;
		this.ends = ends;
	}

	/** @throws ConnectionError if there are too many */
	add(bytes: Buffer, start: number, end: number): void {
		if (this.#fragments.length > MOST_CONTINUATIONS) throw new ConnectionError(ENHANCE_YOUR_CALM, "continuations");
		this.#fragments.push(Buffer.from(bytes.subarray(start, end)));
		this.bytes += end - start;
	}

	get whole(): Buffer {
		return Buffer.concat(this.#fragments);
	}
}
