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

/** As most senders spell them. */
const PERSISTENCE_ONLY: ReadonlySet<string> = new Set(["keep-alive", "close", "Keep-Alive", "Close"]);

/** Whether the field must not be relayed. `key` is in lower case. Fields named by Connection come on top. */
export function isHopByHop(key: string): boolean {
	return HOP_BY_HOP.has(key);
}

/**
 * The lower-case options of all Connection fields, or null when there are none beyond `close` and `keep-alive`: the usual case, for
 * which nothing is allocated.
 */
export function connectionOptions(headers: HeaderList): ReadonlySet<string> | null {
	const value = headers.connection;
	if (value === null || PERSISTENCE_ONLY.has(value)) return null;
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

/**
 * The lower-case first protocol of Upgrade if the client asked for it properly (RFC 9110 section 7.8), else null. h2c is never
 * switched to: such a request is served as if it had not asked.
 *
 * @param options of its Connection fields
 */
export function upgradeProtocol({ version, headers }: RequestHead, options: ReadonlySet<string>): string | null {
	if (version !== 1 || !options.has("upgrade")) return null;
	const [first = ""] = (headers.get("upgrade") ?? "").split(",", 1);
	const protocol = first.trim().toLowerCase();
	return protocol === "" || protocol === "h2c" ? null : protocol;
}
