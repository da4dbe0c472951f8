/** Reads one URL or reference out of the text of a body, in whatever way it is spelled there. */
import type { BodyKind } from "./bodyKind.ts";
import type { BodyUrlMap } from "./bodyUrlMap.ts";
import { isInElementOfJson } from "./foreignElement.ts";
import { endOfForeign, isParameter } from "./foreignUrl.ts";
import { type FormFields, FREE, UNKNOWN } from "./formFields.ts";
import { isOwnPath } from "./ownPath.ts";
import { type BasePath, relativeReference } from "./relative.ts";
import {
	BACKSLASH,
	colonAt,
	colonBefore,
	isSlash,
	leadOf,
	mayBecomeSlash,
	PERCENT,
	PERCENT_TWICE,
	PLAIN,
	type Spelling,
	slashLength,
} from "./spelling.ts";
import { isJoinedToSetting, isProtectedValue, isReferenceStart, isSchemeStart } from "./surroundings.ts";
import { UrlAttributes } from "./urlAttributes.ts";

/** What {@link UrlReader.read} found at a slash. */
export type Reading = number;
/** Nothing to change. */
export const NOTHING = 0;
/** A URL to be replaced. */
export const FOUND = 1;
/** The text ends too early to tell. */
export const MORE = 2;
/** One that stays as it is, and is not looked into. */
export const KEPT = 3;

/** An authority or a path longer than this is cut: what decides stands at its beginning. In characters as written. */
const MAX_AUTHORITY = 1024;
const MAX_PATH = 4096;

/** Characters that end a path here: what decides is its beginning, and no other URL may begin within it. */
const PATH_END = new Uint8Array(256);
for (let code = 0; code <= 0x20; code++) PATH_END[code] = 1;
for (const character of "\"'`<>?#&(){}[]|,;*^$=:@%\\\x7f") PATH_END[character.charCodeAt(0)] = 1;

