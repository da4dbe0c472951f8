/** Adds to a head what makes it an HTTP/1 message: the length of its body, and what becomes of the connection (RFC 9112 sections 6 and 9). */
import * as names from "../http/fieldNames.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead, type ResponseHead } from "../http/message.ts";

const EXPECT_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/**
 * RFC 9110 section 8.6: a Content-Length also if the method expects a body and there is none. There is no Connection field otherwise: HTTP/1.1
 * keeps the connection without it.
 *
 * @param upgrade lower-case protocol that the node is asked to switch to, or null
 */
export function frameRequest({ method, headers }: RequestHead, body: BodyLength, upgrade: string | null): void {
	if (body === BODY_CHUNKED) headers.put(names.TRANSFER_ENCODING, "chunked");
	else if (body > 0 || EXPECT_BODY.has(method)) headers.put(names.CONTENT_LENGTH, String(body));
	if (upgrade === null) return;
	headers.put(names.CONNECTION, "Upgrade");
	headers.put(names.UPGRADE, upgrade);
}

/** What decides how a response is framed, besides the response. */
export interface ResponseFrame {
	/** The method of the request. */
	readonly method: string;
	/** Of the client, as in {@link RequestHead.version}. */
	readonly version: number;
	/** The connection can serve another request after this response. */
	readonly keepAlive: boolean;
}

/** Whether a body of unknown length is sent in chunks; otherwise closing the connection ends it. */
export function isChunked(body: BodyLength, version: number): boolean {
	return body < 0 && version >= 1;
}

/**
 * Responses to HEAD and 304 keep the Content-Length that they came with: it describes what GET would bring (RFC 9110 section 8.6).
 *
 * @returns whether the connection stays open after the response
 */
export function frameResponse({ status, headers }: ResponseHead, body: BodyLength, { method, version, keepAlive }: ResponseFrame): boolean {
	const bodiless = method === "HEAD" || status === 304 || status === 204;
	if (!bodiless && body >= 0) headers.put(names.CONTENT_LENGTH, String(body));
	else if (!bodiless && isChunked(body, version)) headers.put(names.TRANSFER_ENCODING, "chunked");
	const kept = keepAlive && (bodiless || body >= 0 || version >= 1);
	if (!kept) headers.put(names.CONNECTION, "close");
	else if (version === 0) headers.put(names.CONNECTION, "keep-alive");
	return kept;
}

/** @param protocol that the node switched to, as it wrote it */
export function frameSwitch({ headers }: ResponseHead, protocol: string): void {
	headers.put(names.CONNECTION, "Upgrade");
	headers.put(names.UPGRADE, protocol);
}
