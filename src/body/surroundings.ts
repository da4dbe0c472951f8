/**
 * What stands before a URL and decides whether it is one, and ours to change. All of it looks back a bounded way, so that the response does not
 * depend on how a body was cut into chunks. Written with loops where it is asked at every reference: expressions that end in `$` are ten times slower.
 */
import type { BodyKind } from "./bodyKind.ts";

/** Longest look back, in bytes: what a caller has to keep before a place that is asked about. */
export const LOOK_BEHIND = 1024;
/** For what stands directly before a URL. */
const NEAR = 64;
/** For the beginning of a list of values. */
const LIST_REACH = 1024;

/**
 * Names whose values belong to others, or are compared as they are: the issuer that clients check against signed tokens, audiences, SAML and
 * WS-Federation messages, what a relying party gave for itself (`state`, RelayState), callbacks, which are compared with the registered ones letter by letter
 * (RFC 6749 section 3.1.2.3; a redirect to one is mapped when it comes), and names of XML namespaces, which lead nowhere.
 */
const PROTECTED: ReadonlySet<string> = new Set([
	...["iss", "aud", "audience", "audiences", "recipient", "recipients", "state", "nonce", "relaystate"],
	...["redirect_uri", "redirect_uris", "post_logout_redirect_uri", "post_logout_redirect_uris"],
	...["samlresponse", "samlrequest", "samlart", "wresult", "wctx", "wtrealm"],
	...["xmlns", "targetnamespace", "namespace"],
]);
const ISSUER_ELEMENT = /^<(?:[\w.-]+:)?(?:issuer|audience)(?:\s[^<>]*)?>\s*$/i;
/** Of its tag, with namespaces and format. */
const LONGEST_ISSUER = 512;

/** Before a colon and a prefix, which may be anything. */
const XMLNS = "xmlns";

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKTICK = 0x60;
const EQUALS = 0x3d;
const COLON = 0x3a;
const PARENTHESIS = 0x28;
const CLOSING = 0x29;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const BRACE = 0x7d;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const PLUS = 0x2b;
const OPEN_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const GREATER = 0x3e;
const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The value that begins at `start` has a protected name: a key, a parameter of a query, an element. */
export function isProtectedValue(text: string, start: number): boolean {
	const name = nameBefore(text, start);
	if (name !== "") return isProtectedName(name);
	return text.charCodeAt(beforeBlanks(text, start) - 1) === GREATER && isInIssuer(text, start);
}

function isInIssuer(text: string, start: number): boolean {
	const before = text.slice(Math.max(0, start - LONGEST_ISSUER), start);
	const tag = before.lastIndexOf("<");
	return tag !== -1 && ISSUER_ELEMENT.test(before.slice(tag));
}

const ISSUER = /(?:issuer|entityid)s?$/;

/** @param name in lower case */
export function isProtectedName(name: string): boolean {
	return PROTECTED.has(name) || ISSUER.test(name);
}

/** `"name": "`, `name='`, `&name=`, `%26name%3D` before `start`: the name in lower case, or empty. */
export function nameBefore(text: string, start: number): string {
	const quote = beforeQuote(text, start);
	const before = beforeBlanks(text, quote);
	let end = beforeSeparator(text, quote === start ? before : beforeList(text, before));
	if (end === -1) return "";
	end = beforeQuote(text, beforeBlanks(text, end));
	const least = Math.max(0, end - NEAR);
	let from = end;
	while (from > least && isNameCharacter(text.charCodeAt(from - 1))) from--;
	let name = text.slice(from, end).toLowerCase();
	if (text.charCodeAt(from - 1) === COLON && text.slice(Math.max(0, from - 6), from - 1).toLowerCase() === XMLNS) return XMLNS;
	if (text.charCodeAt(from - 1) === PERCENT) name = name.replace(/^(?:25)?(?:26|3f)/, "");
	const dot = name.lastIndexOf(".");
	return dot === -1 ? name : name.slice(dot + 1);
}

