/**
 * The one interface through which the data path reaches a socket. Nothing of `node:stream` leaks through it,
 * so that another runtime's sockets can stand behind it.
 */
export interface Connection {
	/**
	 * Receives the events. May be replaced at any time once the connection is ready (an upgrade hands the
	 * connection to a tunnel).
	 */
	handler: ConnectionHandler;
	/**
	 * The client of an accepted connection, in normal form: the TCP peer, or whom a PROXY header named. Empty
	 * and 0 for a dialled one.
	 */
	readonly remoteAddress: string;
	readonly remotePort: number;
	readonly localPort: number;
	/** `TLSv1.3` and the like, or null on a plain connection. */
	readonly tlsVersion: string | null;
	/**
	 * The protocol negotiated by ALPN; null on a plain connection, or if the peer does not negotiate. Known
	 * once the connection is ready.
	 */
	readonly alpn: string | null;
	/**
	 * Writes bytes: a string of code units 0 to 255, or a chunk that is only valid during this call (what the
	 * kernel does not take at once is copied, or retained by its lease). False: enough is waiting, stop until
	 * onDrain. After the end, what is written is dropped.
	 */
	write(data: string | Buffer): boolean;
	/** Writes a text and a chunk in one go. */
	writeBoth(text: string, chunk: Buffer): boolean;
	/** Whether written bytes still wait for the peer. */
	readonly blocked: boolean;
	/** Bytes that were written and have not left, as far as it is known; the kernel may hold more. */
	readonly unsent: number;
	/** Stops reading. */
	pause(): void;
	resume(): void;
	/**
	 * Has the kernel probe a silent peer now and then: one that is gone closes the connection with an error.
	 */
	watchPeer(): void;
	/** Closes our side after what is written has gone out. */
	end(): void;
	/** Closes both sides now; what is written and unsent is lost. */
	destroy(): void;
	/**
	 * As destroy, but the peer sees a reset rather than an orderly end: for a response that must not be taken
	 * for complete.
	 */
	reset(): void;
}

export interface ConnectionHandler {
	/** The chunk is only valid during the call: whoever keeps bytes copies them. */
	onData(chunk: Buffer): void;
	/** What was waiting has gone out. Only after a write that returned false. */
	onDrain(): void;
	/** The peer will send no more. */
	onPeerEnd(): void;
	/** Gone, once and last. `error` when it did not end in order. */
	onClose(error: Error | null): void;
}

/**
 * The handler of a dialled connection. Before `onOpen` no other call comes but `onClose`, and nothing may be
 * written.
 */
export interface DialHandler extends ConnectionHandler {
	/**
	 * Ready for a request, once: connected, and over TLS the handshake is done and the certificate accepted.
	 */
	onOpen(): void;
	/** Before `onOpen` the error is a `DialFailure`. */
	onClose(error: Error | null): void;
}

/** The handler until the owner sets one. */
export const NO_HANDLER: ConnectionHandler = { onData() {}, onDrain() {}, onPeerEnd() {}, onClose() {} };