/** What may follow an authority that is ours. Anything else, such as `@` or a longer name, makes it a foreign one. */
const AFTER_AUTHORITY = new Uint8Array(256);
for (const character of "\"'`<>?#&(){}]|,;*^$!+=\\/ \t\n\v\f\r\xa0") AFTER_AUTHORITY[character.charCodeAt(0)] = 1;
const AFTER_ENCODED = /%(?:25)?(?:2[0-46-9a-cf]|3[bc-f]|[57][bd]|7c|0[9ad]|5c)/iy;
const FOREIGN_ENTITY = /&(?:#0*64|#x0*40|commat|#0*58|#x0*3a|colon)|\\(?:x40|u0040|x3a|u003a)/iy;
const LONGEST_ENTITY = 8;
/** An IPv6 address in brackets. */
const LONGEST_ADDRESS = 48;
const EQUALS = 0x3d;
const BRACKET = 0x5b;
const AMPERSAND = 0x26;
const BACKSLASH_SIGN = 0x5c;
const LETTER_F = 0x66;
const LETTER_S = 0x73;
const LETTER_W = 0x77;
const TO_LOWER = 0x20;

/** Lifetime: one body. */
export class UrlReader {
	/** Of the last FOUND: what it replaces, and with what. Of the last MORE: where it may begin. Of the last KEPT: its end. */
	start = 0;
	end = 0;
	replacement = "";

	readonly #urls: BodyUrlMap;
	readonly #kind: BodyKind;
	/** Where relative references start from; null when that is not known. */
	#base: BasePath | null;
	readonly #fields: FormFields | null;
	readonly #attributes: UrlAttributes | null;

	/** @param fields of a page: they see the same text */
	constructor(urls: BodyUrlMap, kind: BodyKind, base: BasePath | null, fields: FormFields | null) {
		this.#urls = urls;
		this.#kind = kind;
		this.#base = kind === "html" || kind === "css" ? base : null;
		this.#fields = fields;
		this.#attributes = fields === null ? null : new UrlAttributes(fields);
	}

	/** @param at where a slash in this spelling begins  @param final the text is complete */
	read(text: string, at: number, spelling: Spelling, final: boolean): Reading {
		const next = at + slashLength(spelling);
		this.start = at;
		if (isSlash(text, next, spelling)) return this.#readUrl(text, at, spelling, final);
		if (!final && (next === text.length || mayBecomeSlash(text, next, spelling))) return this.#waitAt(text, at, spelling);
		if (spelling === PERCENT || spelling === PERCENT_TWICE || !this.#urls.mapsPaths) return NOTHING;
		return this.#readReference(text, at, spelling, final);
	}

	/** The slash may be the first of two: then a scheme before it belongs to the URL. */
	#waitAt(text: string, at: number, spelling: Spelling): Reading {
		this.start = schemeStart(text, at, spelling);
		if (this.start === -1) this.start = dotsStart(text, at);
		return MORE;
	}

	#readUrl(text: string, at: number, spelling: Spelling, final: boolean): Reading {
		const scheme = schemeStart(text, at, spelling);
		const isOther = scheme === -1 && endsScheme(text, at, spelling);
		if (scheme === -1 && !isOther) {
			if (spelling === PERCENT || spelling === PERCENT_TWICE || !this.#isReferenceStart(text, at)) return NOTHING;
		}
		const from = at + 2 * slashLength(spelling);
		const authorityEnd = endOfAuthority(text, from, spelling);
		this.start = scheme === -1 ? at : scheme;
		if (authorityEnd === from && from < text.length) return !final && isOpenAddress(text, from) ? MORE : NOTHING;
		if (!final && authorityEnd + LONGEST_ENTITY > text.length) return MORE;
		if (isOther || !endsAuthority(text, authorityEnd, spelling)) return this.#passForeign(text, authorityEnd, spelling, final);
		this.#noticeBase(text, this.start);
		const origin = plainOrigin(text, scheme, at, authorityEnd, spelling);
		if (!this.#urls.names(origin)) return this.#passForeign(text, authorityEnd, spelling, final);
		const pathEnd = endOfPath(text, authorityEnd, spelling, final);
		if (pathEnd === -1) return MORE;
		const path = plainPath(text, authorityEnd, pathEnd, spelling);
		const mapped = this.#urls.url(origin, path);
		this.end = pathEnd;
		if (mapped === origin + path || isProtectedValue(text, this.start)) return KEPT;
		return this.#replace(text, spell(mapped, text, at, scheme, spelling), final);
	}

	/** What it holds of ours, as in a parameter, is its own. */
	#passForeign(text: string, authorityEnd: number, spelling: Spelling, final: boolean): Reading {
		this.end = endOfForeign(text, authorityEnd, spelling, isParameter(text, this.start), final);
		return this.end === -1 ? MORE : KEPT;
	}

	#replace(text: string, replacement: string, final: boolean): Reading {
		const field = this.#fields?.at(this.start, final) ?? FREE;
		if (field !== FREE) return field === UNKNOWN ? MORE : KEPT;
		if (this.#kind === "json" && isInElementOfJson(text, this.start)) return KEPT;
		this.replacement = replacement;
		return FOUND;
	}

	#readReference(text: string, at: number, spelling: Spelling, final: boolean): Reading {
		const dots = dotsStart(text, at);
		if (dots !== at && this.#base === null) return NOTHING;
		if (!this.#isReferenceStart(text, dots)) return NOTHING;
		this.start = dots;
		const pathEnd = endOfPath(text, at, spelling, final);
		if (pathEnd === -1) return MORE;
		this.#noticeBase(text, dots);
		const path = plainPath(text, at, pathEnd, spelling);
		const mapped = dots === at ? this.#urls.path(path) : this.#relative(`..${path}`);
		if (mapped === "" || mapped === path || isProtectedValue(text, dots)) return NOTHING;
		if (this.#urls.isWhole && dots === at && !isOwnPath(text, at, pathEnd, path, this.#kind)) return NOTHING;
		this.end = pathEnd;
		return this.#replace(text, spell(mapped, text, at, -1, spelling), final);
	}

	#isReferenceStart(text: string, at: number): boolean {
		if (isReferenceStart(text, at, this.#kind)) return !this.#urls.prefixesOrigins || !isJoinedToSetting(text, at);
		return this.#attributes?.isUrlStart(text, at) === true;
	}

	#relative(reference: string): string {
		return this.#base === null ? "" : relativeReference(reference, this.#base, this.#urls);
	}

	/** `<base href>` moves relative references to where we do not follow. */
	#noticeBase(text: string, at: number): void {
		if (this.#base === null || this.#fields === null || !isHref(text, at)) return;
		const tag = this.#fields.tagBefore(at);
		if (/^<base\s/i.test(text.slice(tag, tag + 6))) this.#base = null;
	}
}

/** ` href=` ends before `at`, with a quote or without. */
export function isHref(text: string, at: number): boolean {
	const code = text.charCodeAt(at - 1);
	if (code === EQUALS) return (text.charCodeAt(at - 2) | 0x20) === LETTER_F;
	return text.charCodeAt(at - 2) === EQUALS && (text.charCodeAt(at - 3) | 0x20) === LETTER_F;
}

/** Where the `http:`, `https:`, `ws:` or `wss:` before the slash at `at` begins; -1 if there is none. */
function schemeStart(text: string, at: number, spelling: Spelling): number {
	const colon = colonBefore(text, at, spelling);
	if (colon === 0) return -1;
	const end = at - colon;
	const name = (text.charCodeAt(end - 1) | TO_LOWER) === LETTER_S ? 5 : 4;
	const start = end >= name && isHttp(text, end - name) ? end - name : socketStart(text, end);
	return start !== -1 && isSchemeStart(text, start) ? start : -1;
}

/** Where the `ws` or `wss` before `end` begins, or -1. */
function socketStart(text: string, end: number): number {
	if ((text.charCodeAt(end - 1) | TO_LOWER) !== LETTER_S) return -1;
	const start = (text.charCodeAt(end - 2) | TO_LOWER) === LETTER_S ? end - 3 : end - 2;
	return isSocket(text, start) ? start : -1;
}

function isSocket(text: string, scheme: number): boolean {
	return (text.charCodeAt(scheme) | TO_LOWER) === LETTER_W;
}

function isHttp(text: string, at: number): boolean {
	return text.startsWith("http", at) || text.slice(at, at + 4).toLowerCase() === "http";
}

/** A scheme that is none of ours ends before `at`: `app:`. */
function endsScheme(text: string, at: number, spelling: Spelling): boolean {
	const colon = colonBefore(text, at, spelling);
	return colon > 0 && isHostCharacter(text.charCodeAt(at - colon - 1));
}

/** Where `../` begins whose slash is at `at`; `at` itself if there are no dots. One step up; what follows may go further. */
function dotsStart(text: string, at: number): number {
	return text.charCodeAt(at - 1) === 0x2e && text.charCodeAt(at - 2) === 0x2e ? at - 2 : at;
}

/** The text ends within what may be an address in brackets. */
function isOpenAddress(text: string, at: number): boolean {
	return text.charCodeAt(at) === BRACKET && text.length - at < LONGEST_ADDRESS;
}

function endOfAuthority(text: string, from: number, spelling: Spelling): number {
	const limit = Math.min(text.length, from + MAX_AUTHORITY);
	let index = from;
	if (text.charCodeAt(index) === BRACKET) {
		const close = text.slice(index, index + LONGEST_ADDRESS).indexOf("]");
		if (close !== -1) index += close + 1;
	}
	while (index < limit) {
		const code = text.charCodeAt(index);
		if (isHostCharacter(code)) index++;
		// A dash as some JSP encoders write it in scripts.
		else if (code === 0x5c && spelling === BACKSLASH && text.charCodeAt(index + 1) === 0x2d) index += 2;
		else break;
	}
	const colon = colonAt(text, index, spelling);
	if (colon === 0) return index;
	let digits = index + colon;
	while (digits < limit && isDigit(text.charCodeAt(digits))) digits++;
	return digits === index + colon && digits < text.length ? index : digits;
}

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}

function isHostCharacter(code: number): boolean {
	return (
		isDigit(code) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x2e || code === 0x2d || code === 0x5f
	);
}

function endsAuthority(text: string, at: number, spelling: Spelling): boolean {
	if (at >= text.length) return true;
	if ((spelling === PERCENT || spelling === PERCENT_TWICE) && text.charCodeAt(at) === 0x25) {
		AFTER_ENCODED.lastIndex = at;
		return AFTER_ENCODED.test(text);
	}
	const code = text.charCodeAt(at);
	if (AFTER_AUTHORITY[code] === 0) return false;
	if (code !== AMPERSAND && code !== BACKSLASH_SIGN) return true;
	FOREIGN_ENTITY.lastIndex = at;
	return !FOREIGN_ENTITY.test(text);
}

/** -1: the text ends within the path. */
function endOfPath(text: string, from: number, spelling: Spelling, final: boolean): number {
	const lead = leadOf(spelling);
	const slash = slashLength(spelling);
	const limit = Math.min(text.length, from + MAX_PATH);
	let index = from;
	while (index < limit) {
		const code = text.charCodeAt(index);
		if (code === lead) {
			if (isSlash(text, index, spelling)) {
				index += slash;
				continue;
			}
			return !final && mayBecomeSlash(text, index, spelling) ? -1 : index;
		}
		if (code < 256 && PATH_END[code] === 1) return index;
		index++;
	}
	return final || index - from >= MAX_PATH ? Math.min(index, text.length) : -1;
}

/** `https://host:port`, whatever it was spelled like, for `wss:` too: where one leads the other does (RFC 6455 section 3). */
function plainOrigin(text: string, scheme: number, at: number, end: number, spelling: Spelling): string {
	if (spelling === PLAIN && (scheme === -1 || text.startsWith("http:", scheme) || text.startsWith("https:", scheme))) {
		return text.slice(scheme === -1 ? at : scheme, end);
	}
	const from = at + 2 * slashLength(spelling);
	let authority = text.slice(from, end);
	if (spelling === BACKSLASH) authority = authority.replaceAll("\\-", "-");
	else if (spelling !== PLAIN) authority = authority.replace(/(?:%(?:25)?3a|&#x3a;|&#58;|\\u003a|\\x3a)(?=\d*$)/i, ":");
	if (scheme === -1) return `//${authority}`;
	const last = scheme + (isSocket(text, scheme) ? 2 : 4);
	return `${(text.charCodeAt(last) | TO_LOWER) === LETTER_S ? "https" : "http"}://${authority}`;
}

function plainPath(text: string, from: number, end: number, spelling: Spelling): string {
	const path = text.slice(from, end);
	if (spelling === PLAIN) return path;
	const slash = slashLength(spelling);
	let plain = "";
	let copied = 0;
	const lead = leadOf(spelling);
	for (let index = 0; index < path.length; index++) {
		if (path.charCodeAt(index) !== lead || !isSlash(path, index, spelling)) continue;
		plain += `${path.slice(copied, index)}/`;
		index += slash - 1;
		copied = index + 1;
	}
	return plain + path.slice(copied);
}

/** In the spelling that was found: its own slash at `at`, its own colon before it. */
function spell(url: string, text: string, at: number, scheme: number, spelling: Spelling): string {
	const plain = scheme !== -1 && isSocket(text, scheme) ? url.replace(/^http/, "ws") : url;
	if (spelling === PLAIN) return plain;
	const slash = text.slice(at, at + slashLength(spelling));
	const colon = scheme === -1 ? ":" : text.slice(at - colonBefore(text, at, spelling), at);
	const spelled = plain.replaceAll("/", slash);
	return colon === ":" ? spelled : spelled.replaceAll(":", colon);
}
