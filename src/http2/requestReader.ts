import { PorticoError } from "../errors.ts";
import { type FieldName, fieldNameOf, HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead } from "../http/message.ts";
import { authorityKey } from "../http/uri.ts";
import { isToken } from "../http1/chars.ts";
import { headTooLarge } from "../http1/headTooLarge.ts";
import type { CodedName } from "./fieldNames.ts";
import * as roles from "./fieldNames.ts";
import type { FieldSink } from "./hpackDecoder.ts";

/** What a block of fields turned out to be. */
export type RequestReading =
	| { readonly kind: "request"; readonly head: RequestHead; readonly body: BodyLength; readonly upgrade: string | null }
	/** It is answered with an error. */
	| { readonly kind: "refused"; readonly error: PorticoError; readonly line: string | null }
	/** Its stream ends with PROTOCOL_ERROR (RFC 9113 section 8.1.1). */
	| { readonly kind: "malformed"; readonly error: PorticoError; readonly line: string | null };

const HOST: FieldName = fieldNameOf("host");
const COOKIE: FieldName = fieldNameOf("cookie");
const SEC_WEBSOCKET_KEY = "sec-websocket-key";
const MAX_METHOD_LENGTH = 32;

/**
 * Makes a request of the fields of one block (RFC 9113 section 8.3), strictly: what HTTP/1 could read differently goes no further. Cookie crumbs
 * become one field. Lifetime: one block; {@link reset} begins the next.
 */
export class RequestReader implements FieldSink {
	/** White space at the ends of values was cut. */
	trimmed = 0;
	#names: FieldName[] = [];
	#values: string[] = [];
	#method: string | null = null;
	#scheme: string | null = null;
	#authority: string | null = null;
	#path: string | null = null;
	#protocol: string | null = null;
	#host: string | null = null;
	#hosts = 0;
	#lengths = 0;
	#length = "";
	#cookie: string | null = null;
	#cookieAt = -1;
	/** The first thing that makes it malformed. */
	#fault: string | null = null;

	reset(): void {
		this.trimmed = 0;
		// Place for Host, which comes first.
		this.#names = [HOST];
		this.#values = [""];
		this.#method = null;
		this.#scheme = null;
		this.#authority = null;
		this.#path = null;
		this.#protocol = null;
		this.#host = null;
		this.#hosts = 0;
		this.#lengths = 0;
		this.#cookie = null;
		this.#cookieAt = -1;
		this.#fault = null;
	}

	onField(name: CodedName, value: string, isClean: boolean, isTrimmed: boolean): void {
		if (isTrimmed) this.trimmed++;
		if (!isClean) this.#fault ??= "field-value";
		const { role } = name;
		if (role === roles.PLAIN) {
			this.#names.push(name.field);
			this.#values.push(value);
		} else if (role >= roles.METHOD) this.#pseudo(role, value);
		else this.#special(name, value);
	}

