import type { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../http/message.ts";
import type { Connection } from "../transport/connection.ts";

/**
 * One attempt as the data path sees it from the member's side: the mirror of ClientStream. There is one implementation for each upstream
 * protocol. Framing is the protocol's own business.
 */
export interface UpstreamStream<Member> {
	readonly member: Member;
	/** Before {@link start}: the connection has carried a request. */
	readonly reused: boolean;
	/**
	 * The attempt hears of everything from here on; onConnected comes at once if the connection is ready, otherwise once it is.
	 *
	 * @param idle milliseconds, see AttemptTimeouts.upstreamIdle
	 */
	start(events: UpstreamEvents, idle: number): void;
	/**
	 * Begins the request. It leaves at {@link flush} or {@link sendEnd}.
	 *
	 * @param upgrade lower-case protocol that the client asks to switch to, or null
	 */
	sendHead(head: RequestHead, body: BodyLength, upgrade: string | null): void;
	/** The chunk is only valid during the call. False: stop until onUpstreamDrain. */
	sendBody(chunk: Buffer): boolean;
	/**
	 * The request is complete.
	 *
	 * @param firstByte milliseconds until the response must have begun
	 */
	sendEnd(trailers: HeaderList | null, firstByte: number): void;
	/** Sends what is gathered. False: stop until onUpstreamDrain. */
	flush(): boolean;
	/** Stops reading the response. */
	pause(): void;
	resume(): void;
	/** Gives the attempt up: nothing more comes, and the connection is not used again. */
	abort(): void;
}

/** The attempt as the member's side sees it. Nothing more comes after onResponseEnd, onSwitched or onUpstreamError. */
export interface UpstreamEvents {
	/** The connection is ready for the request. */
	onConnected(): void;
	onInformational(head: ResponseHead): void;
	onResponse(head: ResponseHead, body: BodyLength): void;
	/** The chunk is only valid during the call. */
	onResponseBody(chunk: Buffer): void;
	/** Everything that arrived in one read has been passed on. */
	onResponseFlush(): void;
	onResponseEnd(trailers: HeaderList | null): void;
	/** The node agreed to the upgrade. The connection is the exchange's from here. */
	onSwitched(head: ResponseHead, connection: Connection, rest: Buffer | null): void;
	onUpstreamDrain(): void;
	/** The member was found not to work and has not begun to respond. The attempt goes on unless it is aborted. */
	onMemberDown(): void;
	onUpstreamError(error: PorticoError): void;
}
