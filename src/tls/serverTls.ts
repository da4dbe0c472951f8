import type { TlsPlan } from "../plan/listener.ts";

/** TLS as a listener terminates it: data only, each transport builds its own contexts from it. */
export interface ServerTls extends TlsPlan {
	/** ALPN names in order of preference. A client without ALPN is accepted. */
	readonly protocols: readonly string[];
	/** Milliseconds for the whole handshake. */
	readonly handshakeTimeout: number;
	/** 48 bytes, the same in every worker, so that a session made with one is resumed by another. */
	readonly ticketKeys: Buffer;
}
