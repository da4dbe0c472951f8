import type { Socket } from "node:net";
import { type Connection, type ConnectionHandler, NO_HANDLER } from "../connection.ts";
import type { BufferPool } from "./bufferPool.ts";
import type { NodeThread } from "./nodeThread.ts";
import { PlainWriter } from "./plainWriter.ts";
import { Reader, SMALL } from "./reader.ts";
import { isSecure } from "./sockets.ts";
import { StreamWriter } from "./streamWriter.ts";
import { TlsWriter } from "./tlsWriter.ts";
import { attachReader, callDirectly, type OnRead } from "./userBuffer.ts";
import { DIRECT_WRITES } from "./writeHandle.ts";
import type { Writer } from "./writer.ts";

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
	readonly #reader: Reader;
	readonly #writer: Writer;
	#error: Error | null = null;

	/** @param reader what the socket reads through; its data is to be passed to `handler.onData` */
	private constructor(
		socket: Socket,
		client: { address: string; port: number },
		{ pool, clock }: NodeThread,
		reader: (connection: NodeConnection) => Reader,
	) {
		this.#socket = socket;
		this.remoteAddress = client.address;
		this.remotePort = client.port;
		this.localPort = socket.localPort ?? 0;
		const reads = reader(this);
		this.#reader = reads;
		const writer = writerFor(socket, pool, () => {
			clock.read();
			this.handler.onDrain();
		});
		this.#writer = writer;
		socket.on("end", () => {
			clock.read();
			this.handler.onPeerEnd();
		});
		socket.on("error", (error) => {
			this.#error = error;
		});
		socket.on("close", () => {
			reads.release();
			writer.release();
			clock.read();
			this.handler.onClose(this.#error);
		});
	}

	/**
	 * Over a socket that was accepted and is ready. @param client who it is, where that is not the TCP peer
	 * (PROXY protocol)
	 */
	static accepted(socket: Socket, client: { address: string; port: number }, thread: NodeThread): NodeConnection {
		return new NodeConnection(socket, client, thread, (connection) => {
			const onData = (chunk: Buffer) => {
				thread.clock.read();
				connection.handler.onData(chunk);
			};
			const reader = new Reader(thread.pool, onData);
			attachReader(socket, reader);
			// Also what arrived before the reader was in place, such as bytes that came with the end of a TLS
			// handshake.
			socket.on("data", onData);
			return reader;
		});
	}

	/** Over a socket that `open` makes, with Node's `onread` option as given. */
	static dialled<S extends Socket>(thread: NodeThread, open: (onread: OnRead) => S): { connection: NodeConnection; socket: S } {
		const holder: { connection?: NodeConnection } = {};
		const reader = new Reader(thread.pool, (chunk) => {
			thread.clock.read();
			holder.connection?.handler.onData(chunk);
		});
		const socket = open({ buffer: reader.next as () => Buffer, callback: reader.read });
		socket.once(isSecure(socket) ? "secureConnect" : "connect", () => callDirectly(socket, reader));
		const connection = new NodeConnection(socket, NO_CLIENT, thread, () => reader);
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
		if (typeof data === "string") return this.#writer.text(data);
		// A latin1 string of up to 16 KiB is taken from the stack (StreamBase::WriteString): cheaper than a
		// copied Buffer.
		return data.length <= SMALL ? this.#writer.text(data.latin1Slice(0, data.length)) : this.#writer.chunk(data);
	}

	writeBoth(text: string, chunk: Buffer): boolean {
		if (chunk.length <= SMALL) return this.#writer.text(text + chunk.latin1Slice(0, chunk.length));
		return this.#writer.both(text, chunk);
	}

	get blocked(): boolean {
		return this.#writer.blocked;
	}

	get unsent(): number {
		return this.#writer.unsent;
	}

	watchPeer(): void {
		this.#socket.setKeepAlive(true, WATCH_MS);
	}

	pause(): void {
		this.#reader.pause();
		this.#socket.pause();
	}

	resume(): void {
		this.#reader.resume();
		this.#socket.resume();
	}

	end(): void {
		this.#writer.end();
	}

	destroy(): void {
		this.#writer.release();
		this.#socket.destroy();
	}

	reset(): void {
		this.#writer.release();
		if (isSecure(this.#socket)) this.#socket.destroy();
		else this.#socket.resetAndDestroy();
	}
}

function writerFor(socket: Socket, pool: BufferPool, onDrain: () => void): Writer {
	if (!DIRECT_WRITES) return new StreamWriter(socket, onDrain);
	return isSecure(socket) ? new TlsWriter(socket, pool, onDrain) : new PlainWriter(socket, onDrain);
}
