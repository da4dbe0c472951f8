/**
 * One request to a proxy under test, on a connection of its own, and a browser that keeps the cookies it
 * gets.
 */

import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { CookieJar } from "../estate/cookieJar.ts";
import type { Target } from "./load/load.ts";
import type { Reply } from "./rows/expect.ts";
import type { RequestSpec } from "./rows/row.ts";
import { PUBLIC_HOST, PUBLIC_ORIGIN } from "./scene.ts";

/**
 * Rejects where no whole response comes in time. Without an agent the connection is for this request alone.
 */
export function ask(target: Target, spec: RequestSpec, agent: Agent | false = false): Promise<Reply> {
	const body = Buffer.from(spec.body ?? "");
	const options = {
		host: "127.0.0.1",
		port: target.port,
		path: spec.path,
		method: spec.method,
		agent,
		timeout: 10_000,
		headers: {
			Host: PUBLIC_HOST,
			...spec.headers,
			...(target.cookies === "" ? {} : { Cookie: target.cookies }),
			...(spec.method === "POST" ? { "Content-Length": body.length } : {}),
		},
	} as const;
	return new Promise((resolve, reject) => {
		const onResponse = (response: IncomingMessage): void => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
			response.once("error", reject);
		};
		const request = target.tls
			? httpsRequest({ ...options, rejectUnauthorized: false, servername: PUBLIC_HOST }, onResponse)
			: httpRequest(options, onResponse);
		request.once("timeout", () => request.destroy(new Error("no response in 10 s")));
		request.once("error", reject);
		request.end(body);
	});
}

/** Goes where a browser goes before the row's request; gives its Cookie field for that request, or "". */
export async function collectCookies(target: Target, spec: RequestSpec): Promise<string> {
	const jar = new CookieJar();
	for (const path of spec.visits ?? []) {
		const url = `${PUBLIC_ORIGIN}${path}`;
		const reply = await ask({ ...target, cookies: jar.headerFor(url) }, { method: "GET", path });
		if (reply.status >= 400) throw new Error(`${path} is answered with ${reply.status}`);
		jar.store(url, reply.headers["set-cookie"] ?? []);
	}
	return jar.headerFor(`${PUBLIC_ORIGIN}${spec.path}`);
}
