/** Limits and timeouts of the whole process. */

export interface LimitsPlan {
	/** Bytes of request line and headers. */
	readonly requestHead: number;
	/** Bytes of a request's body that wait before the request takes a slot at a node; 0 = none. */
	readonly requestBuffer: number;
	/** Bytes of a response that are read ahead of a slow client; 0 = none. */
	readonly responseBuffer: number;
	/** Bytes of status line and headers of a node's response. */
	readonly responseHead: number;
	readonly headerFields: number;
	/** Bytes of memory the process may hold; 0 = what the machine or its container has. */
	readonly memory: number;
	/** Client connections in all (over all workers); 0 = no limit. */
	readonly connections: number;
	/** Client connections per client address (over all workers); 0 = no limit. */
	readonly connectionsPerClient: number;
}

/** All in milliseconds. Names as in the field: see docs/reference/glossary.md. */
export interface TimeoutsPlan {
	readonly tlsHandshake: number;
	/** From the first byte of a request head to its last. */
	readonly requestHead: number;
	/** Longest pause inside a request body. */
	readonly bodyIdle: number;
	/** Least bytes per second of a request body, measured over bodyIdle windows; 0 = off. (Not a time.) */
	readonly bodyMinRate: number;
	/** An idle client connection. */
	readonly keepAlive: number;
	/** Longest pause while the client does not take the response. */
	readonly clientWrite: number;
	/** Longest silence towards a client that closed its side after its request: it may only have stopped sending, or be gone. */
	readonly halfClosed: number;
	readonly connect: number;
	/** From the request being sent to the first byte of the response. */
	readonly firstByte: number;
	/** Longest pause inside a response, or while the node does not take the request body. */
	readonly upstreamIdle: number;
	readonly tunnelIdle: number;
	/** After TERM: how long in-flight exchanges and tunnels get. */
	readonly drain: number;
}
