import type { Connection } from "../transport/connection.ts";
import type { TunnelEnd } from "../transport/tunnel.ts";

/** The two sides of an upgraded exchange, with what had arrived on each before they were joined. */
export interface TunnelSides {
	/** What was upgraded to, lower case: `websocket`. */
	readonly protocol: string;
	readonly client: Connection;
	readonly fromClient: Buffer | null;
	readonly upstream: Connection;
	readonly fromUpstream: Buffer | null;
	/** The client has closed its side already. */
	readonly clientEnded: boolean;
}

/** The two sides, once they are joined. */
export interface OpenTunnel {
	/** Nothing has passed for a while. */
	readonly isSilent: boolean;
	/** Ends both sides now; its end comes during the call. */
	close(): void;
}

/** Joins the two sides of an upgraded exchange. */
export interface TunnelOpener {
	/** @param onEnd comes once */
	open(sides: TunnelSides, idleMs: number, onEnd: (end: TunnelEnd) => void): OpenTunnel;
}
