import type { HeaderList } from "./headers.ts";
import type { BodyLength } from "./message.ts";

/**
 * Whether a response is a stream of server-sent events (WHATWG HTML, section "Server-sent events"): of media type `text/event-stream`, and without an end that is
 * known. Such a stream may be silent for as long as nothing happens.
 */
export function isEventStream(headers: HeaderList, body: BodyLength): boolean {
	if (body >= 0) return false;
	const type = headers.get("content-type");
	return type !== undefined && /^text\/event-stream[\t ]*(?:;|$)/i.test(type);
}
