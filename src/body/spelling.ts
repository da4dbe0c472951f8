/**
 * How `/` and `:` are written where they cannot stand for themselves: in strings of scripts and JSON (`https:\/\/host`), in query parameters
 * (`https%3A%2F%2Fhost`, once more inside another parameter `%253A%252F`), in what JSPs encode for HTML (`https&#x3a;&#x2f;&#x2f;host`).
 */

/** A spelling; the numbers are indexes of {@link SPELLINGS}. */
export type Spelling = number;
export const PLAIN = 0;
/** `\/` */
export const BACKSLASH = 1;
/** `%2F` */
export const PERCENT = 2;
/** `%252F` */
export const PERCENT_TWICE = 3;
/** `&#x2f;` */
export const ENTITY_HEX = 4;
/** `&#47;` */
export const ENTITY = 5;
/** `\u002f` */
export const UNICODE = 6;
/** `\x2f` */
export const HEX = 7;

interface SpellingRow {
	/** Lower case. */
	readonly slash: string;
	readonly colon: string;
	/** What its tokens begin with: a path written in it ends at such a character unless a slash follows. */
	readonly lead: number;
}

const row = (slash: string, colon: string): SpellingRow => ({ slash, colon, lead: slash.length === 1 ? -1 : slash.charCodeAt(0) });

const SPELLINGS: readonly SpellingRow[] = [
	row("/", ":"),
	row("\\/", ":"),
	row("%2f", "%3a"),
	row("%252f", "%253a"),
	row("&#x2f;", "&#x3a;"),
	row("&#47;", "&#58;"),
	row("\\u002f", "\\u003a"),
	row("\\x2f", "\\x3a"),
];

const SLASH_LENGTHS: readonly number[] = SPELLINGS.map(({ slash }) => slash.length);

export function leadOf(spelling: Spelling): number {
	return (SPELLINGS[spelling] as SpellingRow).lead;
}

/** Length of a slash token. */
export function slashLength(spelling: Spelling): number {
	return SLASH_LENGTHS[spelling] as number;
}

/** Whether a slash in this spelling begins at `at`. */
export function isSlash(text: string, at: number, spelling: Spelling): boolean {
	if (spelling === PLAIN) return text.charCodeAt(at) === 0x2f;
	return isToken(text, at, (SPELLINGS[spelling] as SpellingRow).slash);
}

/** The text from `at` to its end could be the beginning of a slash token. */
export function mayBecomeSlash(text: string, at: number, spelling: Spelling): boolean {
	const { slash } = SPELLINGS[spelling] as SpellingRow;
	const left = text.length - at;
	return left < slash.length && text.slice(at).toLowerCase() === slash.slice(0, left);
}

/** Length of the colon that begins at `at`, plain or in this spelling; 0 if there is none. */
export function colonAt(text: string, at: number, spelling: Spelling): number {
	if (text.charCodeAt(at) === 0x3a) return 1;
	const { colon } = SPELLINGS[spelling] as SpellingRow;
	return spelling > BACKSLASH && isToken(text, at, colon) ? colon.length : 0;
}

/** As {@link colonAt}, for one that ends before `end`. */
export function colonBefore(text: string, end: number, spelling: Spelling): number {
	if (text.charCodeAt(end - 1) === 0x3a) return 1;
	const { colon } = SPELLINGS[spelling] as SpellingRow;
	return spelling > BACKSLASH && end >= colon.length && isToken(text, end - colon.length, colon) ? colon.length : 0;
}

/** Tokens are compared in any case: `%2F`, `%2f`. */
function isToken(text: string, at: number, token: string): boolean {
	if (text.charCodeAt(at) !== token.charCodeAt(0)) return false;
	return text.startsWith(token, at) || text.slice(at, at + token.length).toLowerCase() === token;
}
