import { trimBlanks } from "./cookie.ts";

/**
 * Whether an Accept value (RFC 9110 section 12.5.1) asks for HTML rather than JSON: `text/html` is named, with a higher weight than
 * `application/json` and no lower one than the wildcards that cover JSON. Browsers name it; API clients and command lines send JSON's name,
 * a wildcard or nothing.
 */
export function prefersHtml(accept: string | undefined): boolean {
	if (accept === undefined) return false;
	let html = 0;
	let json = 0;
	let wildcard = 0;
	for (const range of accept.split(",")) {
		const semicolon = range.indexOf(";");
		const type = trimBlanks(range, 0, semicolon === -1 ? range.length : semicolon).toLowerCase();
		if (type === "text/html") html = Math.max(html, weightOf(range));
		else if (type === "application/json" || type.endsWith("+json")) json = Math.max(json, weightOf(range));
		else if (type === "*/*" || type === "application/*") wildcard = Math.max(wildcard, weightOf(range));
	}
	return html > 0 && html > json && html >= wildcard;
}

/** The `q` parameter, 1 if there is none, 0 if it is no number from 0 to 1. */
function weightOf(range: string): number {
	const [, ...parameters] = range.split(";");
	for (const parameter of parameters) {
		const text = trimBlanks(parameter, 0, parameter.length);
		if (!text.startsWith("q=") && !text.startsWith("Q=")) continue;
		const weight = Number(text.slice(2));
		return weight >= 0 && weight <= 1 ? weight : 0;
	}
	return 1;
}
