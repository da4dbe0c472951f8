import { isBlank, skipBlanks } from "../http/cookie.ts";

/**
 * Goes through the parts of a Cookie header, read as {@link parseCookieHeader} reads it. One object for all of a header, as cookies are many and this is the hot
 * path.
 */
export class CookieParts {
	/** Empty for a part without `=`. */
	name = "";
	/** Where the part begins, blanks before the name included. */
	start = 0;
	/** What follows the name, from its blanks and `=` on, lies between these two; blanks at the end are left out. */
	nameEnd = 0;
	end = 0;
	/** Where the next part begins. */
	next = 0;
	readonly #header: string;
	/** The first equals sign that is not before the part; looked for once, however many parts have none. */
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
