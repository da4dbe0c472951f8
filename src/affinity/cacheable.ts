import { isBlank, skipBlanks } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";

const COMMA = 0x2c;
const EQUALS = 0x3d;

/** RFC 9110 section 15.1: statuses whose responses caches may keep without being told so; and 304, whose fields go into what is kept. */
const KEPT_UNTOLD: ReadonlySet<number> = new Set([200, 203, 204, 206, 300, 301, 304, 308, 404, 405, 410, 414, 501]);
const TELLS_TO_KEEP = ["public", "max-age", "s-maxage"];

/**
 * Whether a shared cache may keep the response (RFC 9111 section 3), which would give one client's cookie to
 * others. HAProxy's `nocache` also trusts `no-cache` and `max-age=0`; with these a cache may keep the response
 * and use it again after it has been validated. Hot path.
 */
export function mayBeShared(method: string, status: number, headers: HeaderList): boolean {
	if (method !== "GET" && method !== "HEAD") return false;
	const directives = headers.joined("cache-control")?.toLowerCase() ?? "";
	// `private="field"` is about that field alone.
	if (hasDirective(directives, "private", false) || hasDirective(directives, "no-store", false)) return false;
	if (KEPT_UNTOLD.has(status)) return true;
	if (headers.has("expires")) return true;
	for (const name of TELLS_TO_KEEP) if (hasDirective(directives, name, true)) return true;
	return false;
}

/** @param mayHaveValue `name=value` counts too */
function hasDirective(directives: string, name: string, mayHaveValue: boolean): boolean {
	for (let at = directives.indexOf(name); at !== -1; at = directives.indexOf(name, at + 1)) {
		const end = at + name.length;
		const isNamed = mayHaveValue && directives.charCodeAt(end) === EQUALS;
		if (startsDirective(directives, at) && (isNamed || endsDirective(directives, end))) return true;
	}
	return false;
}

function startsDirective(directives: string, at: number): boolean {
	let before = at - 1;
	while (before >= 0 && isBlank(directives.charCodeAt(before))) before--;
	return before < 0 || directives.charCodeAt(before) === COMMA;
}

function endsDirective(directives: string, at: number): boolean {
	const next = skipBlanks(directives, at);
	return next === directives.length || directives.charCodeAt(next) === COMMA;
}
