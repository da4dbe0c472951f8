/**
 * Whose value a place of an HTML page is in. A field may say its name after its value, and a value may hold `>`, so its tag is read from its
 * beginning, as browsers read it. The text of a `<textarea>` is its value too.
 */
import { isInForeignElement } from "./foreignElement.ts";
import { isProtectedName } from "./surroundings.ts";
import { ENDLESS, isElement, readTag, type Tag } from "./tagReader.ts";

/** What {@link FormFields.at} says of a place. */
export type FieldOwner = number;
/** In no field, or in one whose value is nobody's. */
export const FREE = 0;
/** In a field whose value belongs to others. */
const PROTECTED = 1;
/** The text ends before the name. */
export const UNKNOWN = 2;

/** A field longer than this is left alone, whatever its name: a whole message of somebody. */
const LONGEST = 64 * 1024;
const FIELDS = ["input", "textarea", "button"] as const;
const TEXTAREA = "textarea";

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
	/** Where a field ends that began more than {@link LONGEST} ago: -1 for not in this text, or -2 where that is not known yet. */
	#longEnd = -2;
	/** Of such a field whose beginning has left, the quote in which the text begins, 0 for none; -1: there is none. */
	#long = -1;
	/** The last tag that has left began a textarea whose value belongs to others. */
	#inText = false;

	/** The text that is asked about next: what {@link keepFrom} told to keep of the one before, and what follows it. */
	begin(text: string): void {
		this.#text = text;
		this.#tag = -1;
		this.#asked = 0;
		this.#readAt = -1;
		this.#longEnd = -2;
	}

	/** Where the tag around `at`, or the last one before it, begins; -1: not in this text. `at` never goes back. */
	tagBefore(at: number): number {
		const found = this.#text.slice(this.#asked, at).lastIndexOf("<");
		if (found !== -1) this.#tag = this.#asked + found;
		this.#asked = at;
		return this.#tag;
	}

	/** @param final the text is complete */
	at(at: number, final: boolean): FieldOwner {
		const text = this.#text;
		const start = this.tagBefore(at);
		if (isInForeignElement(text, start, at)) return PROTECTED;
		if (start === -1) return this.#inText || (this.#long !== -1 && this.#isInLong(0, this.#long, at)) ? PROTECTED : FREE;
		const field = fieldAt(text, start);
		if (field === "") return FREE;
		const from = start + 1 + field.length;
		const limit = Math.min(text.length, start + LONGEST);
		if (start !== this.#readAt) {
			this.#read = readTag(text, from, 0, limit);
			this.#longEnd = -2;
		}
		this.#readAt = start;
		const tag = this.#read;
		if (tag.end !== -1 && tag.end < at) return isProtectedText(field, tag) ? PROTECTED : FREE;
		if (at - start >= LONGEST) return this.#isInLong(from, 0, at) ? PROTECTED : FREE;
		if (tag.name !== null) return isProtectedName(tag.name) ? PROTECTED : FREE;
		if (tag.end !== -1) return FREE;
		return final || limit < text.length || tag.quote === ENDLESS ? PROTECTED : UNKNOWN;
	}

	/** What has to be kept of the text: from `from` on, or from the beginning of the field that is open there. */
	keepFrom(from: number): number {
		const text = this.#text;
		const start = text.lastIndexOf("<", from - 1);
		if (start === -1) {
			if (this.#long === -1) return from;
			const { end, quote } = readTag(text, 0, this.#long, from);
			this.#long = end === -1 ? quote : -1;
			return from;
		}
		this.#long = -1;
		this.#inText = false;
		const field = fieldAt(text, start);
		if (field === "") return from;
		const tag = readTag(text, start + 1 + field.length, 0, from);
		if (tag.end !== -1) {
			this.#inText = isProtectedText(field, tag);
			return from;
		}
		if (from - start < LONGEST) return start;
		this.#long = tag.quote;
		return from;
	}

	/** @param from where the text is read from, in a value where `quote` is one */
	#isInLong(from: number, quote: number, at: number): boolean {
		if (this.#longEnd === -2) this.#longEnd = readTag(this.#text, from, quote, this.#text.length).end;
		return this.#longEnd === -1 || this.#longEnd >= at;
	}
}

/** The name of the field whose tag begins at `at`; empty for any other element. */
function fieldAt(text: string, at: number): string {
	for (const field of FIELDS) if (isElement(text, at, field)) return field;
	return "";
}

/** Behind that tag comes text of a field that belongs to others. */
function isProtectedText(field: string, { name }: Tag): boolean {
	return field === TEXTAREA && name !== null && isProtectedName(name);
}
