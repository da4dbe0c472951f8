import type { ErrorCode, Phase } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";

/**
 * What is known of one exchange when it ends: the input of every access-log format. All strings are raw, the formats escape and
 * mask them. Header values and the request line hold one character per byte (latin1), as the codec delivers them.
 */
export interface ExchangeRecord {
	/** Start of the exchange, milliseconds since the epoch. */
	startWall: number;
	/** Milliseconds from the start to the last byte of the response; may have a fraction. */
	duration: number;
	/** Verified client: what trusted proxies said, else the TCP peer. */
	clientAddress: string;
	clientPort: number;
	/** The TCP peer itself. */
	peerAddress: string;
	/** Empty if no request could be read at all. */
	method: string;
	target: string;
	/** As in RequestHead.version. */
	version: number;
	/** Public authority of the request, `host` or `host:port`; may be empty. */
	authority: string;
	/** Sent to the client; 499 if the client left. */
	status: number;
	/** 0 = no member answered. */
	upstreamStatus: number;
	/** Body bytes to the client, without chunk framing. */
	bytesOut: number;
	/** Body bytes from the client, without chunk framing. */
	bytesIn: number;
	requestHeaders: HeaderList | null;
	/** As sent to the client. */
	responseHeaders: HeaderList | null;
	requestId: string;
	/** Who signed in at Portico, one character per byte; empty if nobody had to, or the password was wrong. */
	user: string;
	/** Empty if no route was found. Begins with the service's name and a colon. */
	routeId: string;
	/** Name of the last member tried; empty if none. */
	member: string;
	attempts: number;
	error: ErrorCode | null;
	/** Id of the rule that refused the request. */
	rule: string | null;
	phase: Phase;
	/** Milliseconds from the start to the first byte of the response, -1 = none. */
	firstByte: number;
	scheme: "http" | "https";
	tlsVersion: string | null;
	/** Raw first line if the head could not be parsed; stands in for method, target and version. */
	requestLine: string | null;
	/** Exchanges this connection carried before this one. */
	requestIndex: number;
	/** The client connection stays open after this exchange. */
	keptAlive: boolean;
}
