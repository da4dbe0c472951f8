/** HTTP/1.1 towards a member: one connection, one exchange at a time, no pipelining. */
import { type ErrorCode, PorticoError } from "../../errors.ts";
import { isEventStream } from "../../http/eventStream.ts";
import type { HeaderList } from "../../http/headers.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead, type ResponseHead } from "../../http/message.ts";
import { frameRequest } from "../../http1/frame.ts";
import { keepsAlive } from "../../http1/persistence.ts";
import { ResponseParser, type ResponseSink } from "../../http1/responseParser.ts";
import { CHUNK_TAIL, chunkHead, lastChunk, requestHeadText } from "../../http1/serialize.ts";
import type { Connection, DialHandler } from "../../transport/connection.ts";
import type { Deadlines, Expiring } from "../../transport/deadlines.ts";
import { DialFailure } from "../../transport/dialFailure.ts";
import { Outbox } from "../../transport/outbox.ts";
import type { Dialler } from "../../transport/transport.ts";
import { connectFailure } from "../connectFailure.ts";
import type { UpstreamEvents, UpstreamStream } from "../stream.ts";

export interface UpstreamSettings {
	readonly headBytes: number;
	readonly headerFields: number;
	/** Milliseconds. */
	readonly connect: number;
	readonly idle: number;
	readonly maxRequests: number;
}

/** Keeps the connection between attempts. */
export interface ConnectionKeeper {
	/** Where it leads, for errors: `is-1/servlet`. */
	readonly name: string;
	/** It is connected, and ready for requests. */
	onOpened(): void;
	/** No connection to the member could be made. */
	onUnreachable(): void;
	/** Free again; false: there is no room to keep it. */
	onIdle(connection: UpstreamConnection<this>): boolean;
	/** Its response is an event stream. */
	onStream(): void;
	/** The stream is over; false: there is no room to keep the connection. */
	onStreamEnd(): boolean;
	onGone(connection: UpstreamConnection<this>): void;
}

type State = "connecting" | "idle" | "sending" | "waiting" | "reading" | "gone";

const NEVER = Number.POSITIVE_INFINITY;

