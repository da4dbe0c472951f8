/** HTTP/1 messages as the plays see them: read leniently and kept byte for byte, so that a test can look at what was really sent. */

interface Message {
	/** In order, names as spelled. */
	readonly headers: readonly (readonly [name: string, value: string])[];
	/** Without its framing. */
	readonly body: Buffer;
	readonly trailers: readonly (readonly [name: string, value: string])[];
	/** The exact bytes of the message on the wire. */
	readonly raw: Buffer;
}

export interface RawRequest extends Message {
	readonly method: string;
	readonly target: string;
	/** `HTTP/1.1` */
	readonly version: string;
}

export interface RawResponse extends Message {
	/** `HTTP/1.1` */
	readonly version: string;
	readonly status: number;
	readonly reason: string;
	/** The 1xx answers that came before this one. */
	readonly informational: readonly RawResponse[];
}

/** The start line and the fields of a head. */
export interface RawHead {
	readonly startLine: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
}

/** How the bytes after a head end. */
export type Framing = { readonly kind: "length"; readonly bytes: number } | { readonly kind: "chunked" } | { readonly kind: "close" };

/** @param text a head with or without its empty line, one character a byte */
export function parseHead(text: string): RawHead {
	const [startLine = "", ...lines] = text.replace(/\r\n\r\n$/, "").split("\r\n");
	return { startLine, headers: parseFields(lines) };
}

/** @param lines `Name: value`, without line ends */
export function parseFields(lines: readonly string[]): readonly (readonly [string, string])[] {
	return lines.map((line) => {
		const colon = line.indexOf(":");
		return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
	});
}

/** The values of a field, in order; the name in any case. */
export function fieldValues(message: Pick<Message, "headers">, name: string): string[] {
	const key = name.toLowerCase();
	return message.headers.filter(([each]) => each.toLowerCase() === key).map(([, value]) => value);
}

/** The first value of a field; the name in any case. */
export function field(message: Pick<Message, "headers">, name: string): string | undefined {
	return fieldValues(message, name)[0];
}

/** RFC 9112 section 6.3, for a request. */
export function requestFraming(head: RawHead): Framing {
	if (field(head, "transfer-encoding") !== undefined) return { kind: "chunked" };
	return { kind: "length", bytes: Number(field(head, "content-length") ?? 0) };
}

/** RFC 9112 section 6.3, for the response to a request with `method`. */
export function responseFraming(head: RawHead, status: number, method: string): Framing {
	if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { kind: "length", bytes: 0 };
	if (method === "CONNECT" && status < 300) return { kind: "length", bytes: 0 };
	if (/\bchunked\s*$/i.test(field(head, "transfer-encoding") ?? "")) return { kind: "chunked" };
	const length = field(head, "content-length");
	return length === undefined ? { kind: "close" } : { kind: "length", bytes: Number(length) };
}

export interface RequestParts {
	/** localhost if not given. */
	readonly host?: string;
	/** Complete lines without line ends. */
	readonly fields?: readonly string[];
	/** With its Content-Length. One character stands for a byte. */
	readonly body?: string;
}

/** The text of a request. What is wrong on purpose, or framed in another way, is written out where it is sent. */
export function requestText(method: string, target: string, { host = "localhost", fields = [], body }: RequestParts = {}): string {
	const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
	return [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...fields, ...length, "", body ?? ""].join("\r\n");
}

/** The text of a GET. @param fields complete lines without line ends */
export function get(target: string, ...fields: readonly string[]): string {
	return requestText("GET", target, { fields });
}

/**
 * The text of a response with a Content-Length, for scripted servers.
 * @param headers complete lines without line ends
 */
export function responseText(status: number, headers: readonly string[] = [], body = ""): string {
	return [`HTTP/1.1 ${status} Scripted`, ...headers, `Content-Length: ${Buffer.byteLength(body, "latin1")}`, "", body].join("\r\n");
}
