import { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, BODY_UNTIL_CLOSE, type BodyLength, type ResponseHead } from "../http/message.ts";
import { ChunkedDecoder } from "./chunkedDecoder.ts";
import { responseBodyLength } from "./framing.ts";
import { type HeadLimits, HeadReader, type HeadRules } from "./headReader.ts";
import { StatusLine } from "./startLine.ts";
import { ViewMemo } from "./viewMemo.ts";

export interface ResponseSink {
	/** Each 1xx except 101. The sink counts them. */
	onInformational(head: ResponseHead): void;
	/** The final head. */
	onHead(head: ResponseHead, body: BodyLength): void;
	/** 101, asked for: the octets after it belong to the tunnel. */
	onSwitch(head: ResponseHead): void;
	/** A view into the input, valid only during the call, never empty. */
	onBody(chunk: Buffer): void;
	/** Only if there were any that may be relayed. */
	onTrailers(trailers: HeaderList): void;
	onEnd(): void;
}

const BETWEEN = 0;
const HEAD = 1;
const BODY = 2;
const CHUNKED = 3;
const UNTIL_CLOSE = 4;
const SWITCHED = 5;
const BROKEN = 6;

/**
 * Reads the responses of one connection (RFC 9112), each announced by `start`. After an error the connection must be closed; every
 * further call throws.
 */
export class ResponseParser {
	readonly #rules: HeadRules;
	readonly #sink: ResponseSink;
	readonly #line = new StatusLine();
	readonly #head: HeadReader;
	readonly #views = new ViewMemo();
	#chunked: ChunkedDecoder | null = null;
	#state = BETWEEN;
	#started = false;
	#method = "";
	/** Lower-case protocol that was asked for, or null. */
	#upgrade: string | null = null;
	/** Octets of the body still to come. */
	#remaining = 0;

	constructor(limits: HeadLimits, sink: ResponseSink) {
		this.#rules = {
			maxBytes: limits.headBytes,
			maxFields: limits.headerFields,
			folding: true,
			malformed: "http_protocol_error",
			tooMany: "http_response_header_section_size",
			lineTooLong: "http_response_header_section_size",
			tooLarge: "http_response_header_section_size",
		};
		this.#sink = sink;
		this.#head = new HeadReader(this.#line, this.#rules);
	}

	/** At least one octet of the current response, interim ones included, has arrived. */
	get started(): boolean {
		return this.#started;
	}

	/** Announces the response to a request of this method, which asked for this protocol (lower case) or none. Throws PorticoError if one is still under way. */
	start(requestMethod: string, upgrade: string | null): void {
		if (this.#state !== BETWEEN) throw new PorticoError("proxy_internal_error", { detail: "response-under-way" });
		this.#state = HEAD;
		this.#started = false;
		this.#method = requestMethod;
		this.#upgrade = upgrade;
	}

	/**
	 * Feeds octets from `offset` on. Returns the offset after the last octet taken: it stops right after the end of one response.
	 * Throws PorticoError.
	 */
	execute(chunk: Buffer, offset = 0): number {
		if (offset >= chunk.length || this.#state === SWITCHED) return offset;
		const before = this.#state;
		try {
			if (before === BETWEEN) throw malformed("unsolicited");
			if (before === BROKEN) throw malformed("after-error");
			this.#started = true;
			if (before === HEAD) return this.#readHeads(chunk, offset);
			if (before === CHUNKED) return this.#readChunked(chunk, offset);
			return this.#readBody(chunk, offset);
		} catch (error) {
			this.#state = BROKEN;
			throw error;
		}
	}

	/**
	 * The peer has closed its side: ends a body that lasts until then. Throws PorticoError `connection_terminated` if no octet of an
	 * awaited response has arrived, `http_response_incomplete` if not all have.
	 */
	finish(): void {
		const before = this.#state;
		if (before === BETWEEN || before === SWITCHED) return;
		if (before === BROKEN) throw malformed("after-error");
		this.#state = BROKEN;
		if (before === UNTIL_CLOSE) this.#sink.onEnd();
		else if (this.#started) throw new PorticoError("http_response_incomplete", { detail: before === HEAD ? "head" : "body" });
		else throw new PorticoError("connection_terminated");
	}

	#readHeads(chunk: Buffer, offset: number): number {
		let pos = offset;
		while (this.#state === HEAD && pos < chunk.length) {
			const end = this.#head.read(chunk, pos);
			if (end === -1) return chunk.length;
			pos = end;
			this.#completeHead();
		}
		if (this.#state === CHUNKED) return this.#readChunked(chunk, pos);
		return this.#state === BODY || this.#state === UNTIL_CLOSE ? this.#readBody(chunk, pos) : pos;
	}

	#completeHead(): void {
		const { text, headers, framing } = this.#head;
		const { status, version, reasonStart, reasonEnd } = this.#line;
		const body = responseBodyLength(this.#method, status, version, framing);
		const head: ResponseHead = { status, reason: text.substring(reasonStart, reasonEnd), version, headers };
		this.#head.forget();
		if (status === 101) this.#switch(head);
		else if (status < 200) this.#sink.onInformational(head);
		else if (body === 0) {
			this.#state = BETWEEN;
			this.#sink.onHead(head, 0);
			this.#sink.onEnd();
		} else {
			if (body === BODY_CHUNKED) this.#chunked = new ChunkedDecoder(this.#rules, this.#sink);
			this.#state = body === BODY_CHUNKED ? CHUNKED : body === BODY_UNTIL_CLOSE ? UNTIL_CLOSE : BODY;
			this.#remaining = body === BODY_UNTIL_CLOSE ? Number.POSITIVE_INFINITY : body;
			this.#sink.onHead(head, body);
		}
	}

	#switch(head: ResponseHead): void {
		if (this.#upgrade === null) throw new PorticoError("http_upgrade_failed", { detail: "unasked" });
		// RFC 9110 section 7.8: without the field nobody knows what the connection now speaks, and it must be what was asked for.
		const protocol = head.headers.get("upgrade");
		if (protocol === undefined) throw new PorticoError("http_upgrade_failed", { detail: "upgrade-missing" });
		if (protocol.toLowerCase() !== this.#upgrade) throw new PorticoError("http_upgrade_failed", { detail: "other-protocol" });
		this.#state = SWITCHED;
		this.#sink.onSwitch(head);
	}

	#readBody(chunk: Buffer, pos: number): number {
		const end = Math.min(chunk.length, pos + this.#remaining);
		if (end === pos) return pos;
		this.#remaining -= end - pos;
		this.#sink.onBody(pos === 0 && end === chunk.length ? chunk : this.#views.of(chunk, pos, end));
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

function malformed(detail: string): PorticoError {
	return new PorticoError("http_protocol_error", { detail });
}
