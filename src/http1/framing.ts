import { PorticoError } from "../errors.ts";
import { BODY_CHUNKED, BODY_UNTIL_CLOSE, type BodyLength } from "../http/message.ts";
import { isToken, SP } from "./chars.ts";
import type { FramingFields } from "./fieldScanner.ts";

/**
 * A Content-Length value in octets, or -1 if it is not one plain decimal number up to 2^53-1, without needless zeros, between spaces.
 * Tabs, though white space by RFC 9110, are not trimmed: nobody sends them, and node:http for one reads `chunked<tab>` as no coding.
 */
function contentLength(text: string): number {
	let start = 0;
	let end = text.length;
	while (start < end && text.charCodeAt(start) === SP) start++;
	while (end > start && text.charCodeAt(end - 1) === SP) end--;
	const digits = end - start;
	if (digits === 0 || digits > 16 || (digits > 1 && text.charCodeAt(start) === 0x30)) return -1;
	let length = 0;
	for (let i = start; i < end; i++) {
		const digit = text.charCodeAt(i) - 0x30;
		if (digit < 0 || digit > 9) return -1;
		length = length * 10 + digit;
	}
	return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}

/**
 * The body length of a request (RFC 9112 section 6.3, made stricter: whatever two recipients might read differently is refused).
 * Throws PorticoError `host_refused`, `ambiguous_framing` or `transfer_coding_unsupported`.
 */
export function requestBodyLength(version: number, fields: FramingFields): BodyLength {
	if (fields.hosts !== 1 && (fields.hosts > 1 || version === 1)) {
		throw new PorticoError("host_refused", { detail: fields.hosts === 0 ? "host-missing" : "host-repeated" });
	}
	if (fields.codings > 0) {
		const fault = codingFault(version, fields);
		if (fault === null) return BODY_CHUNKED;
		throw new PorticoError(fault === UNKNOWN_CODING ? "transfer_coding_unsupported" : "ambiguous_framing", { detail: fault });
	}
	if (fields.lengths === 0) return 0;
	const length = fields.lengths === 1 ? contentLength(fields.length) : -1;
	if (length === -1) throw new PorticoError("ambiguous_framing", { detail: lengthFault(fields) });
	return length;
}

/**
 * The body length of a response to `method` (RFC 9112 section 6.3). Framing is checked even where there is no body.
 * Throws PorticoError `http_protocol_error` or `http_response_transfer_coding`.
 */
export function responseBodyLength(method: string, status: number, version: number, fields: FramingFields): BodyLength {
	const bodiless = status < 200 || status === 204 || status === 205;
	if (fields.codings > 0) {
		const fault = bodiless ? "coding-without-body" : codingFault(version, fields);
		if (fault !== null)
			throw new PorticoError(fault === UNKNOWN_CODING ? "http_response_transfer_coding" : "http_protocol_error", { detail: fault });
	}
	const length = fields.lengths === 1 ? contentLength(fields.length) : -1;
	if (fields.lengths > 0 && length === -1) throw new PorticoError("http_protocol_error", { detail: lengthFault(fields) });
	// RFC 9110 sections 8.6 and 15.3.6 forbid content here; `0` is common and harmless, anything else announces octets that must not come.
	if (bodiless && length > 0) throw new PorticoError("http_protocol_error", { detail: "length-without-body" });
	if (bodiless || status === 304 || method === "HEAD") return 0;
	if (fields.codings > 0) return BODY_CHUNKED;
	return fields.lengths > 0 ? length : BODY_UNTIL_CLOSE;
}

const UNKNOWN_CODING = "coding-unknown";

/** What is wrong with the Transfer-Encoding, as a short token, or null if it is exactly `chunked`. */
function codingFault(version: number, fields: FramingFields): string | null {
	if (fields.lengths > 0) return "te-and-cl";
	if (version === 0) return "te-on-1.0";
	if (fields.codings > 1) return "te-repeated";
	const value = trimSpaces(fields.coding);
	if (value === "chunked") return null;
	const codings = value.split(",").map((coding) => trimSpaces(coding).toLowerCase());
	if (codings.length === 1 && codings[0] === "chunked") return null;
	if (!codings.every(isCoding)) return "te-malformed";
	const chunked = codings.findIndex((coding) => coding === "chunked" || coding.startsWith("chunked;"));
	if (chunked !== -1 && (chunked < codings.length - 1 || codings[chunked] !== "chunked")) return "te-chunked-misplaced";
	return UNKNOWN_CODING;
}

/** `transfer-coding = token *( ";" token "=" token )`; quoted parameters occur in no registered coding. */
function isCoding(text: string): boolean {
	const [name = "", ...parameters] = text.split(";").map(trimSpaces);
	return isToken(name) && parameters.every((parameter) => parameter.split("=").every(isToken));
}

function lengthFault(fields: FramingFields): string {
	return fields.lengths > 1 ? "cl-repeated" : "cl-malformed";
}

function trimSpaces(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && text.charCodeAt(start) === SP) start++;
	while (end > start && text.charCodeAt(end - 1) === SP) end--;
	return text.substring(start, end);
}
