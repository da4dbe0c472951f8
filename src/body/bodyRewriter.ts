import type { BodyKind } from "./bodyKind.ts";
import type { BodyUrlMap } from "./bodyUrlMap.ts";
import { FormFields } from "./formFields.ts";
import type { BasePath } from "./relative.ts";
import { Replacements } from "./replacements.ts";
import { BACKSLASH, ENTITY, ENTITY_HEX, HEX, isSlash, PERCENT, PERCENT_TWICE, PLAIN, type Spelling, UNICODE } from "./spelling.ts";
import { LOOK_BEHIND } from "./surroundings.ts";
import { FOUND, isHref, KEPT, MORE, NOTHING, UrlReader } from "./urlReader.ts";

/** What may follow a scheme's name, up to its slashes. */
const AFTER_SCHEME = String.raw`(?::(?:[/%&\\].{0,23})?|%(?:[23].{0,23})?|&(?:#.{0,23})?|\\(?:[ux].{0,23})?)`;
/** A chunk's end that may become part of a URL: the beginning of a scheme, with what follows it; dots; the beginning of an escape. */
const ESCAPE = String.raw`(?:\\(?:x2?|u(?:00?)?(?:002?)?)?|%(?:2(?:52?)?)?|&(?:#(?:x2?f?|47?)?)?)`;
const SCHEME = `(?:h(?:t(?:t(?:ps?${AFTER_SCHEME}?)?)?)?|w(?:ss?${AFTER_SCHEME}?)?)`;
const UNFINISHED = new RegExp(String.raw`(?:${SCHEME}|(?<=["'\`(=;},\s])\.{1,2}${ESCAPE}?|${ESCAPE})$`, "is");
/** As far as {@link UNFINISHED} can reach. */
const UNFINISHED_LENGTH = 40;

/** How what stands for a slash begins, see spelling.ts. */
const ESCAPES = ["%2", "&#", "\\u0", "\\x2"] as const;
/** What stands directly before the first slash of a URL or reference: few slashes of a page are left, and none of its end tags. */
const BEFORE_URL = new Uint8Array(128);
for (const character of "\"'`=(;}.:\\") BEFORE_URL[character.charCodeAt(0)] = 1;
/** In pages and style sheets blanks too, and in pages commas. */
const BEFORE_URL_IN_MARKUP = BEFORE_URL.slice();
for (const character of ", \t\n\r") BEFORE_URL_IN_MARKUP[character.charCodeAt(0)] = 1;
const SLASH = 0x2f;
const BACKSLASH_SIGN = 0x5c;
const COLON = 0x3a;
const DOT = 0x2e;
const NONE: Spelling = -1;
const NOTHING_KEPT = Buffer.alloc(0);
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Rewrites the URLs in one body, chunk by chunk. How the body is cut into chunks makes no difference, except for how early its bytes leave: only
 * what may be part of a URL waits for more, and never more than some KiB.
 *
 * Works on bytes as Latin-1 text, so every charset that agrees with ASCII is safe. Looks for slashes, in all their spellings, with `indexOf`:
 * every URL has one, and few slashes are in URLs; that is twice as fast as a regular expression and four times as fast as a loop (bench: 100 KiB).
 *
 * Lifetime: one body.
 */
export class BodyRewriter {
	/** How many URLs were replaced so far. */
	changes = 0;

	readonly #reader: UrlReader;
	readonly #replacements = new Replacements();
	/** See {@link BodyUrlMap.contextStarts}. */
	readonly #contextStarts: Uint8Array;
	readonly #beforeUrl: Uint8Array;
	/** The bytes that may have to be looked at again: some that have left, then those that wait. */
	#kept: Buffer = NOTHING_KEPT;
	/** How many of them have left. */
	#left = 0;
	#text = "";
	/** Of a page. */
	readonly #fields: FormFields | null;
	/** Where the next of {@link ESCAPES} is, by kind. */
	readonly #next: number[] = ESCAPES.map(() => 0);

	/** @param base where relative references in it start from, if that is known */
	constructor(urls: BodyUrlMap, kind: BodyKind, base: BasePath | null) {
		this.#contextStarts = urls.contextStarts;
		this.#beforeUrl = kind === "html" || kind === "css" ? BEFORE_URL_IN_MARKUP : BEFORE_URL;
		this.#fields = kind === "html" ? new FormFields() : null;
		this.#reader = new UrlReader(urls, kind, base, this.#fields);
	}

