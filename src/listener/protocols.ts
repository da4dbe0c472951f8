import type { Connection } from "../transport/connection.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import type { ClientPeer, ExchangeStarter } from "./clientStream.ts";
import { type ConnectionOwner, type ConnectionSettings, Http1Connection } from "./http1/connection.ts";
import type { ReadAhead } from "./readAhead.ts";

/** A connection whose client protocol is known. It tells its owner when it is released. */
export interface ServedConnection {
	/** Lets the connection end once it is idle. */
	drain(): void;
	/** Closes it if no request is on it. @returns whether it was idle */
	closeIfIdle(): boolean;
	/** Says goodbye if it is kept for a next request; one that never had any may have it on the wire. */
	closeIfKept(): void;
	/** Ends it now. */
	cut(): void;
}

/** What every client protocol needs besides the connection and its peer. */
export interface ServiceContext {
	readonly settings: ConnectionSettings;
	readonly starter: ExchangeStarter;
	readonly owner: ConnectionOwner;
	readonly deadlines: Deadlines;
	readonly readAhead: ReadAhead;
}

type StartProtocol = (connection: Connection, peer: ClientPeer, context: ServiceContext) => ServedConnection;

const startHttp1: StartProtocol = (connection, peer, { settings, starter, owner, deadlines, readAhead }) =>
	new Http1Connection(connection, peer, settings, starter, owner, deadlines, readAhead);

/**
 * Client protocols by ALPN name, in order of preference. A client protocol is a folder of its own and a row
 * here.
 */
const PROTOCOLS: ReadonlyMap<string, StartProtocol> = new Map([["http/1.1", startHttp1]]);

/** What a listener with TLS offers. */
export const ALPN_PROTOCOLS: readonly string[] = [...PROTOCOLS.keys()];

/**
 * Serves a connection by the protocol that was negotiated; HTTP/1.1 if none was. Sets the connection's
 * handler.
 */
export const startProtocol: StartProtocol = (connection, peer, context) =>
	(PROTOCOLS.get(connection.alpn ?? "") ?? startHttp1)(connection, peer, context);
