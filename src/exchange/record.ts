import type { Phase, PorticoError } from "../errors.ts";
import type { RequestHead, ResponseHead } from "../http/message.ts";
import type { ClientStream } from "../listener/clientStream.ts";
import type { ExchangeRecord } from "../log/record.ts";
import type { Attempt } from "./attempt.ts";
import type { SignedIn } from "./fullGate.ts";
import type { AdmittedRequest, Client } from "./request.ts";

/** All that an exchange knows when it ends; null where it did not get that far. */
export interface EndedExchange {
	readonly stream: ClientStream;
	/** Raw first line if the head could not be parsed. */
	readonly requestLine: string | null;
	readonly head: RequestHead | null;
	readonly client: Client;
	readonly requestId: string;
	readonly request: AdmittedRequest | null;
	readonly signedIn: SignedIn | null;
	/** Empty: none was found. */
	readonly routeId: string;
	/** Attempts made. */
	readonly attempts: number;
	readonly attempt: Attempt | null;
	/** As sent to the client. */
	readonly response: ResponseHead | null;
	readonly status: number;
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly phase: Phase;
	readonly error: PorticoError | null;
	/** On the clock, in milliseconds. */
	readonly startedAt: number;
	readonly endedAt: number;
	/** The end, in milliseconds since the epoch. */
	readonly wall: number;
}

/** What is told of an exchange when it is over. */
export function recordOf(ended: EndedExchange): ExchangeRecord {
	const { stream, head, client, attempt, error } = ended;
	const { peer } = stream;
	const duration = ended.endedAt - ended.startedAt;
	return {
		startWall: ended.wall - duration,
		duration,
		clientAddress: client.address,
		clientPort: peer.port,
		peerAddress: peer.address,
		method: head?.method ?? "",
		target: head?.target ?? "",
		version: stream.version,
		authority: ended.request?.authority ?? "",
		status: ended.status,
		upstreamStatus: attempt?.status ?? 0,
		bytesOut: ended.bytesOut,
		bytesIn: ended.bytesIn,
		requestHeaders: head?.headers ?? null,
		responseHeaders: ended.response?.headers ?? null,
		requestId: ended.requestId,
		user: ended.signedIn === null ? "" : Buffer.from(ended.signedIn.user, "utf8").toString("latin1"),
		routeId: ended.routeId,
		member: attempt?.member.name ?? "",
		attempts: ended.attempts,
		error: error?.code ?? null,
		rule: error?.detail ?? null,
		phase: ended.phase,
		firstByte: attempt === null || attempt.respondedAt === -1 ? -1 : attempt.respondedAt - ended.startedAt,
		scheme: client.secure ? "https" : "http",
		tlsVersion: peer.tlsVersion,
		requestLine: ended.requestLine,
		requestIndex: stream.requestIndex,
		keptAlive: stream.keepAlive,
	};
}
