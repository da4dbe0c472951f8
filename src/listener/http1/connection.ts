/**
 * HTTP/1 towards the client: one object a connection, one exchange at a time. Pipelined requests wait their turn and are answered in order
 * (RFC 9112 section 9.3.2). It owns the connection's clock; what an exchange does is the data path's.
 */
import { PorticoError } from "../../errors.ts";
import { isEventStream } from "../../http/eventStream.ts";
import type { HeaderList } from "../../http/headers.ts";
import { connectionOptions, upgradeProtocol } from "../../http/hopByHop.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../../http/message.ts";
import { frameResponse, frameSwitch, isChunked } from "../../http1/frame.ts";
import { keepsAlive } from "../../http1/persistence.ts";
import { RequestParser, type RequestSink } from "../../http1/requestParser.ts";
import { CHUNK_TAIL, chunkHead, lastChunk, responseHeadText } from "../../http1/serialize.ts";
import type { Connection, ConnectionHandler } from "../../transport/connection.ts";
import type { Deadlines, Expiring } from "../../transport/deadlines.ts";
import { Outbox } from "../../transport/outbox.ts";
import { BodyRate } from "../bodyRate.ts";
import { ClientPace } from "../clientPace.ts";
import type { ClientPeer, ClientStream, ExchangeEvents, ExchangeStarter } from "../clientStream.ts";
import type { ReadAhead, SlowReader } from "../readAhead.ts";
import type { ConnectionOwner, ConnectionSettings } from "../servedConnection.ts";
import { WriteProgress } from "../writeProgress.ts";
import { KeptInput, SMALL_HEAD } from "./keptInput.ts";

/** The unread rest of a request that was answered early is read and dropped up to here, to keep the connection. */
const DISCARD_LIMIT = 64 * 1024;
/**
 * After our FIN what the client sends is still read and dropped, so that it sees the response and no reset (RFC 9112 section 9.6): as long as
 * it keeps coming, up to a limit. nginx does the same (lingering_timeout 5s, lingering_time 30s).
 */
const LINGER_IDLE_MS = 2000;
const LINGER_MS = 30_000;
/** A client that leaves something untaken for so long is slow: its response is read ahead, and it is looked at again and again. */
const BEHIND_MS = 500;
/** While draining, a connection idle for less than this may have a request on the wire. */
const DRAIN_IDLE_MS = 1000;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * What the connection waits for, each with its own time limit: a next request; the rest of a head; the rest of a body; the upstream side (no
 * limit here); the client to take what was written; the client to close.
 */
type WaitingFor = "request" | "head" | "body" | "response" | "write" | "close";

export class Http1Connection implements ConnectionHandler, RequestSink, ClientStream, SlowReader, Expiring {
	readonly peer: ClientPeer;
	deadline = NEVER;
	version = 1;
	/** Of the current request. */
	method = "";
	bytesOut = 0;
	bytesIn = 0;
	requestIndex = -1;

	readonly #connection: Connection;
	readonly #settings: ConnectionSettings;
	readonly #starter: ExchangeStarter;
	readonly #owner: ConnectionOwner;
	readonly #deadlines: Deadlines;
	readonly #parser: RequestParser;
	readonly #outbox: Outbox;
	readonly #pace = new ClientPace();
	readonly #bodyRate: BodyRate;
	readonly #progress: WriteProgress;
	readonly #kept: KeptInput;

	#waitingFor: WaitingFor = "head";
	#exchange: ExchangeEvents | null = null;
	/** A response is owed: from the request's head until the response's end has been written. */
	#responding = false;
	/** The request's last byte has been parsed. */
	#requestDone = true;
	#requestTrailers: HeaderList | null = null;
	#persistent = true;
	/** The rest of the request is small enough to be dropped when the response comes first. */
	#discardable = true;
	#expectsContinue = false;
	#chunkedOut = false;
	#writesAtHead = 0;
	#bodyPaused = false;
	#feeding = false;
	#peerEnded = false;
	#released = false;
	#lingerUntil = NEVER;