	/** What can leave now: the chunk itself where nothing changes, null for nothing. `chunk` is only looked at during the call. */
	push(chunk: Buffer): Buffer | null {
		const kept = this.#kept;
		const left = this.#left;
		const source = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
		const hold = this.#read(source.toString("latin1"), false);
		const out = this.#replacements.take(source, left, hold);
		this.#keep(source, hold);
		if (out !== null || hold === left) return out;
		if (left !== kept.length) return source.subarray(left, hold);
		return hold === source.length ? chunk : chunk.subarray(0, hold - left);
	}

	/** The rest, or null. */
	end(): Buffer | null {
		const source = this.#kept;
		const left = this.#left;
		const hold = this.#read(source.toString("latin1"), true);
		return this.#replacements.take(source, left, hold) ?? (hold === left ? null : source.subarray(left, hold));
	}

	/** Bytes that were taken and have not left. */
	get waiting(): number {
		return this.#kept.length - this.#left;
	}

	/** Notes what changes. @returns where what has to wait begins */
	#read(text: string, final: boolean): number {
		const reader = this.#reader;
		this.#text = text;
		this.#next.fill(-1);
		this.#fields?.begin(text);
		/** Up to here all is decided. */
		let decided = this.#left;
		let hold = text.length;
		let at = this.#slashFrom(decided);
		while (at !== NEVER) {
			const spelling = spellingAt(text, at);
			const reading = spelling === NONE ? NOTHING : reader.read(text, spelling === BACKSLASH ? at - 1 : at, spelling, final);
			if (reading === MORE) {
				hold = reader.start;
				break;
			}
			// One that begins in the end of another's path belongs to it.
			if (reading === FOUND && reader.start >= decided) {
				this.#replacements.add(reader.start, reader.end, reader.replacement);
				this.changes++;
				decided = reader.end;
			} else if (reading === KEPT) decided = Math.max(decided, reader.end);
			at = this.#slashFrom(Math.max(decided, at + 1));
		}
		this.#text = "";
		return final ? hold : Math.max(decided, Math.min(hold, unfinishedAt(text)));
	}

	/** The first slash at `from` or after it that may belong to a URL, in any spelling. */
	#slashFrom(from: number): number {
		const text = this.#text;
		const escape = this.#escapeFrom(from);
		for (let at = text.indexOf("/", from); at !== -1 && at < escape; at = text.indexOf("/", at + 1)) {
			if (this.#mayBegin(text, at)) return at;
		}
		return escape;
	}

	/** Leaves out most of the slashes at which {@link UrlReader} would find nothing, by the characters around them. */
	#mayBegin(text: string, at: number): boolean {
		const before = text.charCodeAt(at - 1);
		if (!(before < 128) || this.#beforeUrl[before] === 0) return false;
		const next = text.charCodeAt(at + 1);
		if (next === SLASH || Number.isNaN(next) || before === BACKSLASH_SIGN) return true;
		if (before === COLON) return false;
		if (before === DOT) return text.charCodeAt(at - 2) === DOT;
		return this.#contextStarts[next] === 1 || isHref(text, at);
	}

	/** Each kind of escape is searched for once and remembered until it has been passed. */
	#escapeFrom(from: number): number {
		let first = NEVER;
		for (let kind = 0; kind < ESCAPES.length; kind++) {
			let at = this.#next[kind] as number;
			if (at < from) {
				at = this.#text.indexOf(ESCAPES[kind] as string, from);
				if (at === -1) at = NEVER;
				this.#next[kind] = at;
			}
			if (at < first) first = at;
		}
		return first;
	}

	/** All before `hold` has left. */
	#keep(source: Buffer, hold: number): void {
		let from = Math.max(0, hold - LOOK_BEHIND);
		if (this.#fields !== null && from > 0) from = this.#fields.keepFrom(from);
		// A copy: the chunk is its owner's again.
		this.#kept = Buffer.from(source.subarray(from));
		this.#left = hold - from;
	}
}

function spellingAt(text: string, at: number): Spelling {
	switch (text.charCodeAt(at)) {
		case 0x2f:
			return text.charCodeAt(at - 1) === 0x5c ? BACKSLASH : PLAIN;
		case 0x25:
			return isSlash(text, at, PERCENT) ? PERCENT : isSlash(text, at, PERCENT_TWICE) ? PERCENT_TWICE : NONE;
		case 0x26:
			return isSlash(text, at, ENTITY_HEX) ? ENTITY_HEX : isSlash(text, at, ENTITY) ? ENTITY : NONE;
		default:
			return isSlash(text, at, UNICODE) ? UNICODE : isSlash(text, at, HEX) ? HEX : NONE;
	}
}

/** Where the end of a text begins that may be part of a URL, or its length. */
function unfinishedAt(text: string): number {
	const from = Math.max(0, text.length - UNFINISHED_LENGTH);
	const at = text.slice(from).search(UNFINISHED);
	return at === -1 ? text.length : from + at;
}
