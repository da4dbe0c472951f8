/** The formats of access logs. Apache's LogFormat strings (mod_log_config) are parsed once into small functions, one for each stretch of a line. */

import { DIRECTIVES, type Part } from "./directives.ts";
import { DIRECTIVE_TEXTS } from "./directiveTexts.ts";
import { escapeLogItem } from "./escape.ts";
import { jsonLine } from "./json.ts";
import { compileMask, type Mask, maskSecrets } from "./mask.ts";
import type { ExchangeRecord } from "./record.ts";
import { localClfTime } from "./time.ts";
import { requestLine } from "./values.ts";

/** Writes an exchange as one line, without newline. Hot path. */
export type FormatLine = (record: ExchangeRecord) => string;

/**
 * Makes the writer of a format.
 *
 * @param format `combined`, `common`, `json` or an Apache LogFormat string
 * @param mask lower-case names of the query parameters whose values are replaced by `***`
 * @throws Error naming the directive and its position if a LogFormat string is not understood
 */
export function compileFormat(format: string, mask: readonly string[]): FormatLine {
	const masks = compileMask(mask);
	if (format === "combined") return combinedFormat(masks);
	if (format === "common") return commonFormat(masks);
	if (format === "json") return (record) => jsonLine(record, masks);
	const parts = parseLogFormat(format, masks);
	return (record) => {
		let line = "";
		for (const part of parts) line += part(record);
		return line;
	};
}

/** `%h %l %u %t "%r" %>s %b` */
function commonFormat(mask: Mask): FormatLine {
	return (record) => {
		const time = localClfTime(record.startWall);
		const bytes = record.bytesOut === 0 ? "-" : record.bytesOut;
		return `${record.clientAddress || "-"} - ${record.user === "" ? "-" : escapeLogItem(record.user)} ${time} "${requestLine(record, mask)}" ${record.status} ${bytes}`;
	};
}

/** common, then `"%{Referer}i" "%{User-Agent}i"` */
function combinedFormat(mask: Mask): FormatLine {
	const common = commonFormat(mask);
	return (record) => `${common(record)} "${urlHeader(record, "referer", mask)}" "${urlHeader(record, "user-agent", mask)}"`;
}

function urlHeader(record: ExchangeRecord, key: string, mask: Mask): string {
	const value = record.requestHeaders?.joined(key);
	return value === undefined ? "-" : escapeLogItem(maskSecrets(value, mask));
}

/** What may stand between `%` and the letter, apart from `<` and `>`: those choose between a request and its internal redirects, of which Portico has none. */
interface Modifiers {
	argument: string;
	statuses: number[];
	negated: boolean;
}

/**
 * Parses a LogFormat string.
 *
 * @returns the parts whose texts make up a line
 * @throws Error naming the directive and its position (1 = first character) if it is unknown or unfinished
 */
function parseLogFormat(format: string, mask: Mask): Part[] {
	const parts: Part[] = [];
	let position = 0;
	while (position < format.length) {
		if (format.charAt(position) === "%") {
			position = parseDirective(format, position, mask, parts);
			continue;
		}
		const next = format.indexOf("%", position);
		const end = next === -1 ? format.length : next;
		const text = unescapeText(format.slice(position, end));
		parts.push(() => text);
		position = end;
	}
	return parts;
}

/** `\"` and `\\` are what Apache's configuration syntax adds, the others LogFormat itself. */
function unescapeText(text: string): string {
	const plain: Record<string, string> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };
	return text.replace(/\\([nrt"\\])/g, (_, letter: string) => plain[letter] ?? letter);
}

/** @returns the position behind the directive */
function parseDirective(format: string, start: number, mask: Mask, parts: Part[]): number {
	const modifiers: Modifiers = { argument: "", statuses: [], negated: false };
	const at = parseModifiers(format, start, modifiers);
	const letter = format.charAt(at) === "^" ? format.slice(at, at + 3) : format.charAt(at);
	const end = at + letter.length;
	const directive = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
	if (letter === "") throw problem(start, format.slice(start), "is unfinished");
	if (directive === undefined) throw problem(start, format.slice(start, end), `is not known${nearestLetter(letter)}`);
	try {
		parts.push(onlyFor(modifiers, directive(modifiers.argument, mask)));
	} catch (error) {
		throw problem(start, format.slice(start, end), error instanceof Error ? error.message : String(error));
	}
	return end;
}

/** The same letter in the other case, which is the usual slip. */
function nearestLetter(letter: string): string {
	const other = Object.keys(DIRECTIVES).find((each) => each.toLowerCase() === letter.toLowerCase());
	return other === undefined
		? `; known are ${Object.keys(DIRECTIVES).join(" ")}`
		: `: did you mean %${other} (${DIRECTIVE_TEXTS[other]?.text ?? ""})?`;
}

function parseModifiers(format: string, start: number, into: Modifiers): number {
	let at = start + 1;
	for (; at < format.length; at++) {
		const char = format.charAt(at);
		if (char === "{") {
			const close = format.indexOf("}", at);
			if (close === -1) throw problem(start, format.slice(start), "has no closing brace");
			into.argument = format.slice(at + 1, close);
			at = close;
		} else if (char >= "0" && char <= "9") {
			const digits = /\d+/y;
			digits.lastIndex = at;
			const status = digits.exec(format)?.[0] ?? char;
			into.statuses.push(Number(status));
			at += status.length - 1;
		} else if (char === "!") into.negated = !into.negated;
		else if (char !== "<" && char !== ">" && char !== ",") break;
	}
	return at;
}

function onlyFor(modifiers: Modifiers, part: Part): Part {
	const { statuses, negated } = modifiers;
	if (statuses.length === 0) return part;
	return (record) => (statuses.includes(record.status) === negated ? "-" : part(record));
}

function problem(start: number, directive: string, what: string): Error {
	return new Error(`access log format, character ${start + 1}: ${directive} ${what}`);
}