	constructor(
		connection: Connection,
		peer: ClientPeer,
		settings: ConnectionSettings,
		starter: ExchangeStarter,
		owner: ConnectionOwner,
		deadlines: Deadlines,
		readAhead: ReadAhead,
	) {
		this.#connection = connection;
		this.peer = peer;
		this.#settings = settings;
		this.#starter = starter;
		this.#owner = owner;
		this.#deadlines = deadlines;
		this.#bodyRate = new BodyRate(settings, this.#pace);
		this.#progress = new WriteProgress(readAhead, this, this.#pace);
		this.#kept = new KeptInput(owner.heads);
		this.#parser = new RequestParser(settings, this);
		this.#outbox = new Outbox(connection);
		connection.handler = this;
		deadlines.add(this);
		this.#wait("head", settings.requestHead);
	}

	/** Whether the response may promise another one on this connection. */
	get keepAlive(): boolean {
		const hasMore = !this.#peerEnded || this.#kept.pipelined !== null || this.#feeding;
		return this.#persistent && (this.#requestDone || this.#discardable) && hasMore && !this.#owner.draining;
	}

	get parsing(): boolean {
		return this.#feeding;
	}

	get slowPace(): number | null {
		const { now } = this.#deadlines;
		if (this.#waitingFor === "write") return this.#pace.slow(now, this.#bytesTaken, this.#settings.clientWrite);
		return this.#waitingFor === "body" ? this.#bodyRate.slow(now, this.bytesIn) : null;
	}

	// --- what the socket tells

	onData(chunk: Buffer): void {
		if (this.#waitingFor === "close") {
			this.deadline = Math.min(this.#deadlines.base + LINGER_IDLE_MS, this.#lingerUntil);
		} else if (this.#mayParse()) this.#feed(chunk);
		else this.#hold(chunk);
	}

	onDrain(): void {
		if (this.#waitingFor !== "write") return;
		this.#progress.end();
		if (!this.#responding) return this.#afterResponse();
		this.#waitForBodyOrResponse();
		this.#exchange?.onClientDrain();
	}

	onPeerEnd(): void {
		this.#peerEnded = true;
		if (this.#waitingFor === "close") return;
		if (!this.#responding) {
			// The end of the last response is still on its way: it closes when that has gone out.
			if (this.#waitingFor !== "write") this.#close();
		} else if (!this.#requestDone) {
			this.#connection.destroy();
		} else if (this.#waitingFor === "response") {
			// A client may close its side after a whole request and still read the response (RFC 9112 section 9.6); more often it has left.
			this.#waitForResponse();
		}
	}

	onClose(): void {
		if (this.#released) return;
		this.#release();
		const exchange = this.#exchange;
		this.#exchange = null;
		if (this.#responding) exchange?.onClientGone();
	}

	onDeadline(): void {
		if (this.#waitingFor === "body") return this.#checkBodyRate();
		if (this.#waitingFor === "write") return this.#checkWrite();
		if (this.#waitingFor === "close" || this.#waitingFor === "response") return this.#connection.destroy();
		if (this.#parser.idle) return this.#close();
		this.#refuse(new PorticoError("request_head_timeout"));
	}

	// --- the request

	/** The next byte belongs to a message that may be parsed now: pipelined requests wait for the response before theirs. */
	#mayParse(): boolean {
		return !((this.#responding || this.#waitingFor === "write") && this.#requestDone) && this.#waitingFor !== "close" && !this.#released;
	}

	/** Only if {@link #mayParse}. */
	#feed(chunk: Buffer): void {
		let offset = 0;
		this.#feeding = true;
		try {
			do offset = this.#parser.execute(chunk, offset);
			while (offset < chunk.length && this.#mayParse());
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			this.#onParseError(error);
			return;
		} finally {
			this.#feeding = false;
		}
		if (this.#waitingFor === "close" || this.#released) return;
		if (offset < chunk.length) this.#hold(chunk.subarray(offset));
		if (!this.#responding && this.#parser.keptBytes > SMALL_HEAD && !this.#kept.count(this.#parser.keptBytes))
			return this.#refuse(new PorticoError("overloaded", { detail: "head-memory" }));
		if (this.#responding) {
			if (!this.#requestDone) this.#exchange?.onRequestFlush();
		} else if (this.#peerEnded && this.#waitingFor !== "write") this.#close();
		else if (this.#waitingFor === "request" && !this.#parser.idle) this.#wait("head", this.#settings.requestHead);
	}

	/** A fault in the head is answered here; in the body it is the exchange's to answer, since the response may have begun. */
	#onParseError(error: PorticoError): void {
		this.#persistent = false;
		this.#discardable = false;
		if (this.#responding) this.#exchange?.onRequestError(error);
		else if (this.#parser.idle || this.#requestDone) this.#refuse(error);
		else if (this.#waitingFor !== "write") this.#close();
	}

	#refuse(error: PorticoError): void {
		this.#responding = true;
		this.#requestDone = false;
		this.#persistent = false;
		this.method = "";
		this.bytesOut = 0;
		this.bytesIn = 0;
		this.#starter.refuse(this, error, this.#parser.refusedLine);
	}

	/** Keeps pipelined bytes for after the response. */
	#hold(chunk: Buffer): void {
		this.#kept.add(chunk);
		if (this.#kept.isFull) this.#connection.pause();
		if (!this.#kept.count(this.#parser.keptBytes)) this.#connection.destroy();
	}

	onHead(head: RequestHead, body: BodyLength): void {
		this.version = head.version;
		this.method = head.method;
		this.requestIndex++;
		this.bytesOut = 0;
		this.bytesIn = 0;
		this.#responding = true;
		this.#requestDone = body === 0;
		this.#requestTrailers = null;
		this.#persistent = keepsAlive(head.version, head.headers);
		this.#expectsContinue = body !== 0 && head.version === 1 && head.headers.has("expect");
		this.#discardable = body >= 0 && body <= DISCARD_LIMIT && !this.#expectsContinue;
		if (body === 0) this.#waitForResponse();
		else {
			this.#bodyRate.begin();
			this.#waitForBody();
		}
		const { headBytes } = this.#parser;
		if ((headBytes > SMALL_HEAD || this.#kept.counted > 0) && !this.#kept.keepHead(headBytes))
			return this.#refuse(new PorticoError("overloaded", { detail: "head-memory" }));
		const options = body === 0 ? connectionOptions(head.headers) : null;
		const exchange = this.#starter.begin(this, head, body, options === null ? null : upgradeProtocol(head, options));
		this.#exchange = this.#responding ? exchange : null;
	}

	onBody(chunk: Buffer): void {
		this.bytesIn += chunk.length;
		this.#bodyRate.add(chunk.length);
		this.#expectsContinue = false;
		this.#exchange?.onRequestBody(chunk);
	}

	onTrailers(trailers: HeaderList): void {
		this.#requestTrailers = trailers;
	}

	onEnd(): void {
		// The head said so already.
		if (this.#requestDone) return;
		this.#requestDone = true;
		if (this.#responding) {
			// A client that is not read from cannot be seen leaving.
			if (this.#bodyPaused) this.resumeBody();
			if (this.#waitingFor === "body") this.#waitForResponse();
			this.#exchange?.onRequestEnd(this.#requestTrailers);
		} else if (this.#waitingFor === "body") this.#nextRequest();
	}

	expectPace(): void {
		this.#bodyRate.double(this.#deadlines.now, this.bytesIn);
	}

	pauseBody(): void {
		if (this.#bodyPaused || this.#requestDone) return;
		this.#bodyPaused = true;
		this.#connection.pause();
		if (this.#waitingFor === "body") this.#wait("response", NEVER);
	}

	resumeBody(): void {
		if (!this.#bodyPaused) return;
		this.#bodyPaused = false;
		this.#connection.resume();
		if (this.#bodyRate.doubles) this.#pace.begin(this.#deadlines.now, this.bytesIn);
		if (this.#waitingFor === "response") this.#waitForBodyOrResponse();
	}

	continueBody(): void {
		if (!this.#expectsContinue) return;
		this.#expectsContinue = false;
		this.#discardable = false;
		if (this.#waitingFor === "body") this.#waitForBody();
		this.#connection.write("HTTP/1.1 100 Continue\r\n\r\n");
	}

	// --- the response

	sendInformational(head: ResponseHead): void {
		if (this.version >= 1) this.#connection.write(responseHeadText(head));
	}

	sendHead(head: ResponseHead, body: BodyLength): void {
		this.#expectsContinue = false;
		this.#chunkedOut = isChunked(body, this.version);
		// What the head promises holds, whatever comes after it.
		this.#persistent = frameResponse(head, body, this);
		this.#writesAtHead = this.#outbox.writes;
		this.#outbox.text(responseHeadText(head));
		// Almost every response has a length.
		if (body < 0 && isEventStream(head.headers)) this.#connection.watchPeer();
	}

	retractHead(): boolean {
		if (this.#outbox.writes !== this.#writesAtHead) return false;
		this.#outbox.clear();
		this.bytesOut = 0;
		return true;
	}

	sendBody(chunk: Buffer): boolean {
		this.bytesOut += chunk.length;
		if (this.#peerEnded && this.#waitingFor === "response") this.#waitForResponse();
		if (!this.#chunkedOut) return this.#watchWrite(this.#outbox.chunk(chunk), chunk.length);
		this.#outbox.text(chunkHead(chunk.length));
		const more = this.#outbox.chunk(chunk);
		this.#outbox.text(CHUNK_TAIL);
		return this.#watchWrite(more, chunk.length);
	}

	sendEnd(trailers: HeaderList | null): void {
		if (this.#chunkedOut) this.#outbox.text(lastChunk(trailers));
		this.#chunkedOut = false;
		const taken = this.#outbox.flush();
		this.#exchange = null;
		this.#responding = false;
		if (this.#kept.counted > 0) this.#kept.forgetHead(this.#parser.keptBytes);
		if (this.#released) return;
		if (taken) this.#afterResponse();
		else if (this.#waitingFor !== "write") this.#waitForWrite();
	}

	flush(): boolean {
		return this.#watchWrite(this.#outbox.flush(), 0);
	}

	abort(): void {
		this.#exchange = null;
		this.#responding = false;
		this.#connection.reset();
	}

	switchProtocols(head: ResponseHead, protocol: string): { connection: Connection; rest: Buffer | null; ended: boolean } {
		frameSwitch(head, protocol);
		this.#outbox.text(responseHeadText(head));
		this.#outbox.flush();
		this.#exchange = null;
		this.#release();
		const rest = this.#takePipelined();
		return { connection: this.#connection, rest, ended: this.#peerEnded };
	}

	// --- what comes after

	#afterResponse(): void {
		// The member may have answered without taking all of the request: what paused for it goes on.
		if (this.#bodyPaused) this.#connection.resume();
		this.#bodyPaused = false;
		if (!this.keepAlive) this.#close();
		else if (this.#requestDone) this.#nextRequest();
		else this.#waitForBody();
	}

	#nextRequest(): void {
		this.#wait("request", this.#owner.draining ? DRAIN_IDLE_MS : this.#settings.keepAlive);
		if (this.#kept.pipelined === null || this.#feeding) return;
		const pipelined = this.#takePipelined();
		if (this.#kept.counted > 0) this.#kept.forgetHead(this.#parser.keptBytes);
		if (pipelined !== null) this.#feed(pipelined);
	}

	#takePipelined(): Buffer | null {
		const { pipelined, isFull } = this.#kept;
		this.#kept.pipelined = null;
		if (isFull) this.#connection.resume();
		return pipelined;
	}

	/** Says goodbye, reads on for a moment so that no reset overtakes the response, then closes. */
	#close(): void {
		this.#wait("close", LINGER_IDLE_MS);
		this.#lingerUntil = this.#deadlines.base + LINGER_MS;
		this.#kept.pipelined = null;
		this.#parser.abandon();
		if (this.#kept.counted > 0) this.#kept.forgetHead(this.#parser.keptBytes);
		this.#connection.end();
		this.#connection.resume();
	}

	/** Lets the connection end when it is idle, also one that never asked for anything; a request may be on the wire, so it gets a moment. */
	drain(): void {
		// The response is out, and the rest of its request is only read to be dropped.
		if (this.#waitingFor === "body" && !this.#responding) this.#close();
		if (this.#waitingFor === "close") this.#lingerUntil = Math.min(this.#lingerUntil, this.#deadlines.base + LINGER_IDLE_MS);
		if (!this.#isIdle()) return;
		this.#waitingFor = "request";
		this.deadline = Math.min(this.deadline, this.#deadlines.base + DRAIN_IDLE_MS);
	}

	closeIfIdle(): boolean {
		const idle = this.#isIdle();
		// Its descriptor is needed now: no lingering.
		if (idle) this.#connection.destroy();
		return idle;
	}

	closeIfKept(): void {
		if (this.#waitingFor === "request") this.#close();
	}

	#isIdle(): boolean {
		return this.#waitingFor === "request" || (this.#waitingFor === "head" && this.#parser.idle);
	}

	/** The time for draining is over. */
	cut(): void {
		this.#connection.destroy();
	}

	#release(): void {
		if (this.#released) return;
		this.#released = true;
		this.#progress.end();
		this.#kept.release();
		this.deadline = NEVER;
		this.#deadlines.delete(this);
		this.#owner.onReleased(this);
	}

	// --- time

	#wait(what: WaitingFor, ms: number): void {
		this.#waitingFor = what;
		this.deadline = this.#deadlines.base + ms;
	}

	#waitForBody(): void {
		this.#bodyRate.openWindow();
		this.#wait("body", this.#settings.bodyIdle);
	}

	/** The members' time limits apply, and a half-closed client's: it must hear something, or is taken for gone. */
	#waitForResponse(): void {
		this.#wait("response", this.#peerEnded ? this.#settings.halfClosed : NEVER);
	}

	#waitForBodyOrResponse(): void {
		if (!this.#requestDone && !this.#bodyPaused) this.#waitForBody();
		else this.#waitForResponse();
	}

	#checkBodyRate(): void {
		const detail = this.#bodyRate.closeWindow(this.#deadlines.now, this.bytesIn);
		if (detail === null) return this.#waitForBody();
		this.#persistent = false;
		this.#discardable = false;
		if (!this.#responding) return this.#close();
		this.#exchange?.onRequestError(new PorticoError("request_body_timeout", { detail }));
	}

	/** @param bytes of a body that were written */
	#watchWrite(more: boolean, bytes: number): boolean {
		if (more || this.#waitingFor === "close") return more;
		if (this.#waitingFor !== "write") this.#waitForWrite();
		return this.#progress.isBehind && this.#progress.add(bytes, this.#settings.responseBuffer);
	}

	// --- a client that takes its response slowly

	#waitForWrite(): void {
		const { now, base } = this.#deadlines;
		this.#progress.begin(now, base, this.#bytesTaken);
		this.#wait("write", Math.min(BEHIND_MS, this.#settings.clientWrite));
	}

	/** Body bytes that have left for the client. */
	get #bytesTaken(): number {
		return this.bytesOut - this.#connection.unsent;
	}

	/** The client must take something now and then; meanwhile its response is read from the node, whose slot is free sooner. */
	#checkWrite(): void {
		const { now, base } = this.#deadlines;
		const { clientWrite, responseBuffer } = this.#settings;
		const until = this.#progress.look(now, this.#bytesTaken, clientWrite);
		if (now >= until) return this.#connection.reset();
		this.deadline = Math.min(base + BEHIND_MS, until);
		if (this.#progress.isBehind || !this.#responding || responseBuffer === 0) return;
		this.#progress.isBehind = true;
		this.#exchange?.onClientDrain();
	}

	drop(): void {
		const error = new PorticoError("client_too_slow");
		// At once, not when its socket has closed: else others would be cut off for memory that is on its way, and it once more.
		this.#progress.end();
		if (this.#responding) return this.#exchange?.onRequestError(error);
		this.#owner.onDropped(error, this.peer.address);
		this.#connection.reset();
	}
}
