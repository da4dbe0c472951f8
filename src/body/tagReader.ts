/** Reads the attributes of an HTML tag as browsers do (HTML, section 13.2.5). */

/** One with a value. */
export interface Attribute {
	/** In lower case. */
	readonly name: string;
	/** Where its value begins and ends, without quotes. */
	readonly from: number;
	readonly to: number;
}

export interface Tag {
	/** Where its `>` is, or the `<` of the next tag; -1: the text ends before. */
	readonly end: number;
	/** The quote that its last value is open in, 0 for none, or {@link ENDLESS}. */
	readonly quote: number;
	/** Of the field; null if it was not read. */
	readonly name: string | null;
}

/** Of a tag that is not read to its end: there is more in it beside quoted values than {@link MOST_UNQUOTED}. */
export const ENDLESS = 1;
/** A field has some hundred such characters. Quotes that go on from tag to tag, or never end, would have all of a page read anew for each of them. */
const MOST_UNQUOTED = 2048;

/**
 * Attributes from `from` on, which is within a value where `quote` is one, up to the tag's end or `limit`. The first name counts.
 *
 * @param into gets all that have a value, the one in which the limit is too: then it ends there
 */
export function readTag(text: string, from: number, quote: number, limit: number, into: Attribute[] | null = null): Tag {
	let index = from;
	let name: string | null = null;
	/** So far it is read, as long as no quoted value comes. */
	let reach = from + MOST_UNQUOTED;
	if (quote === ENDLESS) return { end: -1, quote, name };
	if (quote !== 0) {
		const close = text.indexOf(String.fromCharCode(quote), from);
		if (close === -1 || close >= limit) return { end: -1, quote, name };
		index = close + 1;
		reach = index + MOST_UNQUOTED;
	}
	while (index < limit) {
		if (index >= reach) return { end: -1, quote: ENDLESS, name };
		const stop = Math.min(limit, reach);
		const code = text.charCodeAt(index);
		if (code === GREATER || code === LESS) return { end: index, quote: 0, name };
		if (isBlank(code) || code === SLASH) {
			index++;
			continue;
		}
		const start = index++;
		while (index < stop && !endsName(text.charCodeAt(index))) index++;
		const nameEnd = index;
		const isName = index - start === 4 && text.slice(start, index).toLowerCase() === "name";
		index = afterBlanks(text, index, stop);
		if (text.charCodeAt(index) !== EQUALS) continue;
		index = afterBlanks(text, index + 1, stop);
		const open = text.charCodeAt(index);
		const isQuoted = open === DOUBLE_QUOTE || open === SINGLE_QUOTE;
		const valueStart = isQuoted ? index + 1 : index;
		const valueEnd = isQuoted ? text.indexOf(text.charAt(index), valueStart) : endOfWord(text, index, stop);
		if (!isQuoted && valueEnd >= reach) return { end: -1, quote: ENDLESS, name };
		const isOpen = valueEnd === -1 || valueEnd >= limit;
		into?.push({ name: text.slice(start, nameEnd).toLowerCase(), from: valueStart, to: isOpen ? limit : valueEnd });
		if (isOpen) return { end: -1, quote: isQuoted && index < limit ? open : 0, name };
		if (isName) name ??= text.slice(valueStart, valueEnd).toLowerCase();
		if (isQuoted) reach += valueEnd + 1 - valueStart;
		index = isQuoted ? valueEnd + 1 : valueEnd;
	}
	return { end: -1, quote: 0, name };
}

const GREATER = 0x3e;
const LESS = 0x3c;
const SLASH = 0x2f;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const EQUALS = 0x3d;

/** Whether the name of an element begins behind the `<` at `at`, and is this one. */
export function isElement(text: string, at: number, name: string): boolean {
	const end = at + 1 + name.length;
	return (
		(text.charCodeAt(at + 1) | 0x20) === name.charCodeAt(0) &&
		text.slice(at + 1, end).toLowerCase() === name &&
		endsName(text.charCodeAt(end))
	);
}

function endOfWord(text: string, from: number, limit: number): number {
	let index = from;
	while (index < limit && !isBlank(text.charCodeAt(index)) && text.charCodeAt(index) !== GREATER) index++;
	return index;
}

function afterBlanks(text: string, from: number, limit: number): number {
	let index = from;
	while (index < limit && isBlank(text.charCodeAt(index))) index++;
	return index;
}

function endsName(code: number): boolean {
	return isBlank(code) || code === SLASH || code === GREATER || code === EQUALS;
}

export function isBlank(code: number): boolean {
	return code <= 0x20;
}
