/**
 * How a servlet container reads a path. Routes are matched on this view, because Tomcat decides by it what to serve:
 * `;parameters` cut off, decoded once, `//` collapsed, dot segments resolved (Tomcat's CoyoteAdapter.postParseRequest).
 */
import type { PathRuleId } from "./pathRules.ts";
import { readCarefully } from "./readings.ts";

/**
 * The readings of one path, each a list of segments. A trailing slash is a last segment `""`, so `/` is `[""]`. For a plain path all
 * are the same array.
 */
export interface ServletView {
	/** Nothing in the path can be read in a second way. */
	readonly plain: boolean;
	/** The servlet view: encoded slashes and backslashes count as slashes. */
	readonly segments: readonly string[];
	/** As a container reads it that takes encoded slashes for data: they stay as sent inside their segment. */
	readonly opaque: readonly string[];
	/** As a server reads it that knows neither parameters nor encoded slashes. */
	readonly raw: readonly string[];
	/** As a chain of two servers reads it that both decode. */
	readonly twice: readonly string[];
	/** What is odd about the path; empty for nearly all. */
	readonly violations: readonly PathRuleId[];
}

const NONE: readonly PathRuleId[] = [];
const SLASH = 0x2f;
const DOT = 0x2e;

/** 1 for each character that means itself to every reader: RFC 3986 pchar without `%` and `;`. */
const PLAIN = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@") PLAIN[char.charCodeAt(0)] = 1;

/** `path` is the raw path of a request, beginning with `/`. Hot path: a plain path takes one scan and no decoding. */
export function servletView(path: string): ServletView {
	let segments: string[] | null = null;
	const length = path.length;
	let start = 1;
	for (let index = 1; index < length; index++) {
		const code = path.charCodeAt(index);
		if (code === SLASH) {
			if (index === start || (path.charCodeAt(start) === DOT && isDots(path, start, index))) return readCarefully(path);
			const segment = path.substring(start, index);
			// A list that begins with its first segment is half as dear as one that grows from nothing.
			if (segments === null) segments = [segment];
			else segments.push(segment);
			start = index + 1;
		} else if (PLAIN[code] !== 1) return readCarefully(path);
	}
	if (path.charCodeAt(start) === DOT && isDots(path, start, length)) return readCarefully(path);
	const last = path.substring(start);
	if (segments === null) segments = [last];
	else segments.push(last);
	return { plain: true, segments, opaque: segments, raw: segments, twice: segments, violations: NONE };
}

/** Whether it is `.` or `..`: it begins with a dot. */
function isDots(path: string, start: number, end: number): boolean {
	return end === start + 1 || (end === start + 2 && path.charCodeAt(start + 1) === DOT);
}
