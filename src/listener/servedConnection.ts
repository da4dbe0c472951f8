/** What a listener and the connections of its client protocols know of each other. */
import type { PorticoError } from "../errors.ts";
import type { Abuse } from "../http2/score.ts";
import type { MemoryBudget } from "../limit/byteBudget.ts";

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

export interface ConnectionSettings {
	/** Limits, see LimitsPlan. */
	readonly headBytes: number;
	readonly headerFields: number;
	/** Times in milliseconds, see TimeoutsPlan. */
	readonly requestHead: number;
	readonly bodyIdle: number;
	readonly bodyMinRate: number;
	readonly keepAlive: number;
	readonly clientWrite: number;
	readonly halfClosed: number;
	/** Bytes of a response that are read ahead of a slow client, see LimitsPlan. */
	readonly responseBuffer: number;
}

/** Told when the connection is gone or handed over to a tunnel, so that it can be forgotten. */
export interface ConnectionOwner {
	readonly draining: boolean;
	/** For large heads and pipelined bytes, of all connections together. */
	readonly heads: MemoryBudget;
	onReleased(connection: ServedConnection): void;
	/** It was cut off after its exchange had ended. */
	onDropped(error: PorticoError, client: string): void;
	/** It was ended for what its client did. */
	onAbuse(abuse: Abuse): void;
}
