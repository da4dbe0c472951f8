import type { HeaderList } from "./headers.ts";
import type { RequestHead } from "./message.ts";

/**
 * Fields that concern one connection only (RFC 9110 section 7.6.1, RFC 2616 section 13.5.1) and the ones that clients still send as
 * such. `Trailer` announces trailers, which every hop decides about anew.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
	"connection",
	"keep-alive",
	"proxy-connection",
	"proxy-authenticate",
	"proxy-authorization",
	"proxy-authentication-info",
	"te",
	"trailer",
	"trailers",
	"transfer-encoding",
	"upgrade",
	"http2-settings",
]);

/** Whether the field must not be relayed. `key` is in lower case. Fields named by Connection come on top. */
export function isHopByHop(key: string): boolean {
	return HOP_BY_HOP.has(key);
}

/**
 * The lower-case options of all Connection fields, or null when there are none beyond `close` and `keep-alive`: the usual case, for
 * which nothing is allocated.
 */
export function connectionOptions(headers: HeaderList): ReadonlySet<string> | null {
	const value = headers.joined("connection");
	if (value === undefined || isPersistenceOnly(value)) return null;
	const options = new Set<string>();
	let beyond = false;
	for (const part of value.split(",")) {
		const option = part.trim().toLowerCase();
		if (option === "") continue;
		options.add(option);
		if (option !== "close" && option !== "keep-alive") beyond = true;
	}
	return beyond ? options : null;
}

/** The lower-case first protocol of Upgrade if the client asked for it properly (RFC 9110 section 7.8), else null. */
export function upgradeProtocol(head: RequestHead): string | null {
	if (head.version !== 1) return null;
	const value = head.headers.get("upgrade");
	if (value === undefined || !connectionOptions(head.headers)?.has("upgrade")) return null;
	const [first = ""] = value.split(",", 1);
	const protocol = first.trim().toLowerCase();
	return protocol === "" ? null : protocol;
}

function isPersistenceOnly(value: string): boolean {
	return value === "keep-alive" || value === "close" || value === "Keep-Alive" || value === "Close";
}
