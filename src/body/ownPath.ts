/**
 * Whether a string that begins with a slash is a path of the node, where no product tells which paths it has: an application under a prefix. What
 * stands around the string decides. Data that a page sends back, or that a script compares, must stay as it is.
 */
import type { BodyKind } from "./bodyKind.ts";
import { nameBefore } from "./surroundings.ts";

/** Keys of JSON, and attributes of XML, whose values are URLs: `href`, `start_url`, `authorizationEndpoint`. */
const URL_KEY = /(?:ur[il]|href|links?|location|src|action|endpoint|redirect|scope)s?$/i;
/** Attributes of pages that are URLs, where `/` alone is one. */
const URL_ATTRIBUTES: ReadonlySet<string> = new Set([
	...["href", "src", "action", "formaction", "data", "poster", "background", "cite", "manifest"],
]);
/** Attributes of pages that are text. */
const TEXT_ATTRIBUTES: ReadonlySet<string> = new Set(["alt", "class", "id", "label", "name", "pattern", "placeholder", "title", "value"]);

/** What may follow a path within or behind its string: anything else makes it an expression or a text. */
const AFTER = ends("\"'`?#\\&%:;*$");
const AFTER_IN_MARKUP = ends("\"'`?#\\&%:;*$), \t\n\f\r>");

/** @param start of the string @param end of its path @param path as it is meant, from its slash on */
export function isOwnPath(text: string, start: number, end: number, path: string, kind: BodyKind): boolean {
	const next = text.charCodeAt(end);
	const after = kind === "html" || kind === "css" ? AFTER_IN_MARKUP : AFTER;
	if (end < text.length && (next > 127 || after[next] === 0)) return false;
	switch (kind) {
		case "css":
			return true;
		case "script":
			return path.length > 1;
		case "html": {
			const name = nameBefore(text, start);
			return path.length > 1 ? !TEXT_ATTRIBUTES.has(name) : URL_ATTRIBUTES.has(name);
		}
		case "json":
		case "xml":
			return URL_KEY.test(nameBefore(text, start));
	}
}

function ends(characters: string): Uint8Array {
	const table = new Uint8Array(128);
	for (const character of characters) table[character.charCodeAt(0)] = 1;
	return table;
}
