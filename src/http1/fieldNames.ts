import { type FieldName, fieldNameOf } from "../http/headers.ts";

/** What a field means for framing and routing; the parsers look at these while they read, so that nobody searches twice. */
export const PLAIN = 0;
export const HOST = 1;
export const CONTENT_LENGTH = 2;
export const TRANSFER_ENCODING = 3;
export const CONNECTION = 4;

export interface ParsedName extends FieldName {
	readonly role: number;
}

/** Names worth knowing: what browsers, API clients, WSO2 and Tomcat send. In `Train-Case` and in lower case. */
const KNOWN = `
	Host Connection Content-Length Content-Type Transfer-Encoding Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Age Allow
	Authorization Cache-Control Content-Disposition Content-Encoding Content-Language Content-Location Content-Range Content-Security-Policy
	Cookie Date DNT ETag Expect Expires Forwarded From If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Keep-Alive
	Last-Modified Link Location Max-Forwards Origin Permissions-Policy Pragma Priority Proxy-Authenticate Proxy-Authorization Proxy-Connection
	Range Referer Referrer-Policy Refresh Retry-After Server Set-Cookie SOAPAction Strict-Transport-Security TE Trailer Upgrade
	Upgrade-Insecure-Requests User-Agent Vary Via WWW-Authenticate Warning
	Access-Control-Allow-Credentials Access-Control-Allow-Headers Access-Control-Allow-Methods Access-Control-Allow-Origin
	Access-Control-Expose-Headers Access-Control-Max-Age Access-Control-Request-Headers Access-Control-Request-Method
	Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-GPC
	Sec-WebSocket-Accept Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol Sec-WebSocket-Version
	X-Content-Type-Options X-Correlation-ID X-CSRF-Token X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto X-Forwarded-Server
	X-Frame-Options X-Powered-By X-Real-IP X-Request-ID X-Request-Id X-Requested-With X-XSS-Protection ActivityID ApiKey
`
	.trim()
	.split(/\s+/);

const ROLES: ReadonlyMap<string, number> = new Map([
	["host", HOST],
	["content-length", CONTENT_LENGTH],
	["transfer-encoding", TRANSFER_ENCODING],
	["connection", CONNECTION],
]);

/** A power of two, at least four times the number of spellings: most lookups end at the first slot. */
const SLOTS = 2048;
const MAX_KNOWN_LENGTH = 40;
/** The spelling of a slot, one octet each, at `slot * MAX_KNOWN_LENGTH`. One flat array, so that comparing loads nothing else. */
const SPELLINGS = new Uint8Array(SLOTS * MAX_KNOWN_LENGTH);
const LENGTHS = new Uint8Array(SLOTS);
const NAMES: (ParsedName | undefined)[] = new Array(SLOTS).fill(undefined);
/** By slot; undefined where the slot is empty. */
export const KNOWN_NAMES: readonly (ParsedName | undefined)[] = NAMES;

for (const spelled of new Set(KNOWN.flatMap((name) => [name, name.toLowerCase()]))) {
	const bytes = Buffer.from(spelled, "latin1");
	const slot = findSlot(bytes, 0, bytes.length);
	SPELLINGS.set(bytes, slot * MAX_KNOWN_LENGTH);
	LENGTHS[slot] = bytes.length;
	NAMES[slot] = parsedName(spelled);
}

/**
 * The slot of a known spelling between two offsets of `bytes`; an empty slot for all others. Known spellings give shared objects: no
 * string is made and none put in lower case.
 */
export function findSlot(bytes: Buffer, start: number, end: number): number {
	const length = end - start;
	const first = bytes[start] as number;
	const middle = bytes[start + (length >> 1)] as number;
	let slot = (first * 31 + middle * 257 + (bytes[end - 1] as number) * 1031 + length * 67) & (SLOTS - 1);
	for (; LENGTHS[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
		if (LENGTHS[slot] !== length) continue;
		const at = slot * MAX_KNOWN_LENGTH;
		let i = 0;
		while (i < length && bytes[start + i] === SPELLINGS[at + i]) i++;
		if (i === length) break;
	}
	return slot;
}

/** A name that is not in the table, which never grows: nobody can fill it with junk. */
export function parsedName(spelled: string): ParsedName {
	const { key, line } = fieldNameOf(spelled);
	return { spelled, key, line, role: ROLES.get(key) ?? PLAIN };
}
