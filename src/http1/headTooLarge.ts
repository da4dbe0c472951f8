/** Why a request's head exceeds the limit: usually because of cookies, which accumulate unnoticed. */
import { PorticoError } from "../errors.ts";
import { type CookiePair, parseCookieHeader } from "../http/cookie.ts";

/**
 * Names the largest cookie, never its value, if cookies make up most of the head.
 *
 * @param head what has arrived, one character an octet; the last line may be cut off
 * @param limit in bytes
 */
export function headTooLarge(head: string, limit: number): PorticoError {
	const lines = head.split("\r\n").flatMap((line) => (/^cookie:/i.test(line) ? line.slice("cookie:".length) : []));
	const cookies = lines.reduce((sum, line) => sum + line.length, 0);
	if (cookies <= limit / 2) return new PorticoError("request_header_section_size", { detail: "head-bytes" });
	let largest: CookiePair = { name: "", value: "" };
	for (const pair of lines.flatMap(parseCookieHeader)) if (sizeOf(pair) > sizeOf(largest)) largest = pair;
	const name = largest.name === "" ? "one without a name" : largest.name.slice(0, 64);
	const publicDetail = `The cookies have at least ${cookies} bytes. The largest is ${name} with ${sizeOf(largest)} bytes. The limit for all headers is ${limit} bytes.`;
	return new PorticoError("request_header_section_size", { detail: `head-bytes ${name} ${sizeOf(largest)}`, publicDetail });
}

/** With its equals sign. */
function sizeOf({ name, value }: CookiePair): number {
	return name.length + value.length + 1;
}
