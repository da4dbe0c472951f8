import type { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../http/message.ts";
import type { ProbePlan } from "../plan/listener.ts";
import type { Connection } from "../transport/connection.ts";

/** The listener that accepted a connection, as it is now. */
export interface ServingListener {
	/** As in its plan. */
	readonly name: string;
	/** It stops, or the process ends. */
	readonly draining: boolean;
}

/** Facts of the client side that do not change during an exchange. */
export interface ClientPeer {
	/** The peer of the connection (or what a PROXY protocol header named). */
	readonly address: string;
	readonly port: number;
	readonly localPort: number;
	readonly secure: boolean;
	readonly tlsVersion: string | null;
	/** The listener only sends clients to https. */
	readonly redirectToHttps: boolean;
	/** Except of these paths, see {@link ListenerPlan.redirectExcept}. */
	readonly redirectExcept: readonly string[];
	readonly probe: ProbePlan | null;
	readonly listener: ServingListener;
}

/**
 * One exchange as the data path sees it from the client side: the way back. One implementation a client protocol; HTTP/1 has one at a time
 * on a connection, HTTP/2 will have many.
 */
export interface ClientStream {
	readonly peer: ClientPeer;
	/** 1 for HTTP/1.1 and so on: see RequestHead.version. */
	readonly version: number;
	/** Whether the connection will serve another request after this one; known once the response's head is to be made. */
	readonly keepAlive: boolean;
	/** Exchanges the connection carried before this one. */
	readonly requestIndex: number;
	/** Body bytes sent to the client so far. */
	readonly bytesOut: number;
	/** Body bytes received from the client so far. */
	readonly bytesIn: number;
	/** Bytes per second that the client sends or takes, if it is slow and nothing else is waited for; otherwise null. */
	readonly slowPace: number | null;
	/** What one read brought is being parsed: onRequestFlush or onRequestEnd follows. */
	readonly parsing: boolean;

	/** Writes `100 Continue` if the client waits for one. */
	continueBody(): void;
	sendInformational(head: ResponseHead): void;
	/** The final head; its framing is added here. It leaves with the first of the body, or at flush. */
	sendHead(head: ResponseHead, body: BodyLength): void;
	/** Takes the head back, and what was sent after it. False: some of it has left already. */
	retractHead(): boolean;
	/** The chunk is only valid during the call. False: stop until onClientDrain. */
	sendBody(chunk: Buffer): boolean;
	/** The response is complete. */
	sendEnd(trailers: HeaderList | null): void;
	/** Sends what is gathered. False: stop until onClientDrain. */
	flush(): boolean;
	/** The response cannot be completed: the connection is cut so that the client notices. */
	abort(): void;
	/** The body holds a slot at a node from now on: the least rate doubles with each `bodyIdle`, up to 64 times `bodyMinRate`. */
	expectPace(): void;
	pauseBody(): void;
	resumeBody(): void;
	/**
	 * Agrees to the upgrade that the client asked for. Nothing more is called on the stream.
	 *
	 * @param protocol as the node wrote it
	 * @returns the bare connection, what the client already sent on it, and whether that was all
	 */
	switchProtocols(
		head: ResponseHead,
		protocol: string,
	): { readonly connection: Connection; readonly rest: Buffer | null; readonly ended: boolean };
}

/** The exchange as the client side sees it. */
export interface ExchangeEvents {
	/** The chunk is only valid during the call. */
	onRequestBody(chunk: Buffer): void;
	/** Not after a request without a body. Nothing that was gathered may wait after it. */
	onRequestEnd(trailers: HeaderList | null): void;
	/** What one read brought of a body that goes on was passed: forward what was gathered. */
	onRequestFlush(): void;
	/** The request broke or came too slowly after its head. */
	onRequestError(error: PorticoError): void;
	onClientDrain(): void;
	/** The client left. */
	onClientGone(): void;
}

/** How the exchange of a request is begun: the data path behind the listener. */
export interface ExchangeStarter {
	/** @param upgrade lower-case protocol that the client asks to switch to, or null */
	begin(stream: ClientStream, head: RequestHead, body: BodyLength, upgrade: string | null): ExchangeEvents;
	/** A request that could not be understood, with its first line as far as it arrived. */
	refuse(stream: ClientStream, error: PorticoError, requestLine: string | null): void;
}
