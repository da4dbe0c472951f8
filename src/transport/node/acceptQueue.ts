import { createServer, type Server, type Socket } from "node:net";
import type { ListenAddress } from "../transport.ts";
import { narrowBacklog } from "./backlog.ts";
import { SOCKET_OPTIONS } from "./sockets.ts";

const BACKLOG = 4096;
/** Milliseconds that a draining queue goes on as before. */
const ACCEPT_ON_MS = 100;
/** After that: most turns of the event loop until the queue is taken for empty. Each accepts one connection. */
const MOST_TURNS = 5000;
/** Then: turns in which nobody comes. */
const QUIET_TURNS = 50;

/**
 * One of the kernel's queues of new connections at an address. libuv accepts one connection of each in a turn of the event loop, so an
 * address has several: else new clients would wait for long turns one after the other. Lifetime: process.
 */
export class AcceptQueue {
	accepting = true;
	/** The next connection is the last one. */
	#stopsNext = false;
	#accepted = 0;
	readonly #server: Server;

	constructor(onSocket: (socket: Socket) => void) {
		this.#server = createServer(SOCKET_OPTIONS, (socket) => {
			this.#accepted++;
			if (this.#stopsNext) this.stop();
			onSocket(socket);
		});
	}

	/** @param onError errors of accepting, such as EMFILE: the connection is not accepted @throws Error with code EADDRINUSE, EACCES and the like */
	open(address: ListenAddress, onError: (error: Error) => void): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const onClose = (): void => reject(new Error("closed before it was open"));
		this.#server.once("error", reject);
		this.#server.once("close", onClose);
		this.#server.listen({ ...address, backlog: BACKLOG, reusePort: true }, () => {
			this.#server.off("error", reject);
			this.#server.off("close", onClose);
			this.#server.on("error", onError);
			resolve();
		});
		return promise;
	}

	drain(): void {
		setTimeout(() => {
			// From now on clients that the kernel's queue has no room for hear nothing, and try again.
			if (this.accepting) narrowBacklog(this.#server);
			this.#stopWhenEmpty(MOST_TURNS);
		}, ACCEPT_ON_MS);
	}

	/**
	 * The kernel resets connections that are in its queue when the socket closes, so it closes when that queue is empty. A turn of the event
	 * loop that accepted nothing shows that it was. From then on it holds one connection at most, and is empty at the moment when that one has
	 * been accepted: the socket closes right then, or when nobody has come for a while.
	 */
	#stopWhenEmpty(turns: number): void {
		const before = this.#accepted;
		setImmediate(() => {
			if (!this.accepting) return;
			if (this.#stopsNext && turns === 0) return this.stop();
			const wasEmpty = this.#accepted === before || turns === 0;
			if (wasEmpty && !this.#stopsNext) {
				this.#stopsNext = true;
				this.#stopWhenEmpty(QUIET_TURNS);
			} else this.#stopWhenEmpty(turns - 1);
		});
	}

	stop(): void {
		this.#stopsNext = false;
		this.accepting = false;
		this.#server.close();
	}
}
