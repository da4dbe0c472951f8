/**
 * One question to a listener or a node, on a connection of its own, and what came back. Nothing is believed and nothing is sent that opens anything: certificates are
 * looked at elsewhere, so a bad one does not end a question. Never rejects; whatever the other side does ends within the timeout and the body's limit.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { HeaderList } from "../http/headers.ts";
import { plain, shownUrl } from "./plainText.ts";
import type { Target } from "./target.ts";

export interface Question {
	readonly method: "GET" | "HEAD";
	/** Path and query. */
	readonly path: string;
	/** The Host header. */
	readonly host: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface Answer {
	readonly kind: "answer";
	/** For evidence: what was asked, and of whom. */
	readonly asked: string;
	readonly status: number;
	readonly headers: HeaderList;
	/** Text, at most {@link BODY_BYTES} of it. */
	readonly body: string;
	/** Milliseconds since the epoch: before the request was written, and when the head had come. */
	readonly sentAt: number;
	readonly answeredAt: number;
	/** This machine's address on that connection: the one that the other side sees, if nothing translates it. */
	readonly from: string;
}

export interface NoResponse {
	readonly kind: "silence";
	readonly asked: string;
	/** `connect`: no connection; `tls`: no handshake; `answer`: connected, but no answer that is HTTP. */
	readonly failed: "connect" | "tls" | "answer";
	/** The runtime's word: `ECONNREFUSED`. */
	readonly reason: string;
	/** Nothing came within the time; else it was told at once. */
	readonly waited: boolean;
}

export type Reply = Answer | NoResponse;

export const BODY_BYTES = 512 * 1024;
const HEAD_BYTES = 128 * 1024;

/** The question as evidence tells it. */
export function askedOf({ origin }: Target, { method, path }: Question): string {
	return `${method} ${origin}${shownUrl(path)}`;
}

/** @param timeout in milliseconds, for all of it */
export function ask(target: Target, question: Question, timeout: number): Promise<Reply> {
	const { promise, resolve } = Promise.withResolvers<Reply>();
	const asked = askedOf(target, question);
	let stage: NoResponse["failed"] = "connect";
	const silent = (reason: string, waited = false): void =>
		finish({ kind: "silence", asked, failed: stage, reason: plain(reason, 80), waited });
	const timer = setTimeout(() => silent(`nothing within ${timeout} ms`, true), timeout);
	const socket = open(target, {
		onStage: (next) => {
			stage = next;
		},
		onReady() {
			try {
				send(socket, question, asked, finish, silent);
			} catch (error) {
				// Node's own checks of a path that another node gave us.
				silent(error instanceof Error ? error.message : String(error));
			}
		},
		onFailed: (reason) => silent(reason),
	});
	function finish(reply: Reply): void {
		clearTimeout(timer);
		resolve(reply);
		socket.destroy();
	}
	return promise;
}

export interface OpenEvents {
	/** `tls`: connected, the handshake goes on; `answer`: ready. */
	onStage(stage: "tls" | "answer"): void;
	onReady(): void;
	/** Before or after `onReady`; may come more than once. */
	onFailed(reason: string): void;
}

/** A connection to the target, TLS included. Whoever opens it destroys it. */
export function open({ host, port, tls }: Target, events: OpenEvents): Socket | TLSSocket {
	const ready = (): void => {
		events.onStage("answer");
		events.onReady();
	};
	const socket = tls === null ? connectPlain({ host, port }) : connectTls({ ...tls, host, port });
	socket.on("error", (error: NodeJS.ErrnoException) => events.onFailed(error.code ?? error.message));
	socket.on("close", () => events.onFailed("closed without a word"));
	socket.on("connect", () => (tls === null ? ready() : events.onStage("tls")));
	if (tls !== null) socket.on("secureConnect", ready);
	return socket;
}

function send(socket: Socket, question: Question, asked: string, finish: (reply: Reply) => void, silent: (reason: string) => void): void {
	const sentAt = Date.now();
	const from = socket.localAddress?.replace(/^::ffff:(?=\d+\.)/, "") ?? "";
	const answer = (response: IncomingMessage, body: string, answeredAt: number): void =>
		finish({ kind: "answer", asked, status: response.statusCode ?? 0, headers: fieldsOf(response), body, sentAt, answeredAt, from });
	const request = httpRequest({
		createConnection: () => socket,
		method: question.method,
		path: question.path,
		maxHeaderSize: HEAD_BYTES,
		headers: [
			...["Host", question.host, "User-Agent", "Portico-doctor", "Accept", "*/*", "Accept-Encoding", "identity", "Connection", "close"],
			...question.headers.flat(),
		],
	});
	request.on("error", (error: NodeJS.ErrnoException) => silent(error.code ?? error.message));
	request.on("upgrade", (response) => answer(response, "", Date.now()));
	request.on("response", (response) => read(response, answer, silent));
	request.end();
}

function read(
	response: IncomingMessage,
	answer: (response: IncomingMessage, body: string, answeredAt: number) => void,
	silent: (reason: string) => void,
): void {
	const answeredAt = Date.now();
	const chunks: Buffer[] = [];
	let bytes = 0;
	const done = (): void => answer(response, Buffer.concat(chunks).subarray(0, BODY_BYTES).toString(), answeredAt);
	response.on("data", (chunk: Buffer) => {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes >= BODY_BYTES) done();
	});
	response.on("end", done);
	response.on("error", (error: NodeJS.ErrnoException) => silent(error.code ?? error.message));
}

function fieldsOf({ rawHeaders }: IncomingMessage): HeaderList {
	const list = new HeaderList();
	for (let at = 0; at + 1 < rawHeaders.length; at += 2) list.add(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
	return list;
}
