import { PorticoError } from "../errors.ts";
import { CR, DEL, LF, SP, TAB, TOKEN_CHAR } from "./chars.ts";

/** Offsets are relative to the first octet of the head, so that they hold when the octets move. */
export interface StartLine {
	/**
	 * Reads octets in `[from, end)` of a head that begins at `base`, going on where the last call stopped.
	 * Returns the offset after the line's CRLF, after which the next line may come; -1 if it is not complete. Throws PorticoError at the
	 * first octet that cannot be.
	 */
	scan(bytes: Buffer, base: number, from: number, end: number): number;
}

const MAX_METHOD_LENGTH = 32;

const METHOD = 0;
const TARGET = 1;
const VERSION = 2;

/** `method SP request-target SP HTTP-version CRLF` (RFC 9112 section 3). */
export class RequestLine implements StartLine {
	methodEnd = 0;
	targetEnd = 0;
	/** The minor version, 0 or 1. */
	version = 0;
	#state = METHOD;

	scan(bytes: Buffer, base: number, from: number, end: number): number {
		let pos = from;
		if (this.#state === METHOD) {
			while (pos < end && TOKEN_CHAR[bytes[pos] as number] === 1) pos++;
			if (pos - base > MAX_METHOD_LENGTH) throw malformedRequest("method");
			if (pos === end) return -1;
			if (pos === base || bytes[pos] !== SP) throw malformedRequest(bytes[pos] === LF ? "bare-lf" : "method");
			this.methodEnd = pos - base;
			this.#state = TARGET;
			pos++;
		}
		if (this.#state === TARGET) {
			while (pos < end && (bytes[pos] as number) > SP && (bytes[pos] as number) < DEL) pos++;
			if (pos === end) return -1;
			if (bytes[pos] !== SP) throw targetError(bytes[pos] as number);
			this.targetEnd = pos - base;
			if (this.targetEnd === this.methodEnd + 1) throw malformedRequest("target");
			this.#state = VERSION;
			pos++;
		}
		return this.#scanVersion(bytes, base, pos, end);
	}

	#scanVersion(bytes: Buffer, base: number, from: number, end: number): number {
		const start = base + this.targetEnd + 1;
		for (let pos = from; pos < end; pos++) {
			const index = pos - start;
			if (index === 9) {
				if (bytes[pos] !== LF) throw malformedRequest("bare-cr");
				this.#state = METHOD;
				return pos + 1;
			}
			const octet = bytes[pos] as number;
			if (octet !== VERSION_TEXT[index] && !isVersionDigit(octet, index)) throw malformedRequest(octet === LF ? "bare-lf" : "version");
			if (index === 8) {
				this.version = (bytes[start + 7] as number) - 0x30;
				if (bytes[start + 5] !== 0x31 || this.version > 1) throw new PorticoError("http_version_unsupported", { detail: "version" });
			}
		}
		return -1;
	}
}

const STATUS_VERSION = 0;
const STATUS_CODE = 1;
const REASON = 2;
const STATUS_LF = 3;

/** `HTTP-version SP status-code [ SP [ reason ] ] CRLF` (RFC 9112 section 4; many servers leave out the second SP). */
export class StatusLine implements StartLine {
	version = 0;
	status = 0;
	reasonStart = 0;
	reasonEnd = 0;
	#state = STATUS_VERSION;

	scan(bytes: Buffer, base: number, from: number, end: number): number {
		let pos = from;
		if (this.#state <= STATUS_CODE) pos = this.#scanCode(bytes, base, pos, end);
		if (this.#state === REASON) {
			while (pos < end && TEXT_CHAR[bytes[pos] as number] === 1) pos++;
			if (pos < end) {
				if (bytes[pos] !== CR) throw malformedResponse(bytes[pos] === LF ? "bare-lf" : "reason");
				this.reasonEnd = pos - base;
				this.#state = STATUS_LF;
				pos++;
			}
		}
		if (this.#state !== STATUS_LF || pos >= end) return -1;
		if (bytes[pos] !== LF) throw malformedResponse("bare-cr");
		this.#state = STATUS_VERSION;
		return pos + 1;
	}

	/** Reads up to and including the octet after the status code. */
	#scanCode(bytes: Buffer, base: number, from: number, end: number): number {
		let pos = from;
		for (; pos < end; pos++) {
			const index = pos - base;
			const octet = bytes[pos] as number;
			if (index < 8) {
				if (octet !== VERSION_TEXT[index] && !isVersionDigit(octet, index)) throw malformedResponse("version");
			} else if (index === 8) {
				this.version = (bytes[base + 7] as number) - 0x30;
				if (bytes[base + 5] !== 0x31 || this.version > 1 || octet !== SP) throw malformedResponse("version");
				this.#state = STATUS_CODE;
				this.status = 0;
			} else if (index < 12) {
				// RFC 9110 section 15: 100 to 599; what others mean to a client nobody can tell.
				if (octet < (index === 9 ? 0x31 : 0x30) || octet > (index === 9 ? 0x35 : 0x39)) throw malformedResponse("status");
				this.status = this.status * 10 + octet - 0x30;
			} else {
				if (octet !== SP && octet !== CR) throw malformedResponse(octet === LF ? "bare-lf" : "status");
				this.reasonStart = octet === SP ? index + 1 : index;
				this.reasonEnd = this.reasonStart;
				this.#state = octet === SP ? REASON : STATUS_LF;
				return pos + 1;
			}
		}
		return pos;
	}
}

const VERSION_TEXT = Buffer.from("HTTP/1.1\r", "latin1");

/** 1 for octets of a reason phrase. */
const TEXT_CHAR = Uint8Array.from({ length: 256 }, (_, octet) => (octet === TAB || (octet >= SP && octet !== DEL) ? 1 : 0));

/** Whether `octet` may be at `index` of `HTTP/DIGIT.DIGIT CR` as another digit than those of HTTP/1.1. */
function isVersionDigit(octet: number, index: number): boolean {
	return (index === 5 || index === 7) && octet >= 0x30 && octet <= 0x39;
}

function targetError(octet: number): PorticoError {
	if (octet === LF) return malformedRequest("bare-lf");
	if (octet === CR) return malformedRequest("version");
	return new PorticoError("request_target_refused", { detail: "target-char" });
}

function malformedRequest(detail: string): PorticoError {
	return new PorticoError("http_request_error", { detail });
}

function malformedResponse(detail: string): PorticoError {
	return new PorticoError("http_protocol_error", { detail });
}