/** Where the list of texts begins that `end` is in: `"aud": ["a", "b"]`. `end` itself outside of lists, or too far in. */
function beforeList(text: string, end: number): number {
	const last = text.charCodeAt(end - 1);
	if (last !== COMMA && last !== OPEN_BRACKET) return end;
	const least = Math.max(0, end - LIST_REACH);
	for (let at = end - 1; at >= least; at--) {
		const code = text.charCodeAt(at);
		if (code === OPEN_BRACKET) return beforeBlanks(text, at);
		if (code === CLOSING_BRACKET || code === OPEN_BRACE || code === BRACE) return end;
	}
	return end;
}

/** -1: no `:` or `=`, however it is written, ends before `end`. */
function beforeSeparator(text: string, end: number): number {
	const code = text.charCodeAt(end - 1);
	if (code === EQUALS || code === COLON) return end - 1;
	if (code !== 0x44 && code !== 0x64 && code !== SEMICOLON) return -1;
	const escape = /(?:%(?:25)?3d|&#x3d;|&#61;|\\x3d|\\u003d)$/i.exec(text.slice(Math.max(0, end - 6), end));
	return escape === null ? -1 : end - escape[0].length;
}

function beforeQuote(text: string, end: number): number {
	const code = text.charCodeAt(end - 1);
	if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE || code === BACKTICK) {
		return text.charCodeAt(end - 2) === BACKSLASH ? end - 2 : end - 1;
	}
	if (code !== SEMICOLON) return end;
	const entity = QUOTE_ENTITY.exec(text.slice(Math.max(0, end - 8), end));
	return entity === null ? end : end - entity[0].length;
}

function beforeBlanks(text: string, end: number): number {
	const least = Math.max(0, end - NEAR);
	let at = end;
	while (at > least && text.charCodeAt(at - 1) <= 0x20) at--;
	return at;
}

export function isNameCharacter(code: number): boolean {
	return isWordCharacter(code) || code === 0x2e || code === 0x2d;
}

