/** What a response must be. Each expectation gives the difference in words, or null. */

import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";

export interface Reply {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

export type Expectation = (reply: Reply) => string | null;

/** The first difference that any of them finds. */
export function all(...expectations: readonly Expectation[]): Expectation {
	return (reply) => {
		for (const expectation of expectations) {
			const difference = expectation(reply);
			if (difference !== null) return difference;
		}
		return null;
	};
}

export function status(code: number): Expectation {
	return (reply) => (reply.status === code ? null : `status ${reply.status}, not ${code}`);
}

export function bodyLength(bytes: number): Expectation {
	return (reply) => (reply.body.length === bytes ? null : `${reply.body.length} bytes of body, not ${bytes}`);
}

/** The body as the client decodes it. */
export function body(expected: string | Buffer): Expectation {
	return (reply) => {
		const found = reply.headers["content-encoding"] === "gzip" ? gunzipSync(reply.body) : reply.body;
		const wanted = Buffer.from(expected);
		if (found.equals(wanted)) return null;
		const at = found.findIndex((byte, index) => byte !== wanted[index]);
		const shown = (text: Buffer): string => JSON.stringify(text.subarray(Math.max(0, at - 20), Math.max(0, at) + 60).toString("latin1"));
		return `body of ${found.length} bytes, not ${wanted.length}: ${shown(found)}, not ${shown(wanted)}`;
	};
}

export function coding(expected: "gzip" | undefined): Expectation {
	return (reply) => {
		const found = reply.headers["content-encoding"];
		return found === expected ? null : `content coding ${found ?? "none"}, not ${expected ?? "none"}`;
	};
}

export function field(name: string, expected: string | RegExp): Expectation {
	return (reply) => {
		const found = [reply.headers[name] ?? []].flat().join(", ");
		const isRight = typeof expected === "string" ? found === expected : expected.test(found);
		return isRight ? null : `${name} is ${found === "" ? "missing" : found.slice(0, 300)}, not ${expected}`;
	};
}

export function noField(name: string): Expectation {
	return (reply) => (reply.headers[name] === undefined ? null : `${name}: ${String(reply.headers[name])}, which should not be there`);
}
