/**
 * Sends one request to a listener or a node, on a connection of its own, and returns the reply. It never authenticates. The certificate is verified elsewhere, so an
 * invalid one does not end a request. It never rejects, and it ends within the timeout and the body limit, whatever the other side does.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { HeaderList } from "../http/headers.ts";
import { plain, shownUrl } from "./plainText.ts";
import type { Target } from "./target.ts";

export interface DoctorRequest {
	readonly method: "GET" | "HEAD";
	/** Path and query. */
	readonly path: string;
	/** The Host header. */
	readonly host: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface HttpResponse {
	readonly kind: "response";
	/** For evidence: method and URL. */
	readonly request: string;
	readonly status: number;
	readonly headers: HeaderList;
	/** Text, at most {@link BODY_BYTES} of it. */
	readonly body: string;
	/** Milliseconds since the epoch: before the request was written, and when the response head had arrived. */
	readonly sentAt: number;
	readonly respondedAt: number;
	/** This machine's address on that connection: the one that the other side sees, unless it is translated on the way. */
	readonly from: string;
}

export interface NoResponse {
	readonly kind: "noResponse";
	/** For evidence. */
	readonly request: string;
	/** `connect`: no connection; `tls`: no handshake; `response`: connected, but no HTTP response. */
	readonly failed: "connect" | "tls" | "response";
	/** The runtime's error code: `ECONNREFUSED`. */
	readonly reason: string;
	/** True: it timed out. False: it failed before the timeout. */
	readonly timedOut: boolean;
}

export type Reply = HttpResponse | NoResponse;

export const BODY_BYTES = 512 * 1024;
const HEAD_BYTES = 128 * 1024;

/** The request as evidence shows it. */
export function requestLabel({ origin }: Target, { method, path }: DoctorRequest): string {
	return `${method} ${origin}${shownUrl(path)}`;
}

/** @param timeout in milliseconds, for all of it */
export function sendRequest(target: Target, request: DoctorRequest, timeout: number): Promise<Reply> {
	const { promise, resolve } = Promise.withResolvers<Reply>();
	const label = requestLabel(target, request);
	let stage: NoResponse["failed"] = "connect";
	const fail = (reason: string, timedOut = false): void =>
		finish({ kind: "noResponse", request: label, failed: stage, reason: plain(reason, 80), timedOut });
	const timer = setTimeout(() => fail(`nothing within ${timeout} ms`, true), timeout);
	const socket = open(target, {
		onStage: (next) => {
			stage = next;
		},
		onReady() {
			try {
				write(socket, request, label, finish, fail);
			} catch (error) {
				// Node.js rejected the path, which came from a node.
				fail(error instanceof Error ? error.message : String(error));
			}
		},
		onFailed: (reason) => fail(reason),
	});
	function finish(reply: Reply): void {
		clearTimeout(timer);
		resolve(reply);
		socket.destroy();
	}
	return promise;
}

export interface OpenEvents {
	/** `tls`: connected, the handshake is in progress; `response`: ready for a request. */
	onStage(stage: "tls" | "response"): void;
	onReady(): void;
	/** Before or after `onReady`; may come more than once. */
	onFailed(reason: string): void;
}

/** Opens a connection to the target, TLS included. The caller destroys it. */
export function open({ host, port, tls }: Target, events: OpenEvents): Socket | TLSSocket {
	const ready = (): void => {
		events.onStage("response");
		events.onReady();
	};
	const socket = tls === null ? connectPlain({ host, port }) : connectTls({ ...tls, host, port });
	socket.on("error", (error: NodeJS.ErrnoException) => events.onFailed(error.code ?? error.message));
	socket.on("close", () => events.onFailed("closed without a response"));
	socket.on("connect", () => (tls === null ? ready() : events.onStage("tls")));
	if (tls !== null) socket.on("secureConnect", ready);
	return socket;
}

type OnResponse = (response: IncomingMessage, body: string, respondedAt: number) => void;

function write(
	socket: Socket,
	{ method, path, host, headers }: DoctorRequest,
	label: string,
	finish: (reply: Reply) => void,
	fail: (reason: string) => void,
): void {
	const sentAt = Date.now();
	const from = socket.localAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? "";
	const onResponse: OnResponse = (response, body, respondedAt) => {
		const status = response.statusCode ?? 0;
		finish({ kind: "response", request: label, status, headers: fieldsOf(response), body, sentAt, respondedAt, from });
	};
	const request = httpRequest({
		createConnection: () => socket,
		method,
		path,
		maxHeaderSize: HEAD_BYTES,
		headers: [
			...["Host", host, "User-Agent", "Portico-doctor", "Accept", "*/*", "Accept-Encoding", "identity", "Connection", "close"],
			...headers.flat(),
		],
	});
	request.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
	request.on("upgrade", (response) => onResponse(response, "", Date.now()));
	request.on("response", (response) => read(response, onResponse, fail));
	request.end();
}

function read(response: IncomingMessage, onResponse: OnResponse, fail: (reason: string) => void): void {
	const respondedAt = Date.now();
	const chunks: Buffer[] = [];
	let bytes = 0;
	const done = (): void => onResponse(response, Buffer.concat(chunks).subarray(0, BODY_BYTES).toString(), respondedAt);
	response.on("data", (chunk: Buffer) => {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes >= BODY_BYTES) done();
	});
	response.on("end", done);
	response.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
}

function fieldsOf({ rawHeaders }: IncomingMessage): HeaderList {
	const list = new HeaderList();
	for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.add(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
	return list;
}
