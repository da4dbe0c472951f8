import { isBlank, skipBlanks } from "../http/cookie.ts";

/**
 * Iterates over the parts of a Cookie header, with the same reading as {@link parseCookieHeader}. One object
 * serves all parts, because this is the hot path and headers have many cookies.
 */
export class CookieParts {
	/** Empty for a part without `=`. */
	name = "";
	/** Offset of the part, including blanks before its name. */
	start = 0;
	/** Offset behind the name: what follows up to `end` begins with blanks or `=`. */
	nameEnd = 0;
	/** Offset behind the value, without blanks. */
	end = 0;
	/** Offset of the next part. */
	next = 0;
	readonly #header: string;
	/** The first equals sign at or behind `start`. Kept, so that parts without one cost no new search. */
	#equals = -1;

	constructor(header: string) {
		this.#header = header;
	}

	/** Goes to the next part; false when there is none. */
	advance(): boolean {
		const header = this.#header;
		const start = this.next;
		if (start >= header.length) return false;
		const semicolon = header.indexOf(";", start);
		let end = semicolon === -1 ? header.length : semicolon;
		this.start = start;
		this.next = end + 1;
		while (end > start && isBlank(header.charCodeAt(end - 1))) end--;
		this.end = end;
		if (this.#equals < start) {
			const equals = header.indexOf("=", start);
			this.#equals = equals === -1 ? header.length : equals;
		}
		const first = Math.min(skipBlanks(header, start), end);
		if (this.#equals >= end) {
			this.name = "";
			this.nameEnd = first;
			return true;
		}
		let nameEnd = this.#equals;
		while (nameEnd > first && isBlank(header.charCodeAt(nameEnd - 1))) nameEnd--;
		this.name = header.slice(first, nameEnd);
		this.nameEnd = nameEnd;
		return true;
	}
}
