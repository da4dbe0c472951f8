import { createServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { PorticoError } from "../errors.ts";
import type { CidrSet } from "../http/cidr.ts";
import { normalizeAddress } from "../http/cidr.ts";
import { errorResponse } from "../http/errorPage.ts";
import { responseHeadText } from "../http1/serialize.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import { NodeConnection } from "../transport/node.ts";
import type { ExchangeStarter } from "./clientStream.ts";
import { type ConnectionOwner, type ConnectionSettings, Http1Connection } from "./http1/connection.ts";
import { type ProxiedPeer, readProxyHeader } from "./proxyHeader.ts";
import { createTls } from "./tls.ts";

/** Written and sent before a socket counts as blocked; larger than Node's 16 KiB so that big answers need fewer turns. */
const WRITE_BUFFER = 128 * 1024;

export interface ListenerSettings extends ConnectionSettings {
	/** Milliseconds. */
	readonly tlsHandshake: number;
	readonly ticketKeys: Buffer;
}

/**
 * Milliseconds that a draining listener goes on accepting: closing resets every client that the kernel has let in and we have not taken yet, and its
 * request with it.
 */
const ACCEPT_ON_MS = 100;
/** After that: turns of the event loop in which a quiet one is looked for. */
const QUIET_TRIES = 100;

/** Why a connection is turned away. */
type ConnectionLimit = "connection_limit_reached" | "client_connection_limit_reached" | "overloaded";

/** Counts connections over all workers. */
export interface ConnectionGate {
	/** Null: come in. Else the limit that is reached. */
	open(address: string): ConnectionLimit | null;
	close(address: string): void;
	/** A connection was turned away before it could ask anything. */
	refused(error: PorticoError): void;
}

/** What new connections meet: it changes with the plan, theirs does not. */
interface Face {
	readonly plan: ListenerPlan;
	readonly settings: ListenerSettings;
	/** Null: no TLS. */
	readonly tls: Server | null;
}

const hop = (socket: Socket): string => `${socket.remoteAddress}|${socket.remotePort}|${socket.localAddress}|${socket.localPort}`;

/** One address we accept on, in one worker. Lifetime: process. */
export class Listener implements ConnectionOwner {
	draining = false;
	/** Connections may still come. */
	accepting = true;
	#face: Face;
	readonly #starter: ExchangeStarter;
	readonly #gate: ConnectionGate;
	readonly #trusted: () => CidrSet;
	readonly #deadlines: Deadlines;
	readonly #server: Server;
	readonly #connections = new Set<Http1Connection>();
	#accepted = 0;
	/** Sockets whose TLS handshake or PROXY protocol header is still under way. */
	readonly #entering = new Map<string, Socket>();
	/** Who a PROXY protocol header named, by the proxy's own address and port: a TLS socket does not know it. */
	readonly #proxied = new Map<string, ProxiedPeer>();

	constructor(
		plan: ListenerPlan,
		settings: ListenerSettings,
		starter: ExchangeStarter,
		gate: ConnectionGate,
		trusted: () => CidrSet,
		deadlines: Deadlines,
	) {
		this.#starter = starter;
		this.#gate = gate;
		this.#trusted = trusted;
		this.#deadlines = deadlines;
		this.#face = this.#faceOf(plan, settings);
		this.#server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: WRITE_BUFFER }, (socket) => this.#onSocket(socket));
	}

	/**
	 * Makes ready for another plan of the same address; what it returns puts that in force, for connections that come from then on, and cannot fail.
	 *
	 * @throws Error when a certificate cannot be used
	 */
	prepare(plan: ListenerPlan, settings: ListenerSettings): () => void {
		const isSame = JSON.stringify([plan, settings]) === JSON.stringify([this.#face.plan, this.#face.settings]);
		const face = isSame ? this.#face : this.#faceOf(plan, settings);
		return () => {
			this.#face = face;
		};
	}

	#faceOf(plan: ListenerPlan, settings: ListenerSettings): Face {
		const { tlsHandshake: handshake, ticketKeys } = settings;
		const tls = plan.tls === null ? null : createTls(plan.tls, { handshake, ticketKeys }, (socket) => this.#onSecure(socket, face));
		const face: Face = { plan, settings, tls };
		tls?.on("tlsClientError", (error, socket) => {
			this.#gate.refused(new PorticoError("tls_handshake_failed", { cause: error }));
			// Node closes it by itself after an error, but not when the time for the handshake is over.
			socket.destroy();
		});
		return face;
	}

	/** @throws Error with code EADDRINUSE, EACCES and the like */
	listen(): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const onClose = (): void => reject(new Error("closed before it was open"));
		this.#server.once("error", reject);
		this.#server.once("close", onClose);
		const { host, port, ipv6Only } = this.#face.plan;
		this.#server.listen({ host, port, backlog: 4096, reusePort: true, ipv6Only }, () => {
			this.#server.off("error", reject);
			this.#server.off("close", onClose);
			// Accept errors (EMFILE) must not end the worker; the connection is simply not taken.
			this.#server.on("error", (error) => this.#gate.refused(new PorticoError("connection_limit_reached", { cause: error })));
			resolve();
		});
		return promise;
	}

	/** Soon takes no more connections; lets those that are there end after their exchange. */
	drain(): void {
		this.draining = true;
		setTimeout(() => this.#closeWhenQuiet(QUIET_TRIES), ACCEPT_ON_MS);
		for (const connection of this.#connections) connection.drain();
	}

	cut(): void {
		this.#close();
		for (const socket of this.#entering.values()) socket.destroy();
		for (const connection of this.#connections) connection.cut();
	}

	/** Closes after a turn of the event loop that took nobody, so that hardly anyone stands in the kernel's queue. */
	#closeWhenQuiet(tries: number): void {
		const before = this.#accepted;
		setImmediate(() => {
			if (this.#accepted === before || tries === 0) this.#close();
			else this.#closeWhenQuiet(tries - 1);
		});
	}

	#close(): void {
		this.accepting = false;
		this.#server.close();
	}

	get connections(): number {
		return this.#connections.size + this.#entering.size;
	}

	onReleased(connection: Http1Connection): void {
		this.#connections.delete(connection);
	}

	#onSocket(socket: Socket): void {
		this.#accepted++;
		const peer = normalizeAddress(socket.remoteAddress ?? "");
		// Errors of a socket that is not yet a connection have no one else to go to.
		socket.on("error", () => {});
		if (peer === null) return void socket.destroy();
		const face = this.#face;
		const { proxyProtocol } = face.plan;
		if (face.tls !== null || proxyProtocol) this.#enter(socket);
		if (!proxyProtocol) return this.#admit(socket, face, peer, null);
		if (!this.#trusted().has(peer)) return this.#refuse(socket, new PorticoError("proxy_protocol_error", { detail: "untrusted-peer" }));
		readProxyHeader(socket, face.settings.requestHead, (result) => {
			if (result instanceof PorticoError) this.#refuse(socket, result);
			else this.#admit(socket, face, result?.address ?? peer, result);
		});
	}

	#enter(socket: Socket): void {
		const key = hop(socket);
		this.#entering.set(key, socket);
		socket.once("close", () => {
			if (this.#entering.get(key) === socket) this.#entering.delete(key);
		});
	}

	/** @param address of the client, counted against the limits */
	#admit(socket: Socket, face: Face, address: string, proxied: ProxiedPeer | null): void {
		const full = this.#gate.open(address);
		if (full !== null) return this.#turnAway(socket, face, full);
		socket.once("close", () => this.#gate.close(address));
		if (face.tls === null) return this.#serve(socket, face, address, proxied?.port ?? socket.remotePort ?? 0, null);
		if (proxied !== null) {
			const key = hop(socket);
			this.#proxied.set(key, proxied);
			socket.once("close", () => this.#proxied.delete(key));
		}
		// In the handshake nobody reads: half open would mean to wait on for a client that has left.
		socket.allowHalfOpen = false;
		face.tls.emit("connection", socket);
	}

	#onSecure(socket: TLSSocket, face: Face): void {
		socket.allowHalfOpen = true;
		const proxied = face.plan.proxyProtocol ? this.#proxied.get(hop(socket)) : undefined;
		const address = proxied?.address ?? normalizeAddress(socket.remoteAddress ?? "");
		if (address === null) return void socket.destroy();
		this.#serve(socket, face, address, proxied?.port ?? socket.remotePort ?? 0, socket.getProtocol());
	}

	#serve(socket: Socket, { plan, settings, tls }: Face, address: string, port: number, tlsVersion: string | null): void {
		if (this.#entering.size > 0) this.#entering.delete(hop(socket));
		const connection = NodeConnection.accepted(socket, { address, port });
		const peer = {
			address,
			port,
			localPort: connection.localPort,
			secure: tls !== null,
			tlsVersion,
			redirectToHttps: plan.redirectToHttps,
		};
		const served = new Http1Connection(connection, peer, settings, this.#starter, this, this.#deadlines);
		this.#connections.add(served);
		if (this.draining) served.drain();
	}

	/** A plain client is told why; before a TLS handshake there is no way to. */
	#turnAway(socket: Socket, { tls }: Face, code: ConnectionLimit): void {
		this.#gate.refused(new PorticoError(code));
		if (tls !== null) return void socket.destroy();
		const { head, body } = errorResponse(code, { accept: undefined, requestId: "", retryAfter: 1 });
		head.headers.add("Connection", "close");
		socket.end(responseHeadText(head) + body);
		socket.resume();
		socket.setTimeout(1000, () => socket.destroy());
	}

	#refuse(socket: Socket, error: PorticoError): void {
		this.#gate.refused(error);
		socket.destroy();
	}
}
