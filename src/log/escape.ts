/**
 * Escaping of client-supplied text in Apache's log formats: `ap_escape_logitem` of Apache httpd's server/util.c. A backslash goes
 * before `"` and `\`; backspace, newline, return, tab and vertical tab are written as in C; every other byte outside printable
 * ASCII as `\xhh`, lower case.
 */
const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, code) => escapeOf(code));

function escapeOf(code: number): string {
	const named: Record<number, string> = { 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 13: "\\r", 34: '\\"', 92: "\\\\" };
	const name = named[code];
	if (name !== undefined) return name;
	return code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, "0")}`;
}

const NEEDS_ESCAPE = /[^ !#-[\]-~]/;

/** Printable ASCII without `"` and `\\`: stands as it is in an Apache line and in a JSON string. Hot path. */
export function isClean(text: string): boolean {
	return !NEEDS_ESCAPE.test(text);
}

/**
 * Hot path: clean text is returned as it is.
 *
 * @param text one character per byte; a character above 0xff is written as its UTF-8 bytes
 */
export function escapeLogItem(text: string): string {
	return NEEDS_ESCAPE.test(text) ? escapeAll(text) : text;
}

function escapeAll(text: string): string {
	let out = "";
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code > 0xff) return escapeAll(Buffer.from(text, "utf8").toString("latin1"));
		out += ESCAPES[code];
	}
	return out;
}
