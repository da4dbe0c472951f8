import { type ErrorCode, PorticoError } from "../errors.ts";
import { HeaderList } from "../http/headers.ts";
import { type FieldRules, FieldScanner, FramingFields } from "./fieldScanner.ts";
import type { StartLine } from "./startLine.ts";

export interface HeadLimits {
	/** Octets of a head from its first one to the CRLF of its empty line. Trailer sections have the same bound. */
	readonly headBytes: number;
	readonly headerFields: number;
}

export interface HeadRules extends FieldRules {
	readonly maxBytes: number;
	/** The start line alone is longer than `maxBytes`. */
	readonly lineTooLong: ErrorCode;
	readonly tooLarge: ErrorCode;
}

const NO_FIELDS = new HeaderList();
const FIRST_KEPT_BYTES = 2048;
const MAX_LOGGED_LINE = 8192;

/**
 * Reads a head (start line and fields) or, without a start line, a trailer section. A head within one chunk is read where it lies;
 * only one that arrives in parts is copied, and each octet is scanned once, however small the parts.
 */
export class HeadReader {
	/** The last complete head, until {@link forget}. Offsets of its start line count in this text. */
	text = "";
	headers: HeaderList = NO_FIELDS;
	/** What its fields say about framing. */
	framing = new FramingFields();
	readonly #line: StartLine | null;
	readonly #fields: FieldScanner;
	readonly #rules: HeadRules;
	#inLine: boolean;
	#kept: Buffer | null = null;
	#keptLength = 0;

	constructor(line: StartLine | null, rules: HeadRules) {
		this.#line = line;
		this.#rules = rules;
		this.#inLine = line !== null;
		this.#fields = new FieldScanner(rules);
	}

	/** Octets that are kept of a head that arrives in parts. */
	get keptBytes(): number {
		return this.#kept === null ? 0 : this.#kept.length;
	}

	/** The head was taken, or refused: an idle connection holds none. Until then {@link arrived} knows all of it. */
	forget(): void {
		this.text = "";
		this.headers = NO_FIELDS;
		this.#kept = null;
	}

	/**
	 * Takes octets from `offset` on. Returns the offset after the head, now in `text` and `headers`, or -1 if all octets were taken and
	 * more are needed. Throws PorticoError at the first octet that cannot be.
	 */
	read(chunk: Buffer, offset: number): number {
		if (this.#kept !== null) return this.#readOn(this.#kept, chunk, offset);
		const end = Math.min(chunk.length, offset + this.#rules.maxBytes);
		const done = this.#scan(chunk, offset, offset, end);
		if (done === -1) this.#keep(chunk, offset, end);
		else this.#complete(chunk, offset, done);
		return done;
	}

	/** What has arrived of a head that was refused, up to `limit` octets. `chunk` and `offset` as in the last `read`. */
	arrived(chunk: Buffer, offset: number, limit: number): string {
		const kept = this.#kept;
		if (kept !== null) return kept.latin1Slice(0, Math.min(this.#keptLength, limit));
		return chunk.latin1Slice(offset, Math.min(chunk.length, offset + limit));
	}

	/** What has arrived of its first line, for the log. */
	firstLine(chunk: Buffer, offset: number): string {
		const text = this.arrived(chunk, offset, MAX_LOGGED_LINE);
		const end = text.search(/[\r\n]/);
		return end === -1 ? text : text.substring(0, end);
	}

	#complete(bytes: Buffer, start: number, end: number): void {
		this.text = bytes.latin1Slice(start, end);
		this.headers = this.#fields.build(this.text, bytes, start);
		this.framing = this.#fields.framing;
		this.#inLine = this.#line !== null;
	}

	#readOn(kept: Buffer, chunk: Buffer, offset: number): number {
		const from = this.#keptLength;
		const end = Math.min(from + chunk.length - offset, this.#rules.maxBytes);
		const bytes = end <= kept.length ? kept : grown(kept, from, Math.min(Math.max(kept.length * 2, end), this.#rules.maxBytes));
		chunk.copy(bytes, from, offset, offset + end - from);
		this.#kept = bytes;
		this.#keptLength = end;
		const done = this.#scan(bytes, 0, from, end);
		if (done === -1) return -1;
		this.#complete(bytes, 0, done);
		return offset + done - from;
	}

	#keep(chunk: Buffer, start: number, end: number): void {
		this.#fields.suspend();
		const length = end - start;
		this.#kept = Buffer.allocUnsafeSlow(Math.max(length, Math.min(FIRST_KEPT_BYTES, this.#rules.maxBytes)));
		this.#keptLength = length;
		chunk.copy(this.#kept, 0, start, end);
	}

	#scan(bytes: Buffer, base: number, from: number, end: number): number {
		let pos = from;
		if (this.#inLine && this.#line !== null) {
			pos = this.#line.scan(bytes, base, pos, end);
			if (pos !== -1) this.#inLine = false;
		}
		if (pos !== -1) pos = this.#fields.scan(bytes, base, pos, end);
		if (pos === -1 && end - base === this.#rules.maxBytes) {
			throw new PorticoError(this.#inLine ? this.#rules.lineTooLong : this.#rules.tooLarge, { detail: "head-bytes" });
		}
		return pos;
	}
}

function grown(bytes: Buffer, length: number, capacity: number): Buffer {
	const larger = Buffer.allocUnsafeSlow(capacity);
	bytes.copy(larger, 0, 0, length);
	return larger;
}