export class UpstreamConnection<K extends ConnectionKeeper = ConnectionKeeper>
	implements UpstreamStream<K>, DialHandler, ResponseSink, Expiring
{
	deadline = NEVER;
	/** Requests sent so far. */
	requests = 0;
	/** When its last exchange ended, in milliseconds on the clock of the deadlines. */
	idleSince = 0;
	readonly member: K;
	/** Its response is an event stream. */
	isStream = false;

	readonly #connection: Connection;
	readonly #settings: UpstreamSettings;
	readonly #deadlines: Deadlines;
	readonly #parser: ResponseParser;
	readonly #outbox: Outbox;

	#state: State = "connecting";
	#attempt: UpstreamEvents | null = null;
	/** Longest pause inside the response; none for event streams. */
	#idle = NEVER;
	/** The request body goes out in chunks. */
	#chunked = false;
	#requestDone = false;
	#reusable = true;
	#paused = false;
	#trailers: HeaderList | null = null;
	#switched: ResponseHead | null = null;
	#responseDone = false;

	constructor(dialler: Dialler, member: K, settings: UpstreamSettings, deadlines: Deadlines) {
		this.member = member;
		this.#settings = settings;
		this.#deadlines = deadlines;
		this.#connection = dialler.dial(this);
		this.#parser = new ResponseParser(settings, this);
		this.#outbox = new Outbox(this.#connection);
		deadlines.add(this);
		this.deadline = deadlines.base + settings.connect;
	}

	get reused(): boolean {
		return this.requests > 0;
	}

	start(attempt: UpstreamEvents, idle: number): void {
		this.#attempt = attempt;
		this.#idle = idle;
		if (this.#state === "idle") this.#begin(attempt);
	}

	#begin(attempt: UpstreamEvents): void {
		this.#state = "sending";
		this.#requestDone = false;
		this.#reusable = true;
		this.#trailers = null;
		this.#responseDone = false;
		this.requests++;
		this.deadline = this.#deadlines.base + this.#idle;
		attempt.onConnected();
	}

	onOpen(): void {
		if (this.#state !== "connecting") return;
		this.member.onOpened();
		this.#state = "idle";
		this.deadline = NEVER;
		if (this.#attempt !== null) this.#begin(this.#attempt);
		else this.#keep();
	}

	// --- the request

	sendHead(head: RequestHead, body: BodyLength, upgrade: string | null): void {
		this.#parser.start(head.method, upgrade);
		this.#chunked = body === BODY_CHUNKED;
		frameRequest(head, body, upgrade);
		this.#outbox.text(requestHeadText(head));
	}

	sendBody(chunk: Buffer): boolean {
		if (!this.#paused) this.deadline = this.#deadlines.base + this.#idle;
		if (!this.#chunked) return this.#outbox.chunk(chunk);
		this.#outbox.text(chunkHead(chunk.length));
		const more = this.#outbox.chunk(chunk);
		this.#outbox.text(CHUNK_TAIL);
		return more;
	}

	sendEnd(trailers: HeaderList | null, firstByte: number): void {
		if (this.#chunked) this.#outbox.text(lastChunk(trailers));
		this.#requestDone = true;
		this.#outbox.flush();
		if (this.#state !== "sending") return;
		this.#state = "waiting";
		this.deadline = this.#deadlines.base + firstByte;
	}

	flush(): boolean {
		return this.#outbox.flush();
	}

	pause(): void {
		if (this.#state === "gone") return;
		this.#paused = true;
		this.deadline = NEVER;
		this.#connection.pause();
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		this.deadline = this.#deadlines.base + this.#idle;
		this.#connection.resume();
	}

	abort(): void {
		this.#attempt = null;
		this.#drop();
	}

	/** The member was found not to work: an attempt that has nothing of a response yet may rather go elsewhere. */
	onMemberDown(): void {
		if (this.#state !== "reading") this.#attempt?.onMemberDown();
	}

	// --- what the socket tells

	onData(chunk: Buffer): void {
		if (this.#state === "gone") return;
		if (this.#attempt === null) return this.#drop(); // bytes nobody asked for
		if (this.#state !== "reading") this.#state = "reading";
		if (!this.#paused) this.deadline = this.#deadlines.base + this.#idle;
		const attempt = this.#attempt;
		let offset = 0;
		try {
			while (offset < chunk.length && this.#attempt === attempt && !this.#responseDone && this.#switched === null) {
				offset = this.#parser.execute(chunk, offset);
			}
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			return this.#fail(error.code, error.detail);
		}
		if (this.#switched !== null) return this.#handOver(offset < chunk.length ? Buffer.from(chunk.subarray(offset)) : null);
		if (this.#attempt !== attempt) return; // the exchange gave up meanwhile
		// Bytes after the end of a response: the member cannot be trusted to be in step (response smuggling).
		if (this.#responseDone) this.#endResponse(offset === chunk.length);
		else attempt.onResponseFlush();
	}

	onDrain(): void {
		this.#attempt?.onUpstreamDrain();
	}

	onPeerEnd(): void {
		if (this.#attempt === null) return this.#drop();
		try {
			this.#parser.finish();
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			return this.#fail(error.code, error.detail);
		}
		if (this.#responseDone) this.#endResponse(false);
	}

	onClose(error: Error | null): void {
		if (this.#state === "gone") return;
		if (this.#state === "connecting") return this.#onDialFailure(error);
		this.#failOrDrop(this.#parser.started ? "http_response_incomplete" : "connection_terminated", error);
	}

	#onDialFailure(error: Error | null): void {
		const detail = error instanceof DialFailure ? (error.detail ?? undefined) : undefined;
		const code = connectFailure(error);
		if (code !== "socket_unavailable") this.member.onUnreachable();
		if (this.#attempt === null) this.#drop();
		else this.#fail(code, detail, error);
	}

	onDeadline(): void {
		switch (this.#state) {
			case "connecting":
				this.member.onUnreachable();
				return this.#failOrDrop("connection_timeout");
			case "sending":
				// The member has taken all that there is: the client does not send the rest.
				return this.#failOrDrop(this.#connection.blocked ? "connection_write_timeout" : "request_body_timeout");
			case "waiting":
				return this.#failOrDrop("http_response_timeout");
			case "reading":
				return this.#failOrDrop("connection_read_timeout");
			default:
				return this.#drop();
		}
	}

	// --- what the parser tells

	onInformational(head: ResponseHead): void {
		this.#attempt?.onInformational(head);
	}

	onHead(head: ResponseHead, body: BodyLength): void {
		if (!keepsAlive(head.version, head.headers)) this.#reusable = false;
		if (body < 0 && isEventStream(head.headers)) this.#onEventStream();
		this.#attempt?.onResponse(head, body);
	}

	/** It may be silent for ever; only a node that is gone must be noticed. */
	#onEventStream(): void {
		this.isStream = true;
		this.member.onStream();
		this.#idle = NEVER;
		this.deadline = NEVER;
		this.#connection.watchPeer();
	}

	onBody(chunk: Buffer): void {
		this.#attempt?.onResponseBody(chunk);
	}

	onTrailers(trailers: HeaderList): void {
		this.#trailers = trailers;
	}

	onEnd(): void {
		this.#responseDone = true;
	}

	onSwitch(head: ResponseHead): void {
		this.#switched = head;
	}

	// --- the end

	#endResponse(inStep: boolean): void {
		const attempt = this.#attempt;
		this.#attempt = null;
		// A response that came before the request was all sent leaves the member in doubt where the next one begins.
		const sent = this.#requestDone && !this.#connection.blocked;
		if (inStep && this.#reusable && sent && this.requests < this.#settings.maxRequests) this.#keep();
		else this.#drop();
		attempt?.onResponseEnd(this.#trailers);
	}

	#handOver(rest: Buffer | null): void {
		const attempt = this.#attempt;
		const head = this.#switched as ResponseHead;
		this.#attempt = null;
		this.#leave();
		attempt?.onSwitched(head, this.#connection, rest);
	}

	#keep(): void {
		this.#state = "idle";
		this.idleSince = this.#deadlines.now;
		if (this.#paused) this.resume();
		if (this.isStream) {
			if (!this.member.onStreamEnd()) return this.#drop();
			this.isStream = false;
		}
		if (!this.member.onIdle(this)) return this.#drop();
		this.deadline = this.#deadlines.base + this.#settings.idle;
	}

	#failOrDrop(code: ErrorCode, cause: unknown = null): void {
		if (this.#attempt === null) this.#drop();
		else this.#fail(code, undefined, cause);
	}

	#fail(code: ErrorCode, detail?: string, cause: unknown = null): void {
		const attempt = this.#attempt;
		this.#attempt = null;
		this.#drop();
		attempt?.onUpstreamError(new PorticoError(code, { member: this.member.name, cause, ...(detail === undefined ? {} : { detail }) }));
	}

	#drop(): void {
		if (this.#state === "gone") return;
		this.#leave();
		this.#connection.destroy();
	}

	#leave(): void {
		this.#state = "gone";
		this.deadline = NEVER;
		this.#deadlines.delete(this);
		this.member.onGone(this);
	}
}
