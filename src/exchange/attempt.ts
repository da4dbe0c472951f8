import type { FailedTry, Placement } from "../balance/placement.ts";
import type { TurnClock } from "../clock.ts";
import { type ErrorCode, PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../http/message.ts";
import type { Connection } from "../transport/connection.ts";
import type { UpstreamMember } from "../upstream/member.ts";
import type { UpstreamEvents, UpstreamStream } from "../upstream/stream.ts";
import type { RouteTimeouts } from "./compiledRoute.ts";
import type { Routed } from "./decide.ts";
import type { Route } from "./route.ts";

/** Interim responses relayed for each attempt (Apache has no limit, HAProxy and nginx drop them); a member that sends more is broken. */
const MAX_INFORMATIONAL = 10;

/** What the exchange hears of its attempt. */
export interface AttemptOwner {
	onConnected(attempt: Attempt): void;
	onInformational(attempt: Attempt, head: ResponseHead): void;
	onResponse(attempt: Attempt, head: ResponseHead, body: BodyLength): void;
	/** The chunk is only valid during the call. False: the client takes no more for now. */
	onResponseBody(chunk: Buffer): boolean;
	/** False: the client takes no more for now. */
	onResponseFlush(): boolean;
	onResponseEnd(trailers: HeaderList | null): void;
	onSwitched(attempt: Attempt, head: ResponseHead, connection: Connection, rest: Buffer | null): void;
	onUpstreamDrain(): void;
	onMemberDown(attempt: Attempt): void;
	onAttemptError(attempt: Attempt, error: PorticoError): void;
	/** Comes once: its bytes and times are final, and its slot at the member is free again. */
	onAttemptEnded(attempt: Attempt): void;
}

/** One try at one member: its times, bytes, interim responses and status. Lifetime: exchange. */
export class Attempt implements UpstreamEvents {
	readonly placement: Placement<Routed<Route>>;
	/** What was routed. */
	readonly routed: Routed<Route>;
	readonly member: UpstreamMember;
	/** On the clock, in milliseconds; -1: not yet. */
	readonly assignedAt: number;
	connectedAt = -1;
	sentAt = -1;
	respondedAt = -1;
	/** Bytes of bodies, as the member received and sent them. */
	sentBytes = 0;
	receivedBytes = 0;
	/** Of the response; 0 = none has begun. */
	status = 0;
	/** Bytes of the request were written to the connection. */
	begun = false;
	/** The connection carried a request before. */
	readonly reused: boolean;
	readonly #owner: AttemptOwner;
	readonly #clock: TurnClock;
	/** Null: the attempt is over, and its connection may serve others. */
	#stream: UpstreamStream<UpstreamMember> | null;
	/** The request as the member gets it, until it is sent. */
	#head: RequestHead | null = null;
	#interim = 0;
	#ended = false;
	/** Milliseconds until the response must have begun: fewer than the route's while another attempt could follow. */
	#firstByte: number;
	readonly #timeouts: RouteTimeouts;

	constructor(owner: AttemptOwner, placement: Placement<Routed<Route>>, stream: UpstreamStream<UpstreamMember>, clock: TurnClock) {
		const { routed } = placement;
		const { timeouts } = routed.route;
		this.#owner = owner;
		this.placement = placement;
		this.routed = routed;
		this.member = stream.member;
		this.#stream = stream;
		this.reused = stream.reused;
		this.#timeouts = timeouts;
		this.#firstByte = placement.firstByte(timeouts.firstByte);
		this.#clock = clock;
		this.assignedAt = clock.now;
	}

	/** Sends the head as soon as the connection is ready. */
	start(head: RequestHead): void {
		this.#head = head;
		this.#stream?.start(this, this.#timeouts.upstreamIdle);
	}

	/** Milliseconds from its assignment to the first byte of its response; -1: there was none. */
	get latency(): number {
		return this.respondedAt === -1 ? -1 : this.respondedAt - this.assignedAt;
	}

	/** How it failed, for the retry rule. */
	failedBy(code: ErrorCode): FailedTry {
		const tryTimedOut = this.#firstByte < this.#timeouts.firstByte && code === "http_response_timeout";
		return { member: this.member, code, begun: this.begun, reused: this.reused, tryTimedOut };
	}

	// --- the request

	/** The chunk is only valid during the call. False: stop until onUpstreamDrain. */
	sendBody(chunk: Buffer): boolean {
		if (this.#stream === null) return true;
		this.sentBytes += chunk.length;
		return this.#stream.sendBody(chunk);
	}

	/** @param replayable the request could be sent once more: if not, no other attempt can follow */
	sendEnd(trailers: HeaderList | null, replayable: boolean): void {
		if (!replayable) this.#firstByte = this.#timeouts.firstByte;
		this.sentAt = this.#clock.now;
		this.#stream?.sendEnd(trailers, this.#firstByte);
	}

	/** Sends what is gathered. False: stop until onUpstreamDrain. */
	flush(): boolean {
		return this.#stream === null || this.#stream.flush();
	}

	/** The client takes more of the response. */
	resume(): void {
		this.#stream?.resume();
	}

	/** Gives it up. Does nothing once it is over. */
	abort(): void {
		const stream = this.#stream;
		this.#stream = null;
		stream?.abort();
	}

	end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#owner.onAttemptEnded(this);
	}

	// --- what the member's side reports

	onConnected(): void {
		const { bodyLength, upgrade } = this.routed.request;
		this.connectedAt = this.#clock.now;
		if (this.#head !== null) this.#stream?.sendHead(this.#head, bodyLength, upgrade);
		this.#head = null;
		this.begun = true;
		this.#owner.onConnected(this);
	}

	onInformational(head: ResponseHead): void {
		if (++this.#interim <= MAX_INFORMATIONAL) return this.#owner.onInformational(this, head);
		this.abort();
		this.#owner.onAttemptError(this, new PorticoError("informational_flood", { member: this.member.name }));
	}

	onResponse(head: ResponseHead, body: BodyLength): void {
		this.#answered(head);
		this.#owner.onResponse(this, head, body);
	}

	onResponseBody(chunk: Buffer): void {
		this.receivedBytes += chunk.length;
		if (!this.#owner.onResponseBody(chunk)) this.#stream?.pause();
	}

	onResponseFlush(): void {
		if (!this.#owner.onResponseFlush()) this.#stream?.pause();
	}

	onResponseEnd(trailers: HeaderList | null): void {
		this.#stream = null;
		this.#owner.onResponseEnd(trailers);
	}

	onSwitched(head: ResponseHead, connection: Connection, rest: Buffer | null): void {
		this.#stream = null;
		this.#answered(head);
		this.#owner.onSwitched(this, head, connection, rest);
	}

	onUpstreamDrain(): void {
		this.#owner.onUpstreamDrain();
	}

	onMemberDown(): void {
		this.#owner.onMemberDown(this);
	}

	onUpstreamError(error: PorticoError): void {
		this.#stream = null;
		this.#owner.onAttemptError(this, error);
	}

	#answered({ status }: ResponseHead): void {
		this.status = status;
		this.respondedAt = this.#clock.now;
	}
}
