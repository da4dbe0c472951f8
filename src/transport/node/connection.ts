import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Connection, type ConnectionHandler, NO_HANDLER } from "../connection.ts";
import { DirectWriter } from "./directWrite.ts";
import { attachReader, canKeep, letGo, Reader, SMALL } from "./readBuffer.ts";

/** Milliseconds of silence after which the kernel begins to probe a watched peer. */
const WATCH_MS = 30_000;

const NO_CLIENT = { address: "", port: 0 };

/** {@link Connection} over a socket of `node:net` or `node:tls`. */
export class NodeConnection implements Connection {
	handler: ConnectionHandler = NO_HANDLER;
	readonly remoteAddress: string;
	readonly remotePort: number;
	readonly localPort: number;
	readonly #socket: Socket;
	/** Null for TLS: its writes are never done at once. */
	readonly #direct: DirectWriter | null;
	readonly #reader: Reader;
	#error: Error | null = null;

	/** @param reader what the socket reads through; its data is to be passed to `handler.onData` */
	private constructor(socket: Socket, client: { address: string; port: number }, reader: (connection: NodeConnection) => Reader) {
		this.#socket = socket;
		this.remoteAddress = client.address;
		this.remotePort = client.port;
		this.localPort = socket.localPort ?? 0;
		const reads = reader(this);
		this.#reader = reads;
		this.#direct = isSecure(socket) ? null : DirectWriter.for(socket, () => this.handler.onDrain());
		socket.on("drain", () => this.handler.onDrain());
		socket.on("end", () => this.handler.onPeerEnd());
		socket.on("error", (error) => {
			this.#error = error;
		});
		socket.on("close", () => {
			reads.release();
			this.handler.onClose(this.#error);
		});
	}

	/** Over a socket that was accepted and is ready. @param client who it is, where that is not the TCP peer (PROXY protocol) */
	static accepted(socket: Socket, client: { address: string; port: number }): NodeConnection {
		return new NodeConnection(socket, client, (connection) => {
			const onData = (chunk: Buffer) => connection.handler.onData(chunk);
			const reader = new Reader(onData);
			attachReader(socket, reader);
			// Also what arrived before the reader was in place, such as bytes that came with the end of a TLS handshake.
			socket.on("data", onData);
			return reader;
		});
	}

	/** Over a socket that `open` makes, with Node's `onread` option as given. */
	static dialled<S extends Socket>(open: (onread: OnRead) => S): { connection: NodeConnection; socket: S } {
		const holder: { connection?: NodeConnection } = {};
		const reader = new Reader((chunk) => holder.connection?.handler.onData(chunk));
		const socket = open({ buffer: reader.next as () => Buffer, callback: reader.read });
		if (isSecure(socket)) readBeforeFailing(socket);
		const connection = new NodeConnection(socket, NO_CLIENT, () => reader);
		holder.connection = connection;
		return { connection, socket };
	}

	get tlsVersion(): string | null {
		return isSecure(this.#socket) ? this.#socket.getProtocol() : null;
	}

	get alpn(): string | null {
		return isSecure(this.#socket) ? this.#socket.alpnProtocol || null : null;
	}

	write(data: string | Buffer): boolean {
		if (typeof data === "string") return this.#writeText(data);
		// A latin1 string of up to 16 KiB is taken from the stack (StreamBase::WriteString): cheaper than a copied Buffer.
		return data.length <= SMALL ? this.#writeText(data.toString("latin1")) : this.#writeLarge(data);
	}

	writeBoth(text: string, chunk: Buffer): boolean {
		if (chunk.length <= SMALL) return this.#writeText(text + chunk.toString("latin1"));
		this.#writeText(text);
		return this.#writeLarge(chunk);
	}

	#writeText(text: string): boolean {
		const direct = this.#direct;
		return direct?.ready === true ? direct.text(text) : this.#socket.write(text, "latin1");
	}

	#writeLarge(chunk: Buffer): boolean {
		const direct = this.#direct;
		const kept = canKeep(chunk);
		if (direct?.ready === true) return kept ? direct.chunk(chunk, letGo) : direct.chunk(Buffer.from(chunk), () => null);
		return kept ? this.#socket.write(chunk, letGo(chunk)) : this.#socket.write(Buffer.from(chunk));
	}

	get blocked(): boolean {
		return this.#socket.writableNeedDrain || this.#direct?.blocked === true;
	}

	watchPeer(): void {
		this.#socket.setKeepAlive(true, WATCH_MS);
	}

	pause(): void {
		this.#reader.shrink();
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
		if (isSecure(this.#socket)) this.#socket.destroy();
		else this.#socket.resetAndDestroy();
	}
}

function isSecure(socket: Socket): socket is TLSSocket {
	return "getProtocol" in socket;
}

/** A write that fails ends a TLS socket at once; an answer that came before that is read first, as {@link DirectWriter} does for plain ones. */
function readBeforeFailing(socket: Socket): void {
	const destroy = socket.destroy.bind(socket);
	socket.destroy = (error?: NodeJS.ErrnoException) => {
		if (error?.syscall !== "write") return destroy(error);
		setImmediate(() => setImmediate(() => destroy(error)));
		return socket;
	};
}

/** What `net.connect` and `tls.connect` take as `onread`. */
export interface OnRead {
	readonly buffer: () => Buffer;
	readonly callback: (bytes: number) => boolean;
}
