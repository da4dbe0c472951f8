import type { HeaderList } from "./headers.ts";

/**
 * Whether a response without a length is a stream of server-sent events (WHATWG HTML, section "Server-sent events"): its media type is
 * `text/event-stream`. Such a stream may be silent for as long as nothing happens.
 */
export function isEventStream(headers: HeaderList): boolean {
	const type = headers.get("content-type");
	return type !== undefined && /^text\/event-stream[\t ]*(?:;|$)/i.test(type);
}
