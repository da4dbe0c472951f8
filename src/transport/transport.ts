import type { PorticoError } from "../errors.ts";
import type { ClientTls } from "../tls/clientTls.ts";
import type { ServerTls } from "../tls/serverTls.ts";
import type { Connection, DialHandler } from "./connection.ts";

/**
 * How Portico reaches the network: the data path has no other way to a socket. One per worker; it owns the
 * memory that its connections read into. Lifetime: process.
 */
export interface Transport {
	/** A listening socket that is not open yet. @throws Error if a certificate cannot be used */
	listen(address: ListenAddress, terms: AcceptTerms): ListeningSocket;
	/**
	 * Prepares connections to one address, so that each costs as little as possible. @throws Error if a CA
	 * cannot be used
	 */
	dialler(target: DialTarget, tls: ClientTls | null): Dialler;
	/** Lets go of memory that is kept for later use. */
	trim(): void;
}

export interface DialTarget {
	readonly host: string;
	readonly port: number;
}

/**
 * Opens connections to one address. Over TLS it remembers the last session, so that a new connection resumes
 * it.
 */
export interface Dialler {
	/**
	 * The handler is called after this returns, never during it.
	 *
	 * @throws Error if the connection cannot even be begun; all later failures reach `handler.onClose`
	 */
	dial(handler: DialHandler): Connection;
}

export interface ListenAddress {
	readonly host: string;
	readonly port: number;
	/** `[::]` beside an IPv4 listener on the same port leaves that one its addresses. */
	readonly ipv6Only: boolean;
}

/** What new connections get. A connection keeps the terms that it was accepted with. */
export interface AcceptTerms {
	readonly tls: ServerTls | null;
	/** Each connection begins with a PROXY protocol header. */
	readonly proxyHeader: ProxyHeaderTerms | null;
	readonly acceptor: Acceptor;
}

export interface ProxyHeaderTerms {
	/** Milliseconds until the header must be complete. */
	readonly timeout: number;
	/** Whether the peer may name a client. */
	trusts(peer: string): boolean;
}

/** The owner of accepted connections. All addresses are in normal form. */
export interface Acceptor {
	/**
	 * Called before the TLS handshake, with the address of the client.
	 *
	 * @returns null to accept; otherwise what a plain client is sent before its connection is closed (a TLS
	 * client is closed at once)
	 */
	admit(address: string): string | null;
	/** An admitted connection is closed, whether or not it ever reached {@link onConnection}. */
	onClosed(address: string): void;
	/** Ready: over TLS, the handshake is done. The callee sets `connection.handler` during the call. */
	onConnection(connection: Connection): void;
	/** A connection failed before it was ready, or could not be accepted at all. @param client its address, where it is known */
	onRefused(error: PorticoError, client: string | null): void;
}

export interface ListeningSocket {
	/** @throws Error with code EADDRINUSE, EACCES and the like */
	open(): Promise<void>;
	/**
	 * Prepares other terms. The returned function applies them to connections that are accepted from then on;
	 * it cannot fail.
	 *
	 * @throws Error if a certificate cannot be used
	 */
	prepare(terms: AcceptTerms): () => void;
	/** More connections may be accepted. */
	readonly accepting: boolean;
	/** Connections whose PROXY header or TLS handshake is in progress. */
	readonly pending: number;
	/**
	 * Stops accepting soon. Closing a listening socket resets every client that the kernel has let in and
	 * that is not accepted yet, so it first accepts until the queue is quiet.
	 */
	drain(): void;
	/** Stops accepting now and drops the pending connections. */
	close(): void;
}
