/**
 * The slow side of servletView.ts: paths with escapes, parameters, empty or dot segments. It names what is odd and reads the path
 * in each way that a server may, so that the router can insist that all of them lead to the same route.
 */
import type { PathRuleId } from "./pathRules.ts";
import { decode, hasEscape, isOverlong, isUtf8 } from "./percent.ts";
import type { ServletView } from "./servletView.ts";

/** The `%` of an escaped `/`, `\`, `;` or `%`: decoding these changes the structure of a path. */
const STRUCTURAL = /%(?=2f|5c|3b|25)/gi;
/** A dot segment wherever a reader may see the borders of a segment; parameters count as segments of their own. */
const DOT_SEGMENT = /(?:^|[/\\;])\.\.?(?:$|[/\\;])/;
const NUL = /%00|\0/;
const CONTROL = /%[01][0-9a-f]|%7f|[\0-\x1f\x7f]/i;
const BAD_ENCODING = /%(?![0-9a-f]{2})|[^\0-\x7f]/i;

/** `path` is a raw path. Linear in its length. */
export function readCarefully(path: string): ServletView {
	const stripped = withoutParameters(path);
	const decoded = decode(path);
	const nested = hasEscape(decoded);
	const decodedTwice = nested ? decode(decoded) : decoded;
	const late = withoutParameters(decoded.replaceAll("\\", "/"));
	return {
		plain: false,
		segments: toSegments(decode(stripped).replaceAll("\\", "/")),
		opaque: toSegments(decode(stripped.replace(STRUCTURAL, "%25"))),
		raw: toSegments(decode(path.replace(STRUCTURAL, "%25"))),
		twice: toSegments(decode(late).replaceAll("\\", "/")),
		violations: [...findViolations(path, stripped, decoded, decodedTwice)],
	};
}

/** A parameter ends at the next literal slash: containers cut it off before they decode. */
function withoutParameters(path: string): string {
	return path.replace(/;[^/]*/g, "");
}

/** The arguments are the path as sent, without parameters, decoded once (parameters and all) and decoded twice. */
function* findViolations(path: string, stripped: string, decoded: string, decodedTwice: string): Generator<PathRuleId> {
	const nested = hasEscape(decoded);
	if (DOT_SEGMENT.test(path)) yield "path.dot-segment";
	else if (DOT_SEGMENT.test(decoded) || DOT_SEGMENT.test(decodedTwice)) yield "path.encoded-dot";
	if (isOverlong(path) || isOverlong(decoded)) yield "path.overlong-utf8";
	else if (!isUtf8(path)) yield "path.invalid-utf8";
	if (NUL.test(path) || NUL.test(decoded)) yield "path.nul";
	else if (CONTROL.test(path) || CONTROL.test(decoded)) yield "path.control";
	if (BAD_ENCODING.test(path)) yield "path.invalid-encoding";
	if (path.includes("\\")) yield "path.backslash";
	if ((nested && decodedTwice.includes(";")) || (path.includes(";") && /%3b/i.test(path))) yield "path.nested-parameter";
	if (nested) yield "path.double-encoding";
	if (/%5c/i.test(path)) yield "path.encoded-backslash";
	if (/%2f/i.test(path)) yield "path.encoded-slash";
	if (/%3b/i.test(path)) yield "path.encoded-parameter";
	if (stripped.includes("//")) yield "path.empty-segment";
	if (path.includes(";")) yield "path.parameter";
}

/** Splits, collapses empty segments and resolves dots; a `..` above the root stays there. A trailing slash leaves a last `""`. */
function toSegments(text: string): string[] {
	const parts = text.split("/");
	const segments: string[] = [];
	for (const part of parts) {
		if (part === "..") segments.pop();
		else if (part !== "." && part !== "") segments.push(part);
	}
	const last = parts.at(-1);
	if (last === "" || last === "." || last === "..") segments.push("");
	return segments;
}
