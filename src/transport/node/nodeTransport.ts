import type { ClientTls } from "../../tls/clientTls.ts";
import type { AcceptTerms, Dialler, DialTarget, ListenAddress, ListeningSocket, Transport } from "../transport.ts";
import { BufferPool } from "./bufferPool.ts";
import { nodeDialler } from "./dial.ts";
import { NodeListeningSocket } from "./listeningSocket.ts";

/** {@link Transport} over `node:net` and `node:tls`: the portable one. */
export class NodeTransport implements Transport {
	readonly #pool = new BufferPool();

	listen(address: ListenAddress, terms: AcceptTerms): ListeningSocket {
		return new NodeListeningSocket(address, terms, this.#pool);
	}

	dialler(target: DialTarget, tls: ClientTls | null): Dialler {
		return nodeDialler(target, tls, this.#pool);
	}
}
