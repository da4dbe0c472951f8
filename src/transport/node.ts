import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Connection, ConnectionHandler } from "./connection.ts";
import { readIntoBuffer } from "./readBuffer.ts";

/**
 * A chunk up to this size joins the text before it in one string write: Node takes a latin1 string of up to 16 KiB from the stack without
 * allocating (StreamBase::WriteString), which costs less than a second write or a copied Buffer.
 */
const JOIN_LIMIT = 8 * 1024;

/** The connection's handler until its owner sets one. */
export const NO_HANDLER: ConnectionHandler = { onData() {}, onDrain() {}, onPeerEnd() {}, onClose() {} };

/** {@link Connection} over a socket of `node:net` or `node:tls`. Data comes from `data` events, or from the caller's `onread`. */
export class NodeConnection implements Connection {
	handler: ConnectionHandler = NO_HANDLER;
	readonly remoteAddress: string;
	readonly remotePort: number;
	readonly localPort: number;
	readonly #socket: Socket;
	#error: Error | null = null;

	/**
	 * @param socket connected, or connecting with its own events still to come
	 * @param peer overrides the peer's address (PROXY protocol)
	 * @param reads false where the socket was made with `onread` and its owner calls `handler.onData` itself
	 */
	constructor(socket: Socket, peer: { address: string; port: number } | null, reads: boolean) {
		this.#socket = socket;
		this.remoteAddress = peer?.address ?? socket.remoteAddress ?? "";
		this.remotePort = peer?.port ?? socket.remotePort ?? 0;
		this.localPort = socket.localPort ?? 0;
		if (reads) {
			const onData = (chunk: Buffer) => this.handler.onData(chunk);
			readIntoBuffer(socket, onData);
			// Also what arrived before the buffer was in place, such as bytes that came with the end of a TLS handshake.
			socket.on("data", onData);
		}
		socket.on("drain", () => this.handler.onDrain());
		socket.on("end", () => this.handler.onPeerEnd());
		socket.on("error", (error) => {
			this.#error = error;
		});
		socket.on("close", () => this.handler.onClose(this.#error));
	}

	get tlsVersion(): string | null {
		return (this.#socket as Partial<TLSSocket>).getProtocol?.() ?? null;
	}

	write(data: string | Buffer): boolean {
		if (typeof data === "string") return this.#socket.write(data, "latin1");
		if (data.length <= JOIN_LIMIT) return this.#socket.write(data.toString("latin1"), "latin1");
		return this.#socket.write(Buffer.from(data));
	}

	writeBoth(text: string, chunk: Buffer): boolean {
		if (chunk.length <= JOIN_LIMIT) return this.#socket.write(text + chunk.toString("latin1"), "latin1");
		this.#socket.cork();
		this.#socket.write(text, "latin1");
		const more = this.#socket.write(Buffer.from(chunk));
		this.#socket.uncork();
		return more;
	}

	get blocked(): boolean {
		return this.#socket.writableNeedDrain;
	}

	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	end(): void {
		this.#socket.end();
	}

	destroy(): void {
		this.#socket.destroy();
	}

	reset(): void {
		if ("getProtocol" in this.#socket) this.#socket.destroy();
		else this.#socket.resetAndDestroy();
	}
}
