/** One GET of a client, and what became of it. */

import { type Agent, type IncomingMessage, request } from "node:http";
import { PUBLIC_HOST } from "../../scene.ts";
import { now } from "../clock.ts";
import { PAGE, REQUEST_TIMEOUT } from "../tuning.ts";

/** What a node's page said. */
export interface Page {
	/** `n1` or `n2`. */
	readonly node: string;
	/** Id of the session, without the name of the node that made it. */
	readonly session: string;
	/** How often this session was counted. */
	readonly count: number;
}

/**
 * `status`: anything but the page; `closed`: a kept connection ended before the first byte of a response, after which a browser repeats a GET by
 * itself; `cut`: the connection ended in any other way; `timeout`: it timed out at the client.
 */
export type Failure = "status" | "closed" | "cut" | "timeout";

export interface Sample {
	/** Number of the client; null for a newcomer. */
	readonly client: number | null;
	/** When it was sent. */
	readonly at: number;
	/** Milliseconds to its end, good or bad. */
	readonly took: number;
	readonly result: Page | Failure;
}

/** The cookies of one client. */
export type CookieJar = Map<string, string>;

export const isPage = (result: Page | Failure): result is Page => typeof result === "object";

/** Never rejects. The cookies of the response are put into `cookies`. */
export async function ask(port: number, client: number | null, agent: Agent | false, cookies: CookieJar): Promise<Sample> {
	const at = now();
	const result = await fetchPage(port, agent, cookies);
	return { client, at, took: now() - at, result };
}

function fetchPage(port: number, agent: Agent | false, cookies: CookieJar): Promise<Page | Failure> {
	const ended = Promise.withResolvers<Page | Failure>();
	const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
	const headers = { Host: PUBLIC_HOST, ...(cookie === "" ? {} : { Cookie: cookie }) };
	const outgoing = request({ host: "127.0.0.1", port, path: PAGE, agent, headers });
	const timer = setTimeout(() => {
		ended.resolve("timeout");
		outgoing.destroy();
	}, REQUEST_TIMEOUT);
	const end = (result: Page | Failure): void => {
		clearTimeout(timer);
		ended.resolve(result);
	};
	outgoing.once("error", () => end(outgoing.reusedSocket ? "closed" : "cut"));
	outgoing.once("response", (response) => {
		keepCookies(response, cookies);
		let body = "";
		response.setEncoding("utf8").on("data", (text: string) => {
			body += text;
		});
		response.once("error", () => end("cut"));
		response.once("end", () => end(response.statusCode === 200 ? readPage(body) : "status"));
	});
	outgoing.end();
	return ended.promise;
}

function keepCookies(response: IncomingMessage, cookies: CookieJar): void {
	for (const text of response.headers["set-cookie"] ?? []) {
		const [, name, value] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
		if (name !== undefined && value !== undefined) cookies.set(name, value);
	}
}

function readPage(body: string): Page | Failure {
	try {
		const { node, session, count } = JSON.parse(body) as { node: string; session: string; count: number };
		return { node, session: session.split(".")[0] ?? "", count };
	} catch {
		return "status";
	}
}