	#pseudo(role: number, value: string): void {
		if (this.#names.length > 1 || this.#hosts + this.#lengths > 0) this.#fault ??= "pseudo-late";
		switch (role) {
			case roles.METHOD:
				if (this.#method !== null) this.#fault ??= "pseudo-repeated";
				this.#method = value;
				return;
			case roles.SCHEME:
				if (this.#scheme !== null) this.#fault ??= "pseudo-repeated";
				this.#scheme = value;
				return;
			case roles.AUTHORITY:
				if (this.#authority !== null) this.#fault ??= "pseudo-repeated";
				this.#authority = value;
				return;
			case roles.PATH:
				if (this.#path !== null) this.#fault ??= "pseudo-repeated";
				this.#path = value;
				return;
			case roles.PROTOCOL:
				if (this.#protocol !== null) this.#fault ??= "pseudo-repeated";
				this.#protocol = value;
				return;
			default:
				this.#fault ??= "pseudo-unknown";
		}
	}

	#special(name: CodedName, value: string): void {
		switch (name.role) {
			case roles.COOKIE:
				if (this.#cookie === null) {
					this.#cookieAt = this.#names.push(COOKIE) - 1;
					this.#values.push("");
				}
				this.#cookie = this.#cookie === null ? value : `${this.#cookie}; ${value}`;
				return;
			case roles.HOST:
				this.#hosts++;
				this.#host = value;
				return;
			case roles.CONTENT_LENGTH:
				this.#lengths++;
				this.#length = value;
				break;
			case roles.TE:
				if (value.toLowerCase() !== "trailers") this.#fault ??= "te";
				break;
			case roles.FORBIDDEN:
				this.#fault ??= "connection-field";
				return;
			default:
				this.#fault ??= "field-name";
				return;
		}
		this.#names.push(name.field);
		this.#values.push(value);
	}

	/** The first line as HTTP/1 would have had it, for the log. */
	get line(): string | null {
		if (this.#method === null || this.#path === null) return null;
		return `${this.#method} ${this.#path} HTTP/2.0`;
	}

	/** Fields, with the crumbs of cookies as one. */
	get fieldCount(): number {
		return this.#names.length;
	}

	/** Octets of cookies, and of the largest one. */
	get cookie(): string | null {
		return this.#cookie;
	}

	/** @param ended the request has no body */
	read(ended: boolean, secure: boolean): RequestReading {
		const fault = this.#fault ?? this.#pseudoFault() ?? this.#lengthFault(ended);
		if (fault !== null) return { kind: "malformed", error: malformedRequest(fault), line: this.line };
		const error = this.#refusal(secure);
		if (error !== null) return { kind: "refused", error, line: this.line };
		const headers = new HeaderList(this.#names, this.#values);
		this.#values[0] = this.#authority ?? this.#host ?? "";
		if (this.#cookie !== null) this.#values[this.#cookieAt] = this.#cookie;
		const target = this.#path ?? "";
		if (this.#protocol !== null) return this.#websocket(headers, target);
		const body = ended ? 0 : this.#lengths === 0 ? BODY_CHUNKED : Number(this.#length);
		return { kind: "request", head: { method: this.#method ?? "", target, version: 2, headers }, body, upgrade: null };
	}

	/** Extended CONNECT (RFC 8441): HTTP/1 asks the same with GET and Upgrade. The key is the listener's to make. */
	#websocket(headers: HeaderList, target: string): RequestReading {
		if (headers.has(SEC_WEBSOCKET_KEY)) return { kind: "malformed", error: malformedRequest("websocket-key"), line: this.line };
		return { kind: "request", head: { method: "GET", target, version: 2, headers }, body: 0, upgrade: this.#protocol };
	}

	#pseudoFault(): string | null {
		if (this.#method === null) return "method-missing";
		if (!isToken(this.#method) || this.#method.length > MAX_METHOD_LENGTH) return "method";
		if (this.#method === "CONNECT" && this.#protocol === null) {
			return this.#scheme === null && this.#path === null && this.#authority !== null ? null : "connect";
		}
		if (this.#protocol !== null && (this.#method !== "CONNECT" || this.#authority === null)) return "protocol";
		if (this.#scheme === null) return "scheme-missing";
		if (this.#path === null || this.#path === "") return "path-missing";
		return NO_PATH_CHARACTER.test(this.#path) ? "path" : null;
	}

	#lengthFault(ended: boolean): string | null {
		if (this.#lengths === 0) return null;
		// A list, or two of them, is refused as it is in HTTP/1: see #refusal.
		if (this.#lengths > 1 || this.#length.includes(",")) return null;
		if (!/^(?:0|[1-9][0-9]{0,15})$/.test(this.#length) || Number(this.#length) > Number.MAX_SAFE_INTEGER) return "content-length";
		return ended && this.#length !== "0" ? "content-length-without-body" : null;
	}

	#refusal(secure: boolean): PorticoError | null {
		if (this.#lengths > 1 || (this.#lengths === 1 && this.#length.includes(","))) {
			return new PorticoError("ambiguous_framing", { detail: "cl-repeated" });
		}
		if (this.#method === "PRI") return new PorticoError("http_request_error", { detail: "method" });
		if (this.#hosts > 1) return new PorticoError("host_refused", { detail: "host-repeated" });
		if (this.#authority === null && this.#host === null) return new PorticoError("host_refused", { detail: "host-missing" });
		if (this.#authority === "") return new PorticoError("host_refused", { detail: "authority-empty" });
		if (this.#authority !== null && this.#host !== null && this.#authority !== this.#host) {
			const scheme = secure ? "https" : "http";
			const key = authorityKey(this.#authority, scheme);
			if (key === null || key !== authorityKey(this.#host, scheme)) {
				return new PorticoError("host_refused", { detail: "host-differs-from-authority" });
			}
		}
		if (this.#method === "CONNECT" && this.#protocol === null) return new PorticoError("method_refused");
		if (this.#scheme !== "http" && this.#scheme !== "https") return new PorticoError("request_target_refused", { detail: "target.scheme" });
		const path = this.#path ?? "";
		if (!path.startsWith("/") && !(path === "*" && this.#method === "OPTIONS")) {
			return new PorticoError("request_target_refused", { detail: "target.form" });
		}
		return null;
	}
}

/** Controls and the space: HTTP/1 would read another request. What else is wrong with a path is judged as in HTTP/1. */
const NO_PATH_CHARACTER = /[\0-\x20\x7f]/;

/** The error of a malformed request. */
export const malformedRequest = (detail: string): PorticoError => new PorticoError("http_request_error", { detail });

/** @param overflow what of the block was more than may be @returns null: it is within the limits */
export function tooLarge(
	request: RequestReader,
	overflow: "none" | "fields" | "bytes",
	limits: { readonly headBytes: number; readonly headerFields: number },
): RequestReading | null {
	if (overflow === "fields" || request.fieldCount > limits.headerFields) {
		const error = new PorticoError("request_header_count", { detail: "field-count" });
		return { kind: "refused", error, line: request.line };
	}
	if (overflow === "none") return null;
	// As HTTP/1 would have sent it: so the error can name the largest cookie.
	return { kind: "refused", error: headTooLarge(`cookie: ${request.cookie ?? ""}`, limits.headBytes), line: request.line };
}
