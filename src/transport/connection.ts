/**
 * The one interface through which the data path reaches a socket. Nothing of `node:stream` leaks through it, so that another runtime's
 * sockets can stand behind it.
 */
export interface Connection {
	/** Who is told what happens. May be replaced at any time (an upgrade hands the connection to a tunnel). */
	handler: ConnectionHandler;
	/** The peer, as the kernel names it; empty when it is already gone. */
	readonly remoteAddress: string;
	readonly remotePort: number;
	readonly localPort: number;
	/** `TLSv1.3` and the like, or null on a plain connection. */
	readonly tlsVersion: string | null;
	/**
	 * Writes bytes: a string of code units 0 to 255, or a chunk that is only valid during this call (it is copied where the kernel does not
	 * take it at once). False: enough is waiting, stop until onDrain.
	 */
	write(data: string | Buffer): boolean;
	/** Writes a text and a chunk in one go. */
	writeBoth(text: string, chunk: Buffer): boolean;
	/** Whether written bytes still wait for the peer. */
	readonly blocked: boolean;
	/** Stops reading. */
	pause(): void;
	resume(): void;
	/** Has the kernel ask a silent peer now and then whether it is still there: one that is gone closes the connection with an error. */
	watchPeer(): void;
	/** Closes our side after what is written has gone out. */
	end(): void;
	/** Closes both sides now; what is written and unsent is lost. */
	destroy(): void;
	/** As destroy, but the peer sees a reset rather than an orderly end: for an answer that must not be taken for complete. */
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
