import type { CidrSet } from "./cidr.ts";
import { normalizeAddress } from "./cidr.ts";
import { trimBlanks } from "./cookie.ts";
import type { HeaderList } from "./headers.ts";

/** Longest request id that is taken over from a trusted proxy. */
const REQUEST_ID_LENGTH = 128;

/**
 * The address of the client, as far as it can be believed: the peer itself unless it is a trusted proxy; else the right-most hop of
 * X-Forwarded-For that is not a trusted proxy. An entry that is no address ends the walk: what stands left of it was not written by
 * anyone we trust. When every hop is trusted, the left-most one.
 *
 * `peer` is a bare address. Entries may carry a port (`192.0.2.1:5000`, `[2001:db8::1]:5000`), as some proxies send them; the result never does.
 */
export function clientAddress(peer: string, headers: HeaderList, trusted: CidrSet): string {
	let believed = normalizeAddress(peer) ?? peer;
	if (!trusted.has(believed)) return believed;
	const chain = headers.joined("x-forwarded-for");
	if (chain === undefined) return believed;
	let end = chain.length;
	while (end >= 0) {
		const comma = end === 0 ? -1 : chain.lastIndexOf(",", end - 1);
		const entry = trimBlanks(chain, comma + 1, end);
		end = comma;
		if (entry === "") {
			if (comma === -1) break;
			continue;
		}
		const address = normalizeAddress(withoutPort(entry));
		if (address === null) break;
		believed = address;
		if (!trusted.has(address)) break;
	}
	return believed;
}

/** `192.0.2.1:5000` to `192.0.2.1`, `[2001:db8::1]:5000` to `2001:db8::1`; anything else as it is. */
function withoutPort(entry: string): string {
	if (entry.startsWith("[")) {
		const close = entry.indexOf("]");
		return close === -1 || !isPortSuffix(entry, close + 1) ? entry : entry.slice(1, close);
	}
	const colon = entry.indexOf(":");
	if (colon === -1 || entry.indexOf(":", colon + 1) !== -1) return entry;
	return isPortSuffix(entry, colon) ? entry.slice(0, colon) : entry;
}

/** Nothing, or `:` and one to five digits. */
function isPortSuffix(entry: string, from: number): boolean {
	if (from === entry.length) return true;
	if (entry[from] !== ":" || entry.length - from < 2 || entry.length - from > 6) return false;
	for (let index = from + 1; index < entry.length; index++) {
		const code = entry.charCodeAt(index);
		if (code < 0x30 || code > 0x39) return false;
	}
	return true;
}

/** Longest X-Forwarded-Prefix that is taken over from a trusted proxy. */
const PREFIX_LENGTH = 256;
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~!$&'()*+;=:@%-]+)*$/;
const PORT = /^[1-9]\d{0,4}$/;
const WRITTEN_PORT = /:\d*$/;

/**
 * The authority that the client asked, as the trusted proxy in front says it; null if it does not. Of several values the last one counts: the nearest
 * proxy wrote it. Where X-Forwarded-Host has no port, that of X-Forwarded-Port belongs to it; 80 and 443 are the defaults, whichever scheme the proxy
 * was asked by. Not yet validated.
 */
export function forwardedHost(headers: HeaderList): string | null {
	const host = lastOf(headers, "x-forwarded-host");
	if (host === "") return null;
	const port = lastOf(headers, "x-forwarded-port");
	const isNeeded = PORT.test(port) && port !== "80" && port !== "443" && !WRITTEN_PORT.test(host);
	return isNeeded ? `${host}:${port}` : host;
}

/**
 * The path prefixes that proxies before this one have cut, joined from the outermost as Spring does; empty if there are none, or if they are no
 * paths.
 */
export function forwardedPrefix(headers: HeaderList): string {
	const list = headers.joined("x-forwarded-prefix");
	if (list === undefined) return "";
	const prefix = list
		.split(",")
		.map((part) => part.trim().replace(/\/+$/, ""))
		.join("");
	return prefix.length <= PREFIX_LENGTH && PREFIX.test(prefix) ? prefix : "";
}

/** The last value of a list, empty if there is none. */
function lastOf(headers: HeaderList, key: string): string {
	const list = headers.joined(key);
	return list === undefined ? "" : trimBlanks(list, list.lastIndexOf(",") + 1, list.length);
}

/** The X-Request-Id of a request if it is fit for logs and headers (1 to 128 of `A-Z a-z 0-9 . _ -`), else null. */
export function requestIdFrom(headers: HeaderList): string | null {
	const id = headers.get("x-request-id");
	if (id === undefined || id.length === 0 || id.length > REQUEST_ID_LENGTH) return null;
	for (let index = 0; index < id.length; index++) {
		if (!isIdCharacter(id.charCodeAt(index))) return null;
	}
	return id;
}

function isIdCharacter(code: number): boolean {
	return (
		(code >= 0x61 && code <= 0x7a) ||
		(code >= 0x41 && code <= 0x5a) ||
		(code >= 0x30 && code <= 0x39) ||
		code === 0x2d ||
		code === 0x2e ||
		code === 0x5f
	);
}
