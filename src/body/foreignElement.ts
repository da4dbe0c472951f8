/**
 * HTML knows no element with a prefix, JSON none at all: `<ds:Reference` is part of a message that stands there as it is, or escaped. What it holds may be signed.
 */
import { isNameCharacter, LOOK_BEHIND } from "./surroundings.ts";

const LONGEST_PREFIX = 64;
const ESCAPED = "&lt;";
const JSON_ESCAPED = "\\u003c";
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** What ends the string of a JSON document. */
const QUOTE = /(?:^|[^\\])"/;

/** @param start where the last `<` before `at` is, or -1 */
export function isInForeignElement(text: string, start: number, at: number): boolean {
	const least = at - LOOK_BEHIND;
	if (start >= least && start !== -1 && hasPrefix(text, start + 1, at)) return true;
	const from = Math.max(0, start, least);
	const escaped = text.slice(from, at).lastIndexOf(ESCAPED);
	return escaped !== -1 && hasPrefix(text, from + escaped + ESCAPED.length, at);
}

/** As {@link isInForeignElement}, within a string of a JSON document. */
export function isInElementOfJson(text: string, at: number): boolean {
	const before = text.slice(Math.max(0, at - LOOK_BEHIND), at);
	const plain = before.lastIndexOf("<");
	const escaped = Math.max(before.lastIndexOf(JSON_ESCAPED), before.lastIndexOf("\\u003C"));
	if (plain === -1 && escaped === -1) return false;
	const from = plain > escaped ? plain + 1 : escaped + JSON_ESCAPED.length;
	return hasPrefix(before, from, before.length) && !QUOTE.test(before.slice(from));
}

/** `ds:` or `/ds:` stands at `from`. */
function hasPrefix(text: string, from: number, to: number): boolean {
	let index = from;
	if (text.charCodeAt(index) === BACKSLASH) index++;
	if (text.charCodeAt(index) === SLASH) index++;
	const limit = Math.min(to, index + LONGEST_PREFIX);
	while (index < limit && isNameCharacter(text.charCodeAt(index))) index++;
	return text.charCodeAt(index) === COLON && index < limit;
}
