/** Where in the attributes of a page a URL begins that nothing but blanks, a comma or a semicolon stands before. */
import type { FormFields } from "./formFields.ts";
import { LOOK_BEHIND } from "./surroundings.ts";
import { type Attribute, isBlank, readTag } from "./tagReader.ts";

/** Attributes that hold one URL; blanks around it do not count (HTML, section 2.4.1). */
const ONE_URL: ReadonlySet<string> = new Set([
	...["href", "src", "action", "formaction", "data", "poster", "background", "cite", "manifest"],
]);
/** Attributes that hold a list: URLs, each with a descriptor, and commas between them (HTML, section 4.8.4.2.1). */
const LISTS: ReadonlySet<string> = new Set(["srcset", "imagesrcset"]);
const DESCRIBED = /[\t\n\f\r ][\d.]{1,8}[wxh][\t\n\f\r ]{0,4},$/;
/** `<meta http-equiv="refresh" content="0; url = /x">` (HTML, "shared declarative refresh steps"). */
const REFRESH = /^\s{0,8}\d{1,6}(?:\.\d{0,6})?\s{0,8}[;,]\s{0,8}(?:url\s{0,8}=\s{0,8})?$/i;
const LONGEST_REFRESH = 64;

const COMMA = 0x2c;
const SEMICOLON = 0x3b;

const NONE: readonly Attribute[] = [];

/** The attributes of one page, asked about from its beginning to its end. Lifetime: one body. */
export class UrlAttributes {
	readonly #fields: Pick<FormFields, "tagBefore">;
	#text = "";
	/** The tag that was read last, and its attributes. */
	#tag = -1;
	#attributes: readonly Attribute[] = NONE;

	/** @param fields see the same text */
	constructor(fields: Pick<FormFields, "tagBefore">) {
		this.#fields = fields;
	}

	/** Whether a URL may begin at `at`, which never goes back within a text. */
	isUrlStart(text: string, at: number): boolean {
		const code = text.charCodeAt(at - 1);
		if (!isBlank(code) && code !== COMMA && code !== SEMICOLON) return false;
		const attribute = this.#around(text, at);
		if (attribute === undefined) return false;
		const { name, from } = attribute;
		if (ONE_URL.has(name)) return lastSign(text, from, at) === -1;
		if (LISTS.has(name)) return beginsCandidate(text, from, at);
		return name === "content" && at - from < LONGEST_REFRESH && REFRESH.test(text.slice(from, at));
	}

	/** The attribute whose value `at` is in. */
	#around(text: string, at: number): Attribute | undefined {
		const tag = this.#fields.tagBefore(at);
		if (tag === -1 || at - tag > LOOK_BEHIND || !isLetter(text.charCodeAt(tag + 1))) return undefined;
		if (tag !== this.#tag || text !== this.#text) {
			const attributes: Attribute[] = [];
			readTag(text, tag + 1, 0, Math.min(text.length, tag + LOOK_BEHIND), attributes);
			this.#text = text;
			this.#tag = tag;
			this.#attributes = attributes;
		}
		return this.#attributes.find(({ from, to }) => from <= at && at <= to);
	}
}

/** A candidate of a list: the first one, or one behind a comma that ends another. */
function beginsCandidate(text: string, from: number, at: number): boolean {
	const last = lastSign(text, from, at);
	if (last === -1) return true;
	if (text.charCodeAt(last) !== COMMA) return false;
	return last < at - 1 || DESCRIBED.test(text.slice(Math.max(from, at - 16), at));
}

/** Where the last character in between is that is no blank; -1 for none. */
function lastSign(text: string, from: number, at: number): number {
	let index = at - 1;
	while (index >= from && isBlank(text.charCodeAt(index))) index--;
	return index >= from ? index : -1;
}

function isLetter(code: number): boolean {
	return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}
