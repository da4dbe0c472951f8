/**
 * Whose value a place of an HTML page is in. An `<input>` may say its name after its value, and a value may hold `>`, so its tag is read from its
 * beginning, as browsers read it (HTML, section 13.2.5).
 */
import { isProtectedName } from "./surroundings.ts";

/** What {@link FormFields.at} says of a place. */
export type FieldAnswer = number;
/** In no field, or in one whose value is nobody's. */
export const FREE = 0;
/** In a field whose value belongs to others. */
const PROTECTED = 1;
/** The text ends before the name. */
export const UNKNOWN = 2;

/** A field longer than this is left alone, whatever its name: a whole message of somebody. */
const LONGEST = 64 * 1024;
const INPUT = "<input";

/** One with a value. */
export interface Attribute {
	/** In lower case. */
	readonly name: string;
	/** Where its value begins and ends, without quotes. */
	readonly from: number;
	readonly to: number;
}

interface Tag {
	/** Where its `>` is, or the `<` of the next tag; -1: the text ends before. */
	readonly end: number;
	/** The quote that its last value is open in, or 0. */
	readonly quote: number;
	/** Of the field; null if it was not read. */
	readonly name: string | null;
}

const NO_TAG: Tag = { end: -1, quote: 0, name: null };

/** The form fields of one page, asked about from its beginning to its end. Lifetime: one body. */
export class FormFields {
	#text = "";
	/** The last `<` before `#asked`, or -1. */
	#tag = -1;
	#asked = 0;
	/** The tag of this text that was read last, and where it begins. */
	#read: Tag = NO_TAG;
	#readAt = -1;
	/** Of a field that began too long ago, the quote in which the text begins, 0 for none; -1: there is no such field. */
	#long = -1;

	/** The text that is asked about next: what {@link keepFrom} told to keep of the one before, and what follows it. */
	begin(text: string): void {
		this.#text = text;
		this.#tag = -1;
		this.#asked = 0;
		this.#readAt = -1;
	}

	/** Where the tag around `at`, or the last one before it, begins; -1: not in this text. `at` never goes back. */
	tagBefore(at: number): number {
		const found = this.#text.slice(this.#asked, at).lastIndexOf("<");
		if (found !== -1) this.#tag = this.#asked + found;
		this.#asked = at;
		return this.#tag;
	}

	/** @param final the text is complete */
	at(at: number, final: boolean): FieldAnswer {
		const start = this.tagBefore(at);
		if (start === -1) return this.#long !== -1 && isIn(readTag(this.#text, 0, this.#long, at), at) ? PROTECTED : FREE;
		if (!isInput(this.#text, start)) return FREE;
		const limit = Math.min(this.#text.length, start + LONGEST);
		if (start !== this.#readAt) this.#read = readTag(this.#text, start + INPUT.length, 0, limit);
		this.#readAt = start;
		const tag = this.#read;
		if (!isIn(tag, at)) return FREE;
		if (at - start >= LONGEST) return PROTECTED;
		if (tag.name !== null) return isProtectedName(tag.name) ? PROTECTED : FREE;
		if (tag.end !== -1) return FREE;
		return final || limit < this.#text.length ? PROTECTED : UNKNOWN;
	}

	/** What has to be kept of the text: from `from` on, or from the beginning of the field that is open there. */
	keepFrom(from: number): number {
		const start = this.#text.lastIndexOf("<", from - 1);
		if (start === -1) {
			if (this.#long === -1) return from;
			const { end, quote } = readTag(this.#text, 0, this.#long, from);
			this.#long = end === -1 ? quote : -1;
			return from;
		}
		this.#long = -1;
		if (!isInput(this.#text, start)) return from;
		const { end, quote } = readTag(this.#text, start + INPUT.length, 0, from);
		if (end !== -1) return from;
		if (from - start < LONGEST) return start;
		this.#long = quote;
		return from;
	}
}

function isInput(text: string, at: number): boolean {
	return text.slice(at, at + INPUT.length).toLowerCase() === INPUT && endsName(text.charCodeAt(at + INPUT.length));
}

function isIn({ end }: Tag, at: number): boolean {
	return end === -1 || end >= at;
}

/**
 * Attributes from `from` on, which is within a value where `quote` is one, up to the tag's end or `limit`. The first name counts.
 *
 * @param into gets all that are complete
 */
export function readTag(text: string, from: number, quote: number, limit: number, into: Attribute[] | null = null): Tag {
	let index = from;
	let name: string | null = null;
	if (quote !== 0) {
		const close = text.indexOf(String.fromCharCode(quote), from);
		if (close === -1 || close >= limit) return { end: -1, quote, name };
		index = close + 1;
	}
	while (index < limit) {
		const code = text.charCodeAt(index);
		if (code === GREATER || code === LESS) return { end: index, quote: 0, name };
		if (isBlank(code) || code === SLASH) {
			index++;
			continue;
		}
		const start = index++;
		while (index < limit && !endsName(text.charCodeAt(index))) index++;
		const nameEnd = index;
		const isName = index - start === 4 && text.slice(start, index).toLowerCase() === "name";
		index = afterBlanks(text, index, limit);
		if (text.charCodeAt(index) !== EQUALS) continue;
		index = afterBlanks(text, index + 1, limit);
		const open = text.charCodeAt(index);
		const isQuoted = open === DOUBLE_QUOTE || open === SINGLE_QUOTE;
		const valueStart = isQuoted ? index + 1 : index;
		const valueEnd = isQuoted ? text.indexOf(text.charAt(index), valueStart) : endOfWord(text, index, limit);
		if (valueEnd === -1 || valueEnd >= limit) return { end: -1, quote: isQuoted && index < limit ? open : 0, name };
		into?.push({ name: text.slice(start, nameEnd).toLowerCase(), from: valueStart, to: valueEnd });
		if (isName) name ??= text.slice(valueStart, valueEnd).toLowerCase();
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

function isBlank(code: number): boolean {
	return code <= 0x20;
}