function isWordCharacter(code: number): boolean {
	return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

/** Hexadecimal digits of an escape (`%3D`, `\x22`, `\u0022`) or a letter of one (`\n`) may stand directly before a scheme. */
const ESCAPE_BEFORE = /(?:%[\da-f]{2}|\\x[\da-f]{2}|\\u[\da-f]{4}|\\[nrt])$/i;

/** What goes on in a path or a longer scheme (RFC 3986 sections 3.1, 3.3): in how it ends, and whole. */
const GOES_ON_END = new Uint8Array(128);
for (const character of "/-.~!+fF;") GOES_ON_END[character.charCodeAt(0)] = 1;
const GOES_ON = /(?:[/.~!+-]|%(?:25)?2f|\\x2f|\\u002f|&#(?:x2f|47);)$/i;

/** No longer scheme and no path begins before `start`. */
export function isSchemeStart(text: string, start: number): boolean {
	const code = start === 0 ? 0 : text.charCodeAt(start - 1);
	if (code < 128 && GOES_ON_END[code] === 1 && GOES_ON.test(text.slice(Math.max(0, start - 6), start))) return false;
	return !isWordCharacter(code) || ESCAPE_BEFORE.test(text.slice(Math.max(0, start - 6), start));
}

const QUOTE_ENTITY = /&(?:quot|apos|#0?3[49]|#x2[27]);$/i;
/** Attributes whose unquoted value is a URL, and the one of `<meta http-equiv="refresh">`. */
const URL_ATTRIBUTE = /(?:\s(?:href|src|action|formaction|data|poster|background|cite|manifest)|url)\s*=$/i;
const CSS_URL = /url\(\s*$/i;
/** What is an origin and nothing more, joined with a path. */
const ORIGIN_JOINED = /(?:origin|host|context_?path)(?:\(\))?\s*(?:\+|,|\.concat\()\s*$/i;
/** What joins an origin that has a name of its own, `config.serverOrigin + "`, and not the page's: `location.origin`. */
const NAMED_ORIGIN = /([\w$.]{1,60}(?:origin|host))(?:\(\))?(?:\s*(?:\+|,|\.concat\()\s*["'`]|\})$/i;
const PAGE_ORIGIN = /(?:^|\blocation\.)(?:origin|host)$/i;
const CONCAT = ".concat(";
/** How far before a string the call may begin whose argument it is. */
const CONCAT_REACH = 256;
const ORIGIN_IN_TEMPLATE = /\$\{[\w$.[\]]*(?:origin|host)(?:\(\))?\}$/i;

/**
 * Whether a reference without an origin (`/commonauth`) may begin at `at`: at the beginning of a string, of an attribute that holds a URL, of
 * `url(…)`. Not in the middle of a URL, in what a form sends back (`value="…"`), in a JSON key, or joined to a path that a script has already.
 */
export function isReferenceStart(text: string, at: number, kind: BodyKind): boolean {
	switch (text.charCodeAt(at - 1)) {
		case DOUBLE_QUOTE:
		case SINGLE_QUOTE:
			return isStringStart(text, at - 1, kind);
		case BACKTICK:
			return (kind === "script" || kind === "html") && isStringStart(text, at - 1, kind);
		case EQUALS:
			return kind === "html" && URL_ATTRIBUTE.test(near(text, at));
		case PARENTHESIS:
			return (kind === "css" || kind === "html") && CSS_URL.test(near(text, at));
		case SEMICOLON:
			return kind === "html" && QUOTE_ENTITY.test(near(text, at));
		case SPACE:
		case TAB:
		case LINE_FEED:
		case CARRIAGE_RETURN:
			return (kind === "css" || kind === "html") && isInCssUrl(text, at);
		case BRACE:
			return (kind === "script" || kind === "html") && ORIGIN_IN_TEMPLATE.test(near(text, at));
		default:
			return false;
	}
}

/** Whether the reference at `at` is joined to an origin that comes from the product's settings. */
export function isJoinedToSetting(text: string, at: number): boolean {
	const name = NAMED_ORIGIN.exec(near(text, at))?.[1];
	return name !== undefined && !PAGE_ORIGIN.test(name);
}

/** Blanks may stand behind `url(`. */
function isInCssUrl(text: string, at: number): boolean {
	const end = beforeBlanks(text, at);
	return text.charCodeAt(end - 1) === PARENTHESIS && CSS_URL.test(near(text, end));
}

function isStringStart(text: string, quote: number, kind: BodyKind): boolean {
	if (kind === "json") return isJsonValue(text, quote);
	const end = beforeBlanks(text, quote);
	const code = text.charCodeAt(end - 1);
	if (code === EQUALS) return kind !== "html" || !isValueAttribute(text, end - 1);
	const isJoined = code === PLUS || ((code === COMMA || code === PARENTHESIS) && isConcatenated(text, end - 1));
	return !isJoined || ORIGIN_JOINED.test(near(text, quote));
}

/** A value, not a key: it follows a colon or is in a list. Also in a document that is a string of another one (`\\"`). */
function isJsonValue(text: string, quote: number): boolean {
	const end = beforeBlanks(text, text.charCodeAt(quote - 1) === BACKSLASH ? quote - 1 : quote);
	const code = text.charCodeAt(end - 1);
	if (code !== COMMA) return code === COLON || code === OPEN_BRACKET;
	const list = beforeList(text, end);
	const before = list === end ? -1 : text.charCodeAt(list - 1);
	return before === COLON || before === COMMA || before === OPEN_BRACKET || list === 0;
}

/**
 * A string after `at`, a comma or an opening parenthesis, is joined to another one: `"".concat(base, "/path")` is what compilers make of template
 * strings.
 */
function isConcatenated(text: string, at: number): boolean {
	const before = text.slice(Math.max(0, at + 1 - CONCAT_REACH), at + 1);
	const call = before.lastIndexOf(CONCAT);
	if (call === -1) return false;
	const first = call + CONCAT.length;
	if (first === before.length) return !/(?:""|'')$/.test(before.slice(Math.max(0, call - 2), call));
	let depth = 0;
	for (let index = first; index < before.length - 1; index++) {
		const code = before.charCodeAt(index);
		if (code === PARENTHESIS) depth++;
		else if (code === CLOSING && --depth < 0) return false;
	}
	return depth === 0 && text.charCodeAt(at) === COMMA;
}

/** ` value` ends before `end`. */
function isValueAttribute(text: string, equals: number): boolean {
	const end = beforeBlanks(text, equals);
	return text.charCodeAt(end - 6) <= 0x20 && text.slice(end - 5, end).toLowerCase() === "value";
}

function near(text: string, at: number): string {
	return text.slice(Math.max(0, at - NEAR), at);
}
