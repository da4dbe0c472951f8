import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setInterval as ticks } from "node:timers/promises";
import type { NodeContext } from "./nodeContext.ts";

export interface ApiCall {
	readonly node: NodeContext;
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	/** Path after the API's version, raw: "/menu". */
	readonly resource: string;
	readonly query: URLSearchParams;
	/** null for the super tenant. */
	readonly tenant: string | null;
}

export interface Api {
	readonly name: string;
	readonly context: string;
	readonly version: string;
	/** Calls need a Bearer token. */
	readonly secured: boolean;
	readonly handle: (call: ApiCall) => Promise<void>;
}

/** What is published on every gateway, for the super tenant and below `/t/{tenant}` for each other one. */
export const APIS: readonly Api[] = [
	{ name: "PizzaShackAPI", context: "/pizzashack", version: "1.0.0", secured: true, handle: pizzaShack },
	{ name: "EchoAPI", context: "/echo", version: "1.0.0", secured: false, handle: echo },
	{ name: "FilesAPI", context: "/files", version: "1.0.0", secured: false, handle: files },
	{ name: "StreamAPI", context: "/stream", version: "1.0.0", secured: false, handle: stream },
	{ name: "WebhookAPI", context: "/webhook", version: "1.0.0", secured: false, handle: subscribe },
];

/** Synapse answers for such an API on its plain port as if it were not there. */
export function isHttpsOnly({ switches }: NodeContext, api: Api): boolean {
	return switches.httpsOnly && api === APIS[0];
}

const MENU = [
	{ name: "BBQ Chicken Bacon", price: "29.99" },
	{ name: "Spicy Italian", price: "12.99" },
	{ name: "Garden Fresh", price: "23.99" },
];

async function pizzaShack(call: ApiCall): Promise<void> {
	if (call.resource === "/menu") return json(call.response, 200, MENU);
	if (call.resource === "/order" && call.request.method === "POST") {
		return json(call.response, 201, { orderId: "1", order: JSON.parse((await readAll(call.request)).toString() || "{}") as unknown });
	}
	return json(call.response, 404, {
		code: "404",
		type: "Status report",
		message: "Runtime Error",
		description: "No matching resource found for given API Request",
	});
}

/** Tells what reached this node. */
async function echo(call: ApiCall): Promise<void> {
	const body = await readAll(call.request);
	json(call.response, Number(call.query.get("status") ?? 200), {
		node: call.node.name,
		tenant: call.tenant,
		method: call.request.method,
		target: call.request.url,
		version: call.request.httpVersion,
		headers: call.request.rawHeaders,
		trailers: call.request.rawTrailers,
		bodyBytes: body.length,
		body: body.length <= 65_536 ? body.toString("latin1") : null,
		sha256: createHash("sha256").update(body).digest("hex"),
	});
}

/** `/bytes?n=…[&len=1]` sends n bytes, chunked unless `len`; `/upload` counts and hashes what it gets. */
async function files(call: ApiCall): Promise<void> {
	if (call.resource.startsWith("/bytes")) return sendBytes(call.response, Number(call.query.get("n") ?? 0), call.query.has("len"));
	const hash = createHash("sha256");
	const bytes = await hashAll(call.request, hash);
	json(call.response, 200, { bytes, sha256: hash.digest("hex") });
}

const BLOCK = Buffer.alloc(16_384, "0123456789abcdef");

async function sendBytes(response: ServerResponse, count: number, withLength: boolean): Promise<void> {
	response.setHeader("Content-Type", "application/octet-stream");
	if (withLength) response.setHeader("Content-Length", String(count));
	response.writeHead(200, "");
	const blocks = function* (): Generator<Buffer> {
		for (let left = count; left > 0; left -= BLOCK.length) yield left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left);
	};
	await pipeline(Readable.from(blocks()), response);
}

/** `/events?count=…&every=…`: server-sent events, `every` milliseconds apart (default 1000), without end unless `count`. */
async function stream(call: ApiCall): Promise<void> {
	const { response, query } = call;
	const count = Number(query.get("count") ?? Number.POSITIVE_INFINITY);
	response.setHeader("Content-Type", "text/event-stream");
	response.setHeader("Cache-Control", "no-cache");
	response.writeHead(200, "");
	let sent = 0;
	const send = (): void => void response.write(`id: ${++sent}\ndata: ${JSON.stringify({ node: call.node.name, number: sent })}\n\n`);
	send();
	if (sent < count) {
		for await (const _ of ticks(Number(query.get("every") ?? 1000))) {
			if (response.destroyed) return;
			send();
			if (sent >= count) break;
		}
	}
	response.end();
}

/** WebSub (W3C 2018), subscriber's side of a webhook API: accepted, verification left out. */
async function subscribe(call: ApiCall): Promise<void> {
	const form = call.request.method === "POST" ? new URLSearchParams((await readAll(call.request)).toString()) : call.query;
	const mode = form.get("hub.mode") ?? call.query.get("hub.mode");
	if (mode !== "subscribe" && mode !== "unsubscribe") return json(call.response, 400, { error: "hub.mode is missing" });
	call.response.writeHead(202, "", { "Content-Length": "0" });
	call.response.end();
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function hashAll(request: IncomingMessage, hash: Hash): Promise<number> {
	let bytes = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		hash.update(chunk);
	}
	return bytes;
}

/** The pass-through transport streams its responses: chunked, whatever their size. */
export function json(response: ServerResponse, status: number, value: unknown): void {
	response.setHeader("Content-Type", "application/json; charset=UTF-8");
	response.writeHead(status, "");
	response.end(JSON.stringify(value));
}
