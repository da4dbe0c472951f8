import { FRAME_HEADER } from "./protocol.ts";

/** Octets that are put together before they are written: it grows as needed, and is used again and again. */
export class OutBuffer {
	bytes: Buffer;
	length = 0;

	constructor(capacity: number) {
		this.bytes = Buffer.allocUnsafeSlow(capacity);
	}

	/** What was put here; valid until the next change. */
	get view(): Buffer {
		return this.bytes.subarray(0, this.length);
	}

	/** Makes room for so many octets more. */
	ensure(more: number): void {
		const needed = this.length + more;
		if (needed <= this.bytes.length) return;
		const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
		this.bytes.copy(larger, 0, 0, this.length);
		this.bytes = larger;
	}

	octet(value: number): void {
		this.bytes[this.length++] = value;
	}

	uint32(value: number): void {
		const { bytes, length } = this;
		bytes[length] = value >>> 24;
		bytes[length + 1] = value >>> 16;
		bytes[length + 2] = value >>> 8;
		bytes[length + 3] = value;
		this.length = length + 4;
	}

	/** One character an octet. There must be room. */
	text(text: string): void {
		const { bytes, length } = this;
		// Short texts cost less in a loop than a call into the runtime.
		if (text.length > 24) bytes.write(text, length, "latin1");
		else for (let i = 0; i < text.length; i++) bytes[length + i] = text.charCodeAt(i);
		this.length = length + text.length;
	}

	append(chunk: Uint8Array): void {
		this.ensure(chunk.length);
		this.bytes.set(chunk, this.length);
		this.length += chunk.length;
	}

	/** The header of a frame, for which there must be room; its length may be set later by {@link frameLength}. */
	frameHeader(length: number, type: number, flags: number, stream: number): void {
		const { bytes, length: at } = this;
		bytes[at] = length >>> 16;
		bytes[at + 1] = length >>> 8;
		bytes[at + 2] = length;
		bytes[at + 3] = type;
		bytes[at + 4] = flags;
		this.length = at + 5;
		this.uint32(stream);
	}

	/** @param at where the header of the frame begins */
	frameLength(at: number, length: number): void {
		const { bytes } = this;
		bytes[at] = length >>> 16;
		bytes[at + 1] = length >>> 8;
		bytes[at + 2] = length;
	}

	/** A frame with one 32-bit number. */
	numberFrame(type: number, stream: number, value: number): void {
		this.ensure(FRAME_HEADER + 4);
		this.frameHeader(4, type, 0, stream);
		this.uint32(value);
	}
}
