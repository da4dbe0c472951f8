import type { TurnClock } from "../../clock.ts";
import type { BufferPool } from "./bufferPool.ts";

/** What all sockets of one thread share. */
export interface NodeThread {
	readonly pool: BufferPool;
	/** Read at the beginning of each event of a socket. */
	readonly clock: TurnClock;
}
