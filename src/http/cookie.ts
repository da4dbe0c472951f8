import type { HeaderList } from "./headers.ts";

/** One `name=value` pair of a Cookie header. */
export interface CookiePair {
	readonly name: string;
	/** As sent: quotes and percent escapes are kept. */
	readonly value: string;
}

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/**
 * The pairs of a Cookie header in the order sent, repeats included. As lenient as servers have to be (RFC 6265 section 5.4 lets a
 * browser send almost anything): parts are split at `;`, blanks around names and values are dropped, a part without `=` is a value
 * with an empty name, empty parts are skipped. Never throws.
 */
export function parseCookieHeader(value: string): CookiePair[] {
	const pairs: CookiePair[] = [];
	let start = 0;
	while (start < value.length) {
		let end = value.indexOf(";", start);
		if (end === -1) end = value.length;
		// Within the part alone: a header of nothing but semicolons would be searched again and again.
		let equals = start;
		while (equals < end && value.charCodeAt(equals) !== EQUALS) equals++;
		const named = equals < end;
		const name = named ? trimBlanks(value, start, equals) : "";
		const text = trimBlanks(value, named ? equals + 1 : start, end);
		if (named || text !== "") pairs.push({ name, value: text });
		start = end + 1;
	}
	return pairs;
}

/** The value of the one cookie called `name` in all Cookie lines; null when there is none, or more than one. Hot path. */
export function soleCookie(headers: HeaderList, name: string): string | null {
	let found: string | null = null;
	for (let index = 0; index < headers.length; index++) {
		if (headers.keyAt(index) !== "cookie") continue;
		const header = headers.valueAt(index);
		let at = indexOfPair(header, name, 0);
		while (at !== -1) {
			if (found !== null) return null;
			found = valueOfPair(header, at + name.length);
			at = indexOfPair(header, name, at + name.length);
		}
	}
	return found;
}

const NONE: readonly string[] = [];

/** The values of all cookies called `name`, over all Cookie lines, as sent: browsers send several where paths differ. Hot path. */
export function cookiesNamed(headers: HeaderList, name: string): readonly string[] {
	let found: string[] | null = null;
	for (let index = 0; index < headers.length; index++) {
		if (headers.keyAt(index) !== "cookie") continue;
		const header = headers.valueAt(index);
		for (let at = indexOfPair(header, name, 0); at !== -1; at = indexOfPair(header, name, at + name.length)) {
			found ??= [];
			found.push(valueOfPair(header, at + name.length));
		}
	}
	return found ?? NONE;
}

/** The Cookie header with every value of the cookies called `name` mapped; the same text if it has none of them. Hot path. */
export function mapCookies(header: string, name: string, map: (value: string) => string): string {
	let out = "";
	let copied = 0;
	for (let at = indexOfPair(header, name, 0); at !== -1; at = indexOfPair(header, name, at + name.length)) {
		const value = valueOfPair(header, at + name.length);
		const start = skipBlanks(header, skipBlanks(header, at + name.length) + 1);
		out += header.slice(copied, start) + map(value);
		copied = start + value.length;
	}
	return copied === 0 ? header : out + header.slice(copied);
}

/** Where the first pair called `name` begins, at or after `from`; -1 if there is none. */
function indexOfPair(header: string, name: string, from: number): number {
	let at = header.indexOf(name, from);
	while (at !== -1 && !(isPair(header, at, name) && startsPart(header, at))) at = header.indexOf(name, at + 1);
	return at;
}

/** `name` and an equals sign stand at `at`. */
function isPair(header: string, at: number, name: string): boolean {
	return header.startsWith(name, at) && header.charCodeAt(skipBlanks(header, at + name.length)) === EQUALS;
}

/** @param from where the pair's name ends */
function valueOfPair(header: string, from: number): string {
	const equals = skipBlanks(header, from);
	const end = header.indexOf(";", equals);
	return trimBlanks(header, equals + 1, end === -1 ? header.length : end);
}

/** Nothing but blanks stands between `at` and the `;` or the beginning before it. */
function startsPart(header: string, at: number): boolean {
	let index = at - 1;
	while (index >= 0 && isBlank(header.charCodeAt(index))) index--;
	return index < 0 || header.charCodeAt(index) === SEMICOLON;
}

/** SP and HTAB: what RFC 9110 section 5.6.3 calls OWS. */
export function isBlank(code: number): boolean {
	return code === 0x20 || code === 0x09;
}

/** The first index at or after `from` that holds no blank. */
export function skipBlanks(text: string, from: number): number {
	let index = from;
	while (isBlank(text.charCodeAt(index))) index++;
	return index;
}

/** `text.slice(start, end)` without the blanks around it. */
export function trimBlanks(text: string, start: number, end: number): string {
	let last = end;
	const first = skipBlanks(text, start);
	while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
	return text.slice(first, last);
}
