/** Character classes of RFC 9110 section 5.6 and the octets that frame a head. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DEL = 0x7f;
export const COLON = 0x3a;

/** 1 for a `tchar` (RFC 9110 section 5.6.2), 0 for any other octet. */
export const TOKEN_CHAR: Uint8Array = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") TOKEN_CHAR[char.charCodeAt(0)] = 1;

/** The value of a hexadecimal digit; 0xff for any other octet. */
export const HEX_VALUE: Uint8Array = new Uint8Array(256).fill(0xff);
for (let value = 0; value < 16; value++) {
	const digit = value.toString(16);
	HEX_VALUE[digit.charCodeAt(0)] = value;
	HEX_VALUE[digit.toUpperCase().charCodeAt(0)] = value;
}

/** True for a non-empty text of `tchar` only. */
export function isToken(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code > 0xff || TOKEN_CHAR[code] !== 1) return false;
	}
	return text.length > 0;
}

/** `text` without spaces and tabs at its ends. `trim()` would also take U+00A0, which is data here. */
export function trimOws(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && isOws(text.charCodeAt(start))) start++;
	while (end > start && isOws(text.charCodeAt(end - 1))) end--;
	return start === 0 && end === text.length ? text : text.substring(start, end);
}

function isOws(code: number): boolean {
	return code === SP || code === TAB;
}
