import type { Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { PorticoError } from "../../errors.ts";
import { normalizeAddress } from "../../http/cidr.ts";
import type { Acceptor, AcceptTerms, ListenAddress, ListeningSocket } from "../transport.ts";
import { AcceptQueue } from "./acceptQueue.ts";
import { NodeConnection } from "./connection.ts";
import type { NodeThread } from "./nodeThread.ts";
import { readProxyHeader } from "./proxyHeader.ts";
import { createTls } from "./serverTls.ts";

/** New connections that a turn of the event loop accepts at most. */
const QUEUES = 8;
/** Milliseconds that a client that is turned away gets to read why. */
const TURNED_AWAY_MS = 1000;

/** The terms with what `node:tls` makes of them. */
interface PreparedTerms extends Omit<AcceptTerms, "tls"> {
	/** Null: no TLS. */
	readonly tls: Server | null;
}

interface Peer {
	readonly address: string;
	readonly port: number;
}

interface PendingSocket {
	readonly socket: Socket;
	/** The client; null until the PROXY header has come. */
	client: Peer | null;
}

/** Names a TCP connection: a TLS socket knows these, but not the socket below it. */
const connectionKey = (socket: Socket): string => `${socket.remoteAddress}|${socket.remotePort}|${socket.localAddress}|${socket.localPort}`;

/** One address that a worker accepts on. Lifetime: process. */
export class NodeListeningSocket implements ListeningSocket {
	#terms: PreparedTerms;
	readonly #address: ListenAddress;
	readonly #thread: NodeThread;
	readonly #queues: readonly AcceptQueue[];
	/** By {@link connectionKey}: sockets whose PROXY header or TLS handshake is in progress. */
	readonly #pending = new Map<string, PendingSocket>();

	constructor(address: ListenAddress, terms: AcceptTerms, thread: NodeThread) {
		this.#thread = thread;
		this.#address = address;
		this.#terms = this.#prepared(terms);
		this.#queues = Array.from({ length: QUEUES }, () => new AcceptQueue((socket) => this.#onSocket(socket)));
	}

	get accepting(): boolean {
		return this.#queues.some(({ accepting }) => accepting);
	}

	get pending(): number {
		return this.#pending.size;
	}

	prepare(terms: AcceptTerms): () => void {
		const prepared = this.#prepared(terms);
		return () => {
			this.#terms = prepared;
		};
	}

	#prepared({ tls, ...terms }: AcceptTerms): PreparedTerms {
		if (tls === null) return { ...terms, tls };
		const server = createTls(tls, (socket) => this.#onSecure(socket, terms.acceptor));
		server.on("tlsClientError", (error, socket) => {
			const client = this.#pending.get(connectionKey(socket))?.client?.address ?? socket.remoteAddress ?? null;
			terms.acceptor.onRefused(new PorticoError("tls_handshake_failed", { cause: error }), client);
			// Node closes it by itself after an error, but not when the time for the handshake is over.
			socket.destroy();
		});
		return { ...terms, tls: server };
	}

	async open(): Promise<void> {
		const onError = (cause: Error): void => this.#terms.acceptor.onRefused(new PorticoError("connection_limit_reached", { cause }), null);
		await Promise.all(this.#queues.map((queue) => queue.open(this.#address, onError)));
	}

	drain(): void {
		for (const queue of this.#queues) queue.drain();
	}

	close(): void {
		for (const queue of this.#queues) queue.stop();
		for (const { socket } of this.#pending.values()) socket.destroy();
	}

	#onSocket(socket: Socket): void {
		// Errors of a socket that is not yet a connection have nowhere else to go.
		socket.on("error", () => {});
		const address = normalizeAddress(socket.remoteAddress ?? "");
		if (address === null) return void socket.destroy();
		const terms = this.#terms;
		const peer = { address, port: socket.remotePort ?? 0 };
		const { proxyHeader, acceptor } = terms;
		if (proxyHeader === null) return this.#admit(socket, terms, peer, null);
		if (!proxyHeader.trusts(address)) {
			return refuse(socket, acceptor, new PorticoError("proxy_protocol_error", { detail: "untrusted-peer" }));
		}
		const pending = this.#suspend(socket);
		readProxyHeader(socket, proxyHeader.timeout, (result) => {
			if (result instanceof PorticoError) refuse(socket, acceptor, result);
			else this.#admit(socket, terms, result ?? peer, pending);
		});
	}

	/** Keeps the socket in mind until it is ready or closed. */
	#suspend(socket: Socket): PendingSocket {
		const key = connectionKey(socket);
		const pending: PendingSocket = { socket, client: null };
		this.#pending.set(key, pending);
		socket.once("close", () => {
			if (this.#pending.get(key) === pending) this.#pending.delete(key);
		});
		return pending;
	}

	#admit(socket: Socket, { tls, acceptor }: PreparedTerms, client: Peer, pending: PendingSocket | null): void {
		const refusal = acceptor.admit(client.address);
		if (refusal !== null) return tls === null ? turnAway(socket, refusal) : void socket.destroy();
		socket.once("close", () => acceptor.onClosed(client.address));
		if (tls === null) return this.#ready(socket, client, acceptor);
		(pending ?? this.#suspend(socket)).client = client;
		// In the handshake nobody reads: half open would mean to wait on for a client that has left.
		socket.allowHalfOpen = false;
		tls.emit("connection", socket);
	}

	#onSecure(socket: TLSSocket, acceptor: Acceptor): void {
		const client = this.#pending.get(connectionKey(socket))?.client ?? null;
		// It is closed already, and so is no longer pending.
		if (client === null) return void socket.destroy();
		socket.allowHalfOpen = true;
		this.#ready(socket, client, acceptor);
	}

	#ready(socket: Socket, client: Peer, acceptor: Acceptor): void {
		if (this.#pending.size > 0) this.#pending.delete(connectionKey(socket));
		acceptor.onConnection(NodeConnection.accepted(socket, client, this.#thread));
	}
}

function refuse(socket: Socket, acceptor: Acceptor, error: PorticoError): void {
	acceptor.onRefused(error, socket.remoteAddress ?? null);
	socket.destroy();
}

/** Reads on for a moment, so that no reset overtakes what the client is sent. */
function turnAway(socket: Socket, text: string): void {
	socket.end(text);
	socket.resume();
	const timer = setTimeout(() => socket.destroy(), TURNED_AWAY_MS);
	socket.once("close", () => clearTimeout(timer));
}
