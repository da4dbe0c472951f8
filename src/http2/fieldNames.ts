import type { FieldName } from "../http/headers.ts";
import { TOKEN_CHAR } from "../http1/chars.ts";
import { findSlot, KNOWN_NAMES, parsedName } from "../http1/fieldNames.ts";

// What a field means to a request (RFC 9113 section 8). The order counts: all below FORBIDDEN are fields that may be relayed.
export const PLAIN = 0;
export const HOST = 1;
export const CONTENT_LENGTH = 2;
export const COOKIE = 3;
export const TE = 4;
/** It concerns an HTTP/1 connection only. */
export const FORBIDDEN = 5;
/** Not a lower-case token. */
export const BAD_NAME = 6;
export const METHOD = 7;
export const SCHEME = 8;
export const AUTHORITY = 9;
export const PATH = 10;
export const PROTOCOL = 11;
const STATUS = 12;
const UNKNOWN_PSEUDO = 13;

const ROLES: ReadonlyMap<string, number> = new Map([
	["host", HOST],
	["content-length", CONTENT_LENGTH],
	["cookie", COOKIE],
	["te", TE],
	...["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"].map((name) => [name, FORBIDDEN] as const),
	[":method", METHOD],
	[":scheme", SCHEME],
	[":authority", AUTHORITY],
	[":path", PATH],
	[":protocol", PROTOCOL],
	[":status", STATUS],
]);

/** The name of a field as a table of HPACK holds it. */
export interface CodedName {
	readonly field: FieldName;
	readonly role: number;
}

/** Names that were met, by slot of {@link KNOWN_NAMES}: it never grows. */
const KNOWN: (CodedName | undefined)[] = [];

/** The name between two offsets. Common ones are shared objects. */
export function codedName(bytes: Buffer, start: number, end: number): CodedName {
	const slot = end > start ? findSlot(bytes, start, end) : -1;
	const field = KNOWN_NAMES[slot];
	// The table has other spellings too, which no request of HTTP/2 may have.
	if (field === undefined || field.spelled !== field.key) return nameOf(bytes.latin1Slice(start, end));
	const known = KNOWN[slot] ?? { field, role: ROLES.get(field.key) ?? PLAIN };
	KNOWN[slot] = known;
	return known;
}

export function nameOf(text: string): CodedName {
	const role = ROLES.get(text);
	if (role !== undefined) return { field: parsedName(text), role };
	if (text.startsWith(":")) return { field: parsedName(text), role: UNKNOWN_PSEUDO };
	return { field: parsedName(text), role: isLowerToken(text) ? PLAIN : BAD_NAME };
}

function isLowerToken(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (TOKEN_CHAR[code] !== 1 || (code >= 0x41 && code <= 0x5a)) return false;
	}
	return text.length > 0;
}
