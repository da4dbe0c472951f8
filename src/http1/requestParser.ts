import { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead } from "../http/message.ts";
import { CR, LF } from "./chars.ts";
import { ChunkedDecoder } from "./chunkedDecoder.ts";
import { requestBodyLength } from "./framing.ts";
import { type HeadLimits, HeadReader, type HeadRules } from "./headReader.ts";
import { headTooLarge } from "./headTooLarge.ts";
import { RequestLine } from "./startLine.ts";

export interface RequestSink {
	/** `body` is `BODY_CHUNKED` or a count of octets, 0 for none. */
	onHead(head: RequestHead, body: BodyLength): void;
	/** A view into the input, valid only during the call, never empty. */
	onBody(chunk: Buffer): void;
	/** Only if there were any that may be relayed. */
	onTrailers(trailers: HeaderList): void;
	onEnd(): void;
}

/** RFC 9112 section 2.2 asks for tolerance of an empty line before a request; some old clients end a body with one. */
const MAX_EMPTY_LINES = 4;

const BETWEEN = 0;
const EMPTY_LINE_LF = 1;
const HEAD = 2;
const BODY = 3;
const CHUNKED = 4;
const BROKEN = 5;

/**
 * Reads the requests of one connection (RFC 9112), strictly: what two recipients might read differently is refused. After an error
 * the connection must be closed; every further call throws.
 */
export class RequestParser {
	readonly #rules: HeadRules;
	readonly #sink: RequestSink;
	readonly #line = new RequestLine();
	readonly #head: HeadReader;
	#chunked: ChunkedDecoder | null = null;
	#state = BETWEEN;
	#emptyLines = 0;
	/** Octets of the body still to come. */
	#remaining = 0;
	#refusedLine: string | null = null;
	/** Octets of the last complete head. */
	headBytes = 0;

	constructor(limits: HeadLimits, sink: RequestSink) {
		this.#rules = {
			maxBytes: limits.headBytes,
			maxFields: limits.headerFields,
			folding: false,
			malformed: "http_request_error",
			tooMany: "request_header_count",
			lineTooLong: "request_uri_too_long",
			tooLarge: "request_header_section_size",
		};
		this.#sink = sink;
		this.#head = new HeadReader(this.#line, this.#rules);
	}

	/** Nothing of a next message has arrived yet. */
	get idle(): boolean {
		return this.#state === BETWEEN;
	}

	/** Octets of memory that an incomplete head takes. */
	get keptBytes(): number {
		return this.#head.keptBytes;
	}

	/** No more is read: what has arrived is forgotten. */
	abandon(): void {
		this.#head.forget();
		this.#state = BROKEN;
	}

	/** The first line of a head that was refused, as far as it arrived, one character an octet; for the log. */
	get refusedLine(): string | null {
		return this.#refusedLine;
	}

	/**
	 * Feeds octets from `offset` on. Returns the offset after the last octet taken: it stops right after the end of one message.
	 * Throws PorticoError.
	 */
	execute(chunk: Buffer, offset = 0): number {
		let pos = offset;
		try {
			if (this.#state <= EMPTY_LINE_LF) pos = this.#skipEmptyLines(chunk, pos);
			if (this.#state === HEAD && pos < chunk.length) return this.#readHead(chunk, pos);
			if (this.#state === BODY) return this.#readBody(chunk, pos);
			if (this.#state === CHUNKED) return this.#readChunked(chunk, pos);
			if (this.#state === BROKEN) throw new PorticoError("http_request_error", { detail: "after-error" });
			return pos;
		} catch (error) {
			const inHead = this.#state === HEAD;
			if (inHead) this.#refusedLine = this.#head.firstLine(chunk, pos);
			this.#state = BROKEN;
			throw inHead && isTooLarge(error) ? headTooLarge(this.#head.arrived(chunk, pos, this.#rules.maxBytes), this.#rules.maxBytes) : error;
		}
	}

	#skipEmptyLines(chunk: Buffer, offset: number): number {
		let pos = offset;
		for (; pos < chunk.length; pos++) {
			const octet = chunk[pos];
			if (this.#state === EMPTY_LINE_LF) {
				if (octet !== LF) throw new PorticoError("http_request_error", { detail: "bare-cr" });
				this.#state = BETWEEN;
			} else if (octet === CR) {
				if (++this.#emptyLines > MAX_EMPTY_LINES) throw new PorticoError("http_request_error", { detail: "empty-lines" });
				this.#state = EMPTY_LINE_LF;
			} else {
				this.#state = HEAD;
				break;
			}
		}
		return pos;
	}

	/** Reads the head and, where it lies in the same chunk, the body. */
	#readHead(chunk: Buffer, offset: number): number {
		const head = this.#head;
		const line = this.#line;
		const pos = head.read(chunk, offset);
		if (pos === -1) return chunk.length;
		const { text, headers } = head;
		const body = requestBodyLength(line.version, head.framing);
		const method = methodOf(text, line.methodEnd);
		const request: RequestHead = { method, target: text.substring(line.methodEnd + 1, line.targetEnd), version: line.version, headers };
		this.headBytes = text.length;
		head.forget();
		this.#emptyLines = 0;
		if (body === 0) {
			this.#state = BETWEEN;
			this.#sink.onHead(request, 0);
			this.#sink.onEnd();
			return pos;
		}
		this.#state = body === BODY_CHUNKED ? CHUNKED : BODY;
		if (body === BODY_CHUNKED) this.#chunked = new ChunkedDecoder(this.#rules, this.#sink);
		else this.#remaining = body;
		this.#sink.onHead(request, body);
		return body === BODY_CHUNKED ? this.#readChunked(chunk, pos) : this.#readBody(chunk, pos);
	}

	#readBody(chunk: Buffer, pos: number): number {
		const end = Math.min(chunk.length, pos + this.#remaining);
		if (end === pos) return pos;
		this.#remaining -= end - pos;
		this.#sink.onBody(pos === 0 && end === chunk.length ? chunk : chunk.subarray(pos, end));
		if (this.#remaining === 0) this.#end();
		return end;
	}

	#readChunked(chunk: Buffer, pos: number): number {
		const decoder = this.#chunked;
		if (decoder === null) return pos;
		const end = decoder.decode(chunk, pos);
		if (decoder.done) {
			this.#chunked = null;
			this.#end();
		}
		return end;
	}

	#end(): void {
		this.#state = BETWEEN;
		this.#sink.onEnd();
	}
}

/** Common methods as shared strings; the others are cut from the head. */
function methodOf(text: string, end: number): string {
	if (end === 3 && text.startsWith("GET")) return "GET";
	if (end === 4 && text.startsWith("POST")) return "POST";
	return text.substring(0, end);
}

function isTooLarge(error: unknown): boolean {
	return error instanceof PorticoError && error.code === "request_header_section_size";
}
