import type { HeaderList } from "../http/headers.ts";

/** RFC 9110 section 15.1: statuses whose answers caches may keep without being told so; and 304, whose fields go into what is kept. */
const KEPT_UNTOLD: ReadonlySet<number> = new Set([200, 203, 204, 206, 300, 301, 304, 308, 404, 405, 410, 414, 501]);
const TELLS_TO_KEEP: ReadonlySet<string> = new Set(["public", "max-age", "s-maxage"]);

/**
 * Whether a shared cache may keep the answer (RFC 9111 section 3), so that one client's cookie in it would reach others. HAProxy's `nocache`
 * asks the same, but also trusts `no-cache` and `max-age=0`, with which an answer may be kept and used again once it is confirmed.
 */
export function mayBeShared(method: string, status: number, headers: HeaderList): boolean {
	if (method !== "GET" && method !== "HEAD") return false;
	const directives = (headers.joined("cache-control") ?? "").toLowerCase().split(/[\t ]*,[\t ]*/);
	// `private="field"` is about that field alone.
	if (directives.includes("private") || directives.includes("no-store")) return false;
	if (KEPT_UNTOLD.has(status)) return true;
	return headers.has("expires") || directives.some((directive) => TELLS_TO_KEEP.has(directive.replace(/=.*$/s, "")));
}
