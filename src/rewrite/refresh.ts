import { isBlank, skipBlanks } from "../http/cookie.ts";

/** Changes one URL; the same string when there is nothing to change. */
export type MapUrl = (url: string) => string;

/**
 * A Refresh value with its URL changed, all else byte for byte: `5; url=/x`, `5;URL='/x'`, `0, /x`. A value that browsers would not read that
 * way (WHATWG HTML, "shared declarative refresh steps") stays as it is.
 */
export function mapRefresh(value: string, map: MapUrl): string {
	const start = urlStart(value);
	if (start === -1) return value;
	const quote = value[start];
	const quoted = quote === '"' || quote === "'";
	const from = quoted ? start + 1 : start;
	const close = quoted ? value.indexOf(quote, from) : -1;
	const to = close === -1 ? value.length : close;
	const url = value.slice(from, to);
	const mapped = map(url);
	return mapped === url ? value : value.slice(0, from) + mapped + value.slice(to);
}

/** Where the URL (or its quote) begins, -1 if there is none. */
function urlStart(value: string): number {
	let index = skipBlanks(value, 0);
	const digits = index;
	while (isDigit(value.charCodeAt(index))) index++;
	if (index === digits) return -1;
	while (value[index] === "." || isDigit(value.charCodeAt(index))) index++;
	const separator = skipBlanks(value, index);
	if (value[separator] === ";" || value[separator] === ",") index = skipBlanks(value, separator + 1);
	else if (isBlank(value.charCodeAt(index))) index = separator;
	else return -1;
	if (index === value.length) return -1;
	return afterUrlName(value, index);
}

/** Skips `url =`; where that is missing the URL stands bare. */
function afterUrlName(value: string, from: number): number {
	if (value.slice(from, from + 3).toLowerCase() !== "url") return from;
	const equals = skipBlanks(value, from + 3);
	if (value[equals] !== "=") return from;
	const start = skipBlanks(value, equals + 1);
	return start === value.length ? -1 : start;
}

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}
