import type { Connection } from "../transport/connection.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import type { ClientPeer, ExchangeStarter } from "./clientStream.ts";
import { Http1Connection } from "./http1/connection.ts";
import { Http2Connection } from "./http2/connection.ts";
import { FirstBytes } from "./http2/firstBytes.ts";
import type { TurnEnd } from "./http2/turnEnd.ts";
import type { ReadAhead } from "./readAhead.ts";
import type { ConnectionOwner, ConnectionSettings, ServedConnection } from "./servedConnection.ts";

/** What every client protocol needs besides the connection and its peer. */
export interface ServiceContext {
	readonly settings: ConnectionSettings;
	readonly starter: ExchangeStarter;
	readonly owner: ConnectionOwner;
	readonly deadlines: Deadlines;
	readonly readAhead: ReadAhead;
	readonly turn: TurnEnd;
}

export type StartProtocol = (connection: Connection, peer: ClientPeer, context: ServiceContext) => ServedConnection;

const startHttp1: StartProtocol = (connection, peer, { settings, starter, owner, deadlines, readAhead }) =>
	new Http1Connection(connection, peer, settings, starter, owner, deadlines, readAhead);

const startHttp2: StartProtocol = (connection, peer, context) => new Http2Connection(connection, peer, context);

/**
 * Client protocols by ALPN name, in order of preference. A client protocol is a folder of its own and a row
 * here.
 */
const PROTOCOLS: ReadonlyMap<string, StartProtocol> = new Map([
	["h2", startHttp2],
	["http/1.1", startHttp1],
]);

/** What a listener with TLS offers. */
export const alpnProtocols = (http2: boolean): readonly string[] => [...PROTOCOLS.keys()].filter((name) => http2 || name !== "h2");

/**
 * Serves a connection by the protocol that was negotiated; HTTP/1.1 if none was. Sets the connection's
 * handler.
 */
export const startProtocol: StartProtocol = (connection, peer, context) =>
	(PROTOCOLS.get(connection.alpn ?? "") ?? startHttp1)(connection, peer, context);

/** Serves a plain connection by what it begins with: the preface of HTTP/2, or anything else. */
export const startByFirstBytes: StartProtocol = (connection, peer, context) =>
	new FirstBytes(connection, peer, context, startHttp2, startHttp1);
