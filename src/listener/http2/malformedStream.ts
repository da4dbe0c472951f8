import type { ResponseHead } from "../../http/message.ts";
import type { Connection } from "../../transport/connection.ts";
import type { ClientPeer, ClientStream } from "../clientStream.ts";

/** A stream that was malformed and is over: its exchange is recorded, and what it responds reaches nobody. */
export class MalformedStream implements ClientStream {
	readonly peer: ClientPeer;
	readonly version = 2;
	readonly keepAlive = true;
	readonly requestIndex: number;
	readonly bytesOut = 0;
	readonly bytesIn = 0;
	readonly slowPace = null;
	readonly parsing = false;

	constructor(peer: ClientPeer, requestIndex: number) {
		this.peer = peer;
		this.requestIndex = requestIndex;
	}

	continueBody(): void {}
	sendInformational(): void {}
	sendHead(): void {}
	retractHead(): boolean {
		return false;
	}
	sendBody(): boolean {
		return true;
	}
	sendEnd(): void {}
	flush(): boolean {
		return true;
	}
	abort(): void {}
	expectPace(): void {}
	pauseBody(): void {}
	resumeBody(): void {}
	switchProtocols(_head: ResponseHead): { connection: Connection; rest: null; ended: boolean } {
		throw new Error("a malformed request has no upgrade");
	}
}
