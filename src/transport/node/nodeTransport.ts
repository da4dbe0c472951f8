import type { TurnClock } from "../../clock.ts";
import type { ClientTls } from "../../tls/clientTls.ts";
import type { AcceptTerms, Dialler, DialTarget, ListenAddress, ListeningSocket, Transport } from "../transport.ts";
import { BufferPool } from "./bufferPool.ts";
import { nodeDialler } from "./dial.ts";
import { NodeListeningSocket } from "./listeningSocket.ts";
import type { NodeThread } from "./nodeThread.ts";

/** {@link Transport} over `node:net` and `node:tls`: the portable one. */
export class NodeTransport implements Transport {
	readonly #thread: NodeThread;

	/** @param clock read whenever a socket has something to tell */
	constructor(clock: TurnClock) {
		this.#thread = { pool: new BufferPool(), clock };
	}

	listen(address: ListenAddress, terms: AcceptTerms): ListeningSocket {
		return new NodeListeningSocket(address, terms, this.#thread);
	}

	dialler(target: DialTarget, tls: ClientTls | null): Dialler {
		return nodeDialler(target, tls, this.#thread);
	}

	trim(): void {
		this.#thread.pool.trim();
	}
}
