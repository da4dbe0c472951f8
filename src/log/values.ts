/** The parts of a log line that more than one format needs, masked. */

import type { HeaderList } from "../http/headers.ts";
import { escapeLogItem } from "./escape.ts";
import { isSecretCookie, MASKED, type Mask, maskHeader, maskRequestLine, maskTarget } from "./mask.ts";
import type { ExchangeRecord } from "./record.ts";

const PROTOCOLS = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0"] as const;

/** As Apache's `%H`. */
export function protocol(record: ExchangeRecord): string {
	return PROTOCOLS[record.version] ?? "HTTP/1.1";
}

/** The request line as the client sent it, masked and escaped, as Apache's `%r`; `-` if none arrived. Hot path. */
export function requestLine(record: ExchangeRecord, mask: Mask): string {
	if (record.requestLine !== null) return escapeLogItem(maskRequestLine(record.requestLine, mask));
	if (record.method === "") return "-";
	return `${record.method} ${escapeLogItem(maskTarget(record.target, mask))} ${PROTOCOLS[record.version] ?? "HTTP/1.1"}`;
}

/** All values of a header joined by `, `; null if it was not sent. @param key lower-case name */
export function headerValue(headers: HeaderList | null, key: string, mask: Mask): string | null {
	const value = headers?.joined(key);
	return value === undefined ? null : maskHeader(key, value, mask);
}

/** The value of one cookie of the request (names in any case, as mod_log_config); null if it was not sent. */
export function cookieValue(headers: HeaderList | null, name: string): string | null {
	for (const pair of (headers?.all("cookie") ?? []).join(";").split(";")) {
		const equals = pair.indexOf("=");
		if (equals === -1 || pair.slice(0, equals).trim().toLowerCase() !== name.toLowerCase()) continue;
		return isSecretCookie(name) ? MASKED : pair.slice(equals + 1).trim();
	}
	return null;
}

/** Origin-form part of the target: scheme and authority of an absolute one left out. */
export function originForm(target: string): string {
	const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target);
	return scheme === null ? target : target.slice(scheme[0].length);
}

/** Host of `host:port` or `[v6]:port`, brackets kept as Apache does. */
export function hostOf(authority: string): string {
	return authority.replace(/:\d*$/, "");
}

/** Port the client asked for: the authority's or the scheme's. */
export function portOf(record: ExchangeRecord): string {
	const port = /:(\d+)$/.exec(record.authority)?.[1];
	return port ?? (record.scheme === "https" ? "443" : "80");
}

/** Name of the service; null if no route was found, or the route is the file's own. */
export function serviceName(record: ExchangeRecord): string | null {
	const colon = record.routeId.indexOf(":");
	if (record.routeId === "" || colon === 0) return null;
	return colon === -1 ? record.routeId : record.routeId.slice(0, colon);
}

/** Bytes of a head as HTTP/1.1 writes it, the empty line included. @param firstLine its length without CRLF */
function headBytes(firstLine: number, headers: HeaderList | null): number {
	let bytes = firstLine + 4;
	if (headers === null) return bytes;
	for (let i = 0; i < headers.length; i++) bytes += headers.nameAt(i).length + headers.valueAt(i).length + 4;
	return bytes;
}

/** Bytes of the request, head and body, without chunk framing and TLS: mod_logio's `%I` as near as can be told. */
export function bytesReceived(record: ExchangeRecord): number {
	if (record.requestLine !== null) return record.requestLine.length + record.bytesIn;
	if (record.method === "") return record.bytesIn;
	const firstLine = record.method.length + record.target.length + "  HTTP/1.1".length;
	return headBytes(firstLine, record.requestHeaders) + record.bytesIn;
}

/** Bytes of the response, as {@link bytesReceived}; the reason phrase is not known and not counted. */
export function bytesSent(record: ExchangeRecord): number {
	return headBytes("HTTP/1.1 200 ".length, record.responseHeaders) + record.bytesOut;
}
