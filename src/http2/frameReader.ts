import { ConnectionError } from "./connectionError.ts";
import { checkFrame } from "./frameRules.ts";
import { DATA, END_STREAM, FRAME_HEADER, FRAME_SIZE_ERROR, PADDED, PREFACE, PROTOCOL_ERROR } from "./protocol.ts";

/** Receives frames whose size and stream are in order (see frameRules.ts). Any call may throw a {@link ConnectionError}. */
export interface FrameSink {
	/** A frame of any type but DATA: its payload lies between two offsets, and is only valid during the call. */
	onFrame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void;
	/** A DATA frame begins. @param length of its payload, padding included @param padding octets of it that are no data */
	onDataStart(stream: number, length: number, padding: number, ended: boolean): void;
	/** Some of its data: never empty, only valid during the call. */
	onData(chunk: Buffer): void;
	onDataEnd(): void;
}

const PREFACE_BYTES = Buffer.from(PREFACE, "latin1");
const FIRST_KEPT = 256;

/**
 * Reads the preface of a client and its frames (RFC 9113 sections 3.4 and 4.1), across any split. Data pass through as they come; all other
 * frames are read where they lie, and only one that arrives in parts is copied. Lifetime: connection.
 */
export class FrameReader {
	readonly #sink: FrameSink;
	readonly #frameSize: number;
	#prefaceRead = 0;
	#kept: Buffer | null = null;
	#keptLength = 0;
	/** Octets of a DATA frame that are still to come; -1: none is being read. */
	#data = -1;
	#padding = 0;
	/** The octet that says how much padding there is, is still to come. */
	#paddingUnread = false;
	#stream = 0;
	#length = 0;
	#ended = false;
	#stopped = false;

	/** @param frameSize the largest payload that we announced */
	constructor(frameSize: number, sink: FrameSink) {
		this.#frameSize = frameSize;
		this.#sink = sink;
	}

	/** Nothing more is read. */
	stop(): void {
		this.#stopped = true;
		this.#kept = null;
	}

	/** Octets of memory that an incomplete frame takes. */
	get keptBytes(): number {
		return this.#kept?.length ?? 0;
	}

	/** @throws ConnectionError */
	execute(chunk: Buffer): void {
		let pos = 0;
		if (this.#prefaceRead < PREFACE_BYTES.length) pos = this.#readPreface(chunk);
		while (pos < chunk.length && !this.#stopped) {
			if (this.#data >= 0) pos = this.#readData(chunk, pos);
			else if (this.#kept === null) pos = this.#readFrame(chunk, pos);
			else pos = this.#readOn(this.#kept, chunk, pos);
		}
	}

	#readPreface(chunk: Buffer): number {
		const end = Math.min(chunk.length, PREFACE_BYTES.length - this.#prefaceRead);
		for (let pos = 0; pos < end; pos++) {
			if (chunk[pos] !== PREFACE_BYTES[this.#prefaceRead++]) throw new ConnectionError(PROTOCOL_ERROR, "preface");
		}
		return end;
	}

	#readFrame(chunk: Buffer, pos: number): number {
		const body = pos + FRAME_HEADER;
		if (body > chunk.length) return this.#keep(chunk, pos);
		const length = lengthAt(chunk, pos);
		const type = chunk[pos + 3] as number;
		const stream = streamAt(chunk, pos);
		checkFrame(type, length, stream, this.#frameSize);
		if (type === DATA) {
			this.#beginData(chunk[pos + 4] as number, stream, length);
			return body;
		}
		const end = body + length;
		if (end > chunk.length) return this.#keep(chunk, pos);
		this.#sink.onFrame(type, chunk[pos + 4] as number, stream, chunk, body, end);
		return end;
	}

	/** Keeps what has come of a frame. */
	#keep(chunk: Buffer, pos: number): number {
		this.#keptLength = chunk.length - pos;
		this.#kept = Buffer.allocUnsafeSlow(Math.max(FIRST_KEPT, this.#keptLength));
		chunk.copy(this.#kept, 0, pos);
		return chunk.length;
	}

	#readOn(kept: Buffer, chunk: Buffer, pos: number): number {
		const whole = this.#keptLength < FRAME_HEADER ? FRAME_HEADER : FRAME_HEADER + lengthAt(kept, 0);
		const end = Math.min(chunk.length, pos + whole - this.#keptLength);
		const bytes = whole <= kept.length ? kept : grown(kept, this.#keptLength, whole);
		chunk.copy(bytes, this.#keptLength, pos, end);
		this.#keptLength += end - pos;
		this.#kept = bytes;
		if (this.#keptLength < whole) return end;
		const type = bytes[3] as number;
		const length = lengthAt(bytes, 0);
		const stream = streamAt(bytes, 0);
		if (whole === FRAME_HEADER) checkFrame(type, length, stream, this.#frameSize);
		if (type === DATA) {
			this.#kept = null;
			this.#beginData(bytes[4] as number, stream, length);
		} else if (whole === FRAME_HEADER + length) {
			this.#kept = null;
			this.#sink.onFrame(type, bytes[4] as number, stream, bytes, FRAME_HEADER, whole);
		}
		return end;
	}

	#beginData(flags: number, stream: number, length: number): void {
		this.#stream = stream;
		this.#length = length;
		this.#data = length;
		this.#padding = 0;
		this.#ended = (flags & END_STREAM) !== 0;
		this.#paddingUnread = (flags & PADDED) !== 0;
		if (!this.#paddingUnread) this.#startData(0);
		else if (length === 0) throw new ConnectionError(FRAME_SIZE_ERROR, "padding-cut-short");
	}

	#startData(padding: number): void {
		this.#sink.onDataStart(this.#stream, this.#length, padding, this.#ended);
		this.#endDataIfRead();
	}

	#readData(chunk: Buffer, start: number): number {
		let pos = start;
		if (this.#paddingUnread) {
			this.#paddingUnread = false;
			this.#padding = chunk[pos++] as number;
			this.#data--;
			if (this.#padding > this.#data) throw new ConnectionError(PROTOCOL_ERROR, "padding");
			this.#data -= this.#padding;
			this.#startData(this.#padding + 1);
			return pos;
		}
		const end = Math.min(chunk.length, pos + this.#data);
		if (end > pos) {
			this.#data -= end - pos;
			this.#sink.onData(chunk.subarray(pos, end));
			pos = end;
		}
		const padding = Math.min(chunk.length - pos, this.#padding);
		this.#padding -= padding;
		this.#endDataIfRead();
		return pos + padding;
	}

	#endDataIfRead(): void {
		if (this.#data > 0 || this.#padding > 0) return;
		this.#data = -1;
		this.#sink.onDataEnd();
	}
}

function lengthAt(bytes: Buffer, at: number): number {
	return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}

/** Without the reserved bit. */
function streamAt(bytes: Buffer, at: number): number {
	return bytes.readUInt32BE(at + 5) & 0x7fffffff;
}

function grown(bytes: Buffer, length: number, capacity: number): Buffer {
	const larger = Buffer.allocUnsafeSlow(capacity);
	bytes.copy(larger, 0, 0, length);
	return larger;
}
