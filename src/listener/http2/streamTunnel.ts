/** The client's side of a WebSocket over HTTP/2 (RFC 8441): one stream in place of a connection. */
import { createHash } from "node:crypto";
import { HeaderList } from "../../http/headers.ts";
import type { ResponseHead } from "../../http/message.ts";
import { CANCEL, INTERNAL_ERROR } from "../../http2/protocol.ts";
import type { Stream, StreamEvents } from "../../http2/stream.ts";
import { type Connection, type ConnectionHandler, NO_HANDLER } from "../../transport/connection.ts";
import { leaseOf } from "../../transport/lease.ts";
import type { StreamOwner } from "./stream.ts";

/** RFC 6455 section 1.3. */
const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** They belong to the handshake with the node. */
const HANDSHAKE: ReadonlySet<string> = new Set(["sec-websocket-accept", "sec-websocket-key", "upgrade", "connection"]);

export class StreamTunnel implements Connection, StreamEvents {
	handler: ConnectionHandler = NO_HANDLER;
	readonly tlsVersion: string | null;
	readonly alpn = "h2";
	readonly remoteAddress: string;
	readonly remotePort: number;
	readonly localPort: number;
	readonly #stream: Stream;
	readonly #owner: StreamOwner;
	#closed = false;

	/** @param head with which the node switched protocols @param key that it was asked with */
	constructor(stream: Stream, owner: StreamOwner, head: ResponseHead, key: string | null) {
		const { peer } = owner;
		this.tlsVersion = peer.tlsVersion;
		this.remoteAddress = peer.address;
		this.remotePort = peer.port;
		this.localPort = peer.localPort;
		this.#stream = stream;
		this.#owner = owner;
		stream.events = this;
		if (key === null || head.headers.get("sec-websocket-accept") === acceptOf(key)) this.#open(head);
		else this.#close(INTERNAL_ERROR);
	}

	#open(head: ResponseHead): void {
		const stream = this.#stream;
		const owner = this.#owner;
		const headers = new HeaderList();
		for (let index = 0; index < head.headers.length; index++) {
			if (!HANDSHAKE.has(head.headers.keyAt(index))) headers.put(head.headers.fieldAt(index), head.headers.valueAt(index));
		}
		stream.sendHead({ status: 200, reason: "", version: 2, headers });
		stream.flush();
		owner.schedule();
		// Its reader is there once the two sides are joined.
		setImmediate(() => {
			if (!stream.isOver) stream.resume();
			owner.schedule();
		});
	}

	write(data: string | Buffer): boolean {
		const chunk = typeof data === "string" ? Buffer.from(data, "latin1") : data;
		if (this.#closed || chunk.length === 0) return true;
		this.#stream.sendBody(chunk);
		this.#owner.writeNow();
		this.#stream.settle(leaseOf(chunk));
		const more = this.#stream.flush();
		this.#owner.schedule();
		return more;
	}

	writeBoth(text: string, chunk: Buffer): boolean {
		this.write(text);
		return this.write(chunk);
	}

	get blocked(): boolean {
		return this.#stream.queue.bytes > 0;
	}

	get unsent(): number {
		return this.#stream.queue.bytes;
	}

	pause(): void {
		this.#stream.pause();
	}

	resume(): void {
		this.#stream.resume();
		this.#owner.schedule();
	}

	watchPeer(): void {
		this.#owner.watchPeer();
	}

	end(): void {
		if (this.#closed) return;
		this.#stream.sendEnd(null);
		this.#owner.schedule();
	}

	destroy(): void {
		this.#close(CANCEL);
	}

	reset(): void {
		this.#close(INTERNAL_ERROR);
	}

	// --- what the stream tells

	onBody(chunk: Buffer): void {
		this.handler.onData(chunk);
	}

	onEnd(): void {
		this.handler.onPeerEnd();
	}

	onFlush(): void {}

	onFault(error: Error): void {
		this.#gone(error);
	}

	onLeft(): void {
		this.#gone(new Error("the client gave the stream up"));
	}

	onDrain(): void {
		this.handler.onDrain();
	}

	onSent(): void {
		this.#gone(null);
	}

	#close(code: number): void {
		this.#stream.reset(code);
		this.#owner.schedule();
		// As with a socket, whoever closes it hears of the end later.
		setImmediate(() => this.#gone(null));
	}

	#gone(error: Error | null): void {
		if (this.#closed) return;
		this.#closed = true;
		this.handler.onClose(error);
	}
}

/** What a node must answer to a key (RFC 6455 section 4.2.2). */
function acceptOf(key: string): string {
	return createHash("sha1")
		.update(key + WEBSOCKET_GUID)
		.digest("base64");
}
