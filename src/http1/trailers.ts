import { HeaderList } from "../http/headers.ts";
import { isHopByHop } from "../http/hopByHop.ts";
import { dashed, isSpoofable } from "../http/spoofable.ts";

/**
 * Fields that a trailer section must not carry, since a recipient might merge it into the head: framing, routing, request modifiers,
 * authentication, cookies and response control (RFC 9110 section 6.5.1). What a node would take as set by a proxy comes on top.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
	"host",
	"expect",
	"max-forwards",
	"cache-control",
	"pragma",
	"range",
	"accept",
	"accept-charset",
	"accept-encoding",
	"accept-language",
	"accept-ranges",
	"priority",
	"origin",
	"referer",
	"user-agent",
	"via",
	"authorization",
	"authentication-info",
	"www-authenticate",
	"apikey",
	"dpop",
	"cookie",
	"set-cookie",
	"age",
	"allow",
	"date",
	"destination",
	"expires",
	"last-modified",
	"link",
	"location",
	"refresh",
	"retry-after",
	"server",
	"strict-transport-security",
	"uri",
	"vary",
	"warning",
]);

const FORBIDDEN_FAMILIES = ["content-", "if-", "access-control-", "sec-", "proxy-"];

/** Whether a trailer may be relayed. `key` is in lower case; `_` counts as `-`, as it does for CGI-like recipients. */
export function isRelayableTrailer(key: string): boolean {
	const name = dashed(key);
	if (isHopByHop(name) || FORBIDDEN.has(name) || isSpoofable(name)) return false;
	return !FORBIDDEN_FAMILIES.some((family) => name.startsWith(family));
}

/** The trailers that may be relayed, or null if there are none. */
export function relayableTrailers(trailers: HeaderList): HeaderList | null {
	let kept: HeaderList | null = null;
	for (let i = 0; i < trailers.length; i++) {
		if (!isRelayableTrailer(trailers.keyAt(i))) continue;
		kept ??= new HeaderList();
		kept.put(trailers.fieldAt(i), trailers.valueAt(i));
	}
	return kept;
}

/** A Trailer field without the names that are not relayed; empty if none is left. */
export function relayableNames(value: string): string {
	return value
		.split(",")
		.map((name) => name.trim())
		.filter((name) => name !== "" && isRelayableTrailer(name.toLowerCase()))
		.join(", ");
}
