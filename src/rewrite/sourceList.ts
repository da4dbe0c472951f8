import type { MapUrl } from "./refresh.ts";

const TOKEN = /[^\t\n\f\r ;,]+/g;
const ORIGIN = /^(?:http|ws)s?:\/\/[^/]*/i;
const SOCKET = /^ws/i;

/**
 * A Content-Security-Policy with the URLs in it changed, all else byte for byte: sources with a scheme, and paths, which only `report-uri` has. A
 * source without a path stays one: it means all of that origin, and with a path no more than that path (CSP level 3, section 6.7.2.8).
 */
export function mapSources(value: string, map: MapUrl): string {
	return value.includes("/") ? value.replaceAll(TOKEN, (token) => (token.startsWith("/") ? map(token) : mapSource(token, map))) : value;
}

function mapSource(source: string, map: MapUrl): string {
	const [origin] = ORIGIN.exec(source) ?? [];
	if (origin === undefined) return source;
	const isSocket = SOCKET.test(source);
	const url = isSocket ? source.replace(SOCKET, "http") : source;
	const mapped = map(url);
	if (mapped === url) return source;
	const wanted = origin === source ? (ORIGIN.exec(mapped)?.[0] ?? mapped) : mapped;
	return isSocket ? wanted.replace(/^http/, "ws") : wanted;
}
