/** How far somebody else's URL reaches in the text of a body. It may hold one of ours, as a parameter or in its path, and stays byte for byte. */
import { PERCENT, PERCENT_TWICE, type Spelling } from "./spelling.ts";
import { isNameCharacter } from "./surroundings.ts";

/** One that is longer is looked into from there on. */
const LONGEST = 4096;
/** The longest token that tells its end. */
const TOKEN = 6;

/** Where text may begin that is no longer part of it: what no URL holds, and what lists of URLs are separated by. */
const MAY_END = new Uint8Array(256);
for (let code = 0; code <= 0x20; code++) MAY_END[code] = 1;
for (const character of "\"'`<>,|)&%\\") MAY_END[character.charCodeAt(0)] = 1;

const AMPERSAND = 0x26;
const PERCENT_SIGN = 0x25;
const BACKSLASH = 0x5c;

/** Quotes and angle brackets, encoded for HTML. */
const ENDING_ENTITY = /&(?:quot|apos|[lg]t|#0?3[49]|#6[02]|#x2[27]|#x3[ce]);/iy;
/** What JSON and scripts may write for characters that URLs hold: `/`, `-`, `&`, `=`, `:`, `?`, `%`. */
const ESCAPED_PART = /\\(?:[/-]|u00(?:2[5-6df]|3[adf])|x(?:2[5-6df]|3[adf]))/iy;
/** The same as {@link MAY_END}, encoded once, and twice; there an ampersand encoded once ends it too. */
const ENDING_ONCE = /%(?:[01][\da-f]|2[0279bc]|3[ce]|60|7c)/iy;
const ENDING_TWICE = /%(?:25(?:[01][\da-f]|2[0279bc]|3[ce]|60|7c)|(?:[01][\da-f]|2[02679bc]|3[ce]|60|7c))/iy;

/** The URL that begins at `start` is the value of a parameter of another one, not encoded: an ampersand ends it. */
export function isParameter(text: string, start: number): boolean {
	if (text.charCodeAt(start - 1) !== 0x3d) return false;
	let name = start - 1;
	const least = Math.max(0, start - 64);
	while (name > least && isNameCharacter(text.charCodeAt(name - 1))) name--;
	const before = text.charCodeAt(name - 1);
	return name < start - 1 && (before === AMPERSAND || before === 0x3f || before === 0x3b || before === 0x23);
}

/** @param from behind its authority @param endsAtAmpersand see {@link isParameter} @returns -1: the text ends before it does */
export function endOfForeign(text: string, from: number, spelling: Spelling, endsAtAmpersand: boolean, final: boolean): number {
	const limit = Math.min(text.length, from + LONGEST);
	const isEncoded = spelling === PERCENT || spelling === PERCENT_TWICE;
	for (let index = from; index < limit; index++) {
		const code = text.charCodeAt(index);
		if (code > 255 || MAY_END[code] === 0) continue;
		if (code === AMPERSAND || code === PERCENT_SIGN || code === BACKSLASH) {
			if (code === AMPERSAND && (isEncoded || endsAtAmpersand)) return index;
			if (!final && index + TOKEN > text.length) return -1;
			if (code === AMPERSAND ? is(ENDING_ENTITY, text, index) : code === BACKSLASH && !is(ESCAPED_PART, text, index)) return index;
			if (code === PERCENT_SIGN && isEncoded && is(spelling === PERCENT ? ENDING_ONCE : ENDING_TWICE, text, index)) return index;
		} else return index;
	}
	return final || limit - from === LONGEST ? limit : -1;
}

function is(pattern: RegExp, text: string, at: number): boolean {
	pattern.lastIndex = at;
	return pattern.test(text);
}
