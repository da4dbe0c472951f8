import type { ClientTls } from "../../tls/clientTls.ts";
import type { AcceptTerms, Dialler, DialTarget, ListenAddress, ListeningSocket, Transport } from "../transport.ts";
import { nodeDialler } from "./dial.ts";
import { NodeListeningSocket } from "./listeningSocket.ts";

/** {@link Transport} over `node:net` and `node:tls`: the portable one. */
export class NodeTransport implements Transport {
	listen(address: ListenAddress, terms: AcceptTerms): ListeningSocket {
		return new NodeListeningSocket(address, terms);
	}

	dialler(target: DialTarget, tls: ClientTls | null): Dialler {
		return nodeDialler(target, tls);
	}
}
