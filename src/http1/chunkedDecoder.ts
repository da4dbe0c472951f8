import { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import { CR, HEX_VALUE, LF, SP, TAB, TOKEN_CHAR } from "./chars.ts";
import { HeadReader, type HeadRules } from "./headReader.ts";
import { relayableTrailers } from "./trailers.ts";

export interface ChunkedSink {
	/** A view into the input, valid only during the call, never empty. */
	onBody(chunk: Buffer): void;
	/** Only if there were any that may be relayed. */
	onTrailers(trailers: HeaderList): void;
}

const MAX_SIZE_DIGITS = 16;
/** Of all extensions of one body together; without a bound, a body of one-octet chunks could cost anything. */
const MAX_EXTENSION_BYTES = 16 * 1024;

const SIZE_START = 0;
const SIZE = 1;
const EXTENSION_NAME = 2;
const EXTENSION_VALUE = 3;
const QUOTED = 4;
const QUOTED_PAIR = 5;
const QUOTED_END = 6;
const SIZE_LF = 7;
const DATA = 8;
const DATA_CR = 9;
const DATA_LF = 10;
const TRAILERS = 11;

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Decodes one chunked body; a new one for each body (RFC 9112 section 7.1) across any split. Extensions are checked, bounded and dropped. */
export class ChunkedDecoder {
	/** The body and its trailers are complete. */
	done = false;
	readonly #rules: HeadRules;
	readonly #sink: ChunkedSink;
	#trailers: HeadReader | null = null;
	#state = SIZE_START;
	#digits = 0;
	/** While the size is read: the size; then the octets of the chunk still to come. */
	#size = 0;
	#extensionBytes = 0;
	/** The extension's name or unquoted value has at least one octet. */
	#named = false;

	constructor(rules: HeadRules, sink: ChunkedSink) {
		this.#rules = rules;
		this.#sink = sink;
	}

	/** Takes octets from `offset` on; returns the offset after the last one taken. Throws PorticoError. */
	decode(chunk: Buffer, offset: number): number {
		let pos = offset;
		while (pos < chunk.length && !this.done) {
			if (this.#state === DATA) pos = this.#data(chunk, pos);
			else if (this.#state === TRAILERS) pos = this.#readTrailers(chunk, pos);
			else if (this.#state >= DATA_CR) this.#dataEnd(chunk[pos++] as number);
			else if (this.#state === SIZE_LF) this.#sizeEnd(chunk[pos++] as number);
			else if (this.#state <= SIZE) this.#sizeOctet(chunk[pos++] as number);
			else this.#extensionOctet(chunk[pos++] as number);
		}
		return pos;
	}

	#data(chunk: Buffer, pos: number): number {
		const end = Math.min(chunk.length, pos + this.#size);
		this.#size -= end - pos;
		if (this.#size === 0) this.#state = DATA_CR;
		this.#sink.onBody(pos === 0 && end === chunk.length ? chunk : chunk.subarray(pos, end));
		return end;
	}

	#dataEnd(octet: number): void {
		if (octet !== (this.#state === DATA_CR ? CR : LF)) throw this.#malformed(octet === LF ? "bare-lf" : "chunk-end");
		this.#state = this.#state === DATA_CR ? DATA_LF : SIZE_START;
	}

	#sizeOctet(octet: number): void {
		const value = HEX_VALUE[octet] as number;
		if (value !== 0xff) {
			this.#size = this.#size * 16 + value;
			this.#digits++;
			this.#state = SIZE;
			if (this.#digits > MAX_SIZE_DIGITS || this.#size > Number.MAX_SAFE_INTEGER) throw this.#malformed("chunk-size");
		} else if (this.#state === SIZE && octet === CR) this.#state = SIZE_LF;
		else if (this.#state === SIZE && octet === SEMICOLON) this.#startName();
		else throw this.#malformed(octet === LF ? "bare-lf" : "chunk-size");
	}

	/** `*( ";" token [ "=" ( token / quoted-string ) ] )`, without the optional white space, which recipients read in different ways. */
	#extensionOctet(octet: number): void {
		if (++this.#extensionBytes > MAX_EXTENSION_BYTES) throw this.#malformed("chunk-extension-bytes");
		if (this.#state === QUOTED || this.#state === QUOTED_PAIR) {
			if ((octet < SP && octet !== TAB) || octet === 0x7f) throw this.#malformed(octet === LF ? "bare-lf" : "chunk-extension");
			if (this.#state === QUOTED_PAIR) this.#state = QUOTED;
			else if (octet === QUOTE) this.#state = QUOTED_END;
			else if (octet === BACKSLASH) this.#state = QUOTED_PAIR;
		} else if (this.#state !== QUOTED_END && TOKEN_CHAR[octet] === 1) {
			this.#named = true;
		} else if (this.#state === EXTENSION_VALUE && octet === QUOTE && !this.#named) {
			this.#state = QUOTED;
		} else {
			this.#extensionDelimiter(octet);
		}
	}

	#extensionDelimiter(octet: number): void {
		if (!this.#named && this.#state !== QUOTED_END) throw this.#malformed(octet === LF ? "bare-lf" : "chunk-extension");
		if (octet === CR) this.#state = SIZE_LF;
		else if (octet === SEMICOLON) this.#startName();
		else if (octet === EQUALS && this.#state === EXTENSION_NAME) {
			this.#state = EXTENSION_VALUE;
			this.#named = false;
		} else throw this.#malformed(octet === LF ? "bare-lf" : "chunk-extension");
	}

	#startName(): void {
		this.#state = EXTENSION_NAME;
		this.#named = false;
	}

	#sizeEnd(octet: number): void {
		if (octet !== LF) throw this.#malformed("bare-cr");
		this.#digits = 0;
		if (this.#size > 0) this.#state = DATA;
		else {
			this.#state = TRAILERS;
			this.#trailers = new HeadReader(null, this.#rules);
		}
	}

	#readTrailers(chunk: Buffer, pos: number): number {
		const reader = this.#trailers;
		if (reader === null) return pos;
		const end = reader.read(chunk, pos);
		if (end === -1) return chunk.length;
		this.#trailers = null;
		this.done = true;
		const trailers = relayableTrailers(reader.headers);
		if (trailers !== null) this.#sink.onTrailers(trailers);
		return end;
	}

	#malformed(detail: string): PorticoError {
		return new PorticoError(this.#rules.malformed, { detail });
	}
}
