import type { Scope } from "../../harness/deadline.ts";
import type { RawResponse } from "../../harness/message.ts";
import type { LogLine, Portico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";

/** Fast enough for a test, slow enough for a busy machine. */
export const QUICK = { interval: "100ms", fastInterval: "50ms", downInterval: "100ms", timeout: "1s" };

/** What every configuration here has in common. */
export const COMMON = {
	public: "http://sso.example.com",
	listeners: [{ address: "127.0.0.1:0" }],
	accessLog: { path: "-", format: "json" },
	workers: 1,
};

/** The event of the control log about a member, for the `nth` time, counted from 1. */
export async function told(portico: Portico, event: string, member: string, nth = 1): Promise<LogLine> {
	const find = () => portico.log.filter((line) => line.msg === event && line.member === member)[nth - 1];
	return portico.child.until(find, `"${event}" of ${member}, number ${nth}`, 20_000);
}

/** One request on a connection of its own. */
export async function get(scope: Scope, portico: Portico, path: string, cookie = "", localAddress = "127.0.0.1"): Promise<RawResponse> {
	const fields = ["Host: sso.example.com", ...(cookie === "" ? [] : [`Cookie: ${cookie}`]), "Connection: close"];
	return exchange(scope, portico.port, [`GET ${path} HTTP/1.1`, ...fields, "", ""].join("\r\n"), { localAddress });
}

/** So many requests, one after the other; what the access log says of them. The path must be used for nothing else. */
export async function logOf(scope: Scope, portico: Portico, path: string, count: number): Promise<LogLine[]> {
	for (let i = 0; i < count; i++) await get(scope, portico, path);
	const find = (): LogLine[] | undefined => {
		const lines = portico.log.filter((line) => "request_id" in line && line.path === path);
		return lines.length >= count ? lines : undefined;
	};
	return portico.child.until(find, `${count} lines about ${path}`);
}

/** How often each member got a request. */
export function shares(lines: readonly LogLine[]): Readonly<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const { member } of lines) counts[String(member)] = (counts[String(member)] ?? 0) + 1;
	return counts;
}
