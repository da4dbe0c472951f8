/** Close frame with status 1001 "going away" (RFC 6455 sections 5.5.1 and 7.4.1), as a server sends it: unmasked. */
export const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/**
 * Follows the frames of one direction of a WebSocket (RFC 6455 section 5.2) only to know where one ends, so that a frame of our own can be put
 * between two.
 */
export class FrameBoundary {
	/** Bytes of the current frame's payload still to come. */
	#payload = 0;
	/** Header bytes of the current frame that have arrived. */
	readonly #header = Buffer.alloc(14);
	#headerBytes = 0;

	/** The last byte seen was the last of a frame. */
	get atBoundary(): boolean {
		return this.#payload === 0 && this.#headerBytes === 0;
	}

	push(chunk: Buffer): void {
		let offset = 0;
		while (offset < chunk.length) {
			if (this.#payload > 0) {
				const taken = Math.min(this.#payload, chunk.length - offset);
				this.#payload -= taken;
				offset += taken;
			} else {
				this.#header[this.#headerBytes++] = chunk[offset++] as number;
				this.#finishHeader();
			}
		}
	}

	#finishHeader(): void {
		if (this.#headerBytes < 2) return;
		const second = this.#header[1] as number;
		const short = second & 0x7f;
		const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
		const mask = second & 0x80 ? 4 : 0;
		if (this.#headerBytes < 2 + extended + mask) return;
		this.#payload = short;
		if (extended === 2) this.#payload = this.#header.readUInt16BE(2);
		if (extended === 8) this.#payload = Number(this.#header.readBigUInt64BE(2));
		this.#headerBytes = 0;
	}
}
