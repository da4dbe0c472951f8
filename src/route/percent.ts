/** Percent-encoding (RFC 3986 section 2.1) as a lenient server decodes it. */

const ESCAPE = /%[0-9a-f]{2}/i;
const ESCAPES = /%([0-9a-f]{2})/gi;
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi;
const OVERLONG = /%c[01]%[89ab][0-9a-f]|%e0%[89][0-9a-f]|%f0%8[0-9a-f]/i;

export function hasEscape(text: string): boolean {
	return ESCAPE.test(text);
}

/** A `%` that begins no escape stands for itself. Bytes that are not UTF-8 are read as Latin-1. */
export function decode(text: string): string {
	if (!text.includes("%")) return text;
	return decodeUtf8(text) ?? text.replace(ESCAPES, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

export function isUtf8(text: string): boolean {
	return decodeUtf8(text) !== null;
}

/** An ASCII or short character written with more UTF-8 bytes than it needs (RFC 3629 section 3), as `%c0%ae` for a dot. */
export function isOverlong(text: string): boolean {
	return OVERLONG.test(text);
}

function decodeUtf8(text: string): string | null {
	try {
		return decodeURIComponent(text.replace(LONE_PERCENT, "%25"));
	} catch {
		return null;
	}
}
