/** One request of an HTTP/2 connection and its response, as the data path sees them. */
import { PorticoError } from "../../errors.ts";
import { isEventStream } from "../../http/eventStream.ts";
import * as names from "../../http/fieldNames.ts";
import { HeaderList } from "../../http/headers.ts";
import type { BodyLength, ResponseHead } from "../../http/message.ts";
import { CANCEL, INTERNAL_ERROR } from "../../http2/protocol.ts";
import { SMALL_CHUNK } from "../../http2/sendQueue.ts";
import type { Stream, StreamEvents } from "../../http2/stream.ts";
import type { Connection } from "../../transport/connection.ts";
import { leaseOf } from "../../transport/lease.ts";
import { ClientPace } from "../clientPace.ts";
import type { ClientPeer, ClientStream, ExchangeEvents } from "../clientStream.ts";
import type { ReadAhead, SlowReader } from "../readAhead.ts";
import type { ConnectionSettings } from "../servedConnection.ts";
import { WriteProgress } from "../writeProgress.ts";
import { StreamTunnel } from "./streamTunnel.ts";

/** What a stream needs of its connection. */
export interface StreamOwner {
	readonly peer: ClientPeer;
	readonly settings: ConnectionSettings;
	readonly readAhead: ReadAhead;
	/** Milliseconds on the clock, as of this turn or the last tick. */
	readonly now: number;
	readonly keepAlive: boolean;
	/** Input is being parsed. */
	readonly receiving: boolean;
	/** Something waits to be written at the end of the turn. */
	schedule(): void;
	/** Writes what waits now. */
	writeNow(): void;
	/** A silent client that is gone must be noticed. */
	watchPeer(): void;
	/** The client did not open its window in time. */
	onStalled(stream: Stream): void;
	/** It was cut off after its exchange had ended. */
	onDropped(error: PorticoError): void;
}

const MOST_DOUBLINGS = 6;
const CONTINUE: ResponseHead = { status: 100, reason: "Continue", version: 2, headers: new HeaderList() };
/** Longest time in which a client that opens no window holds its response. */
const STALLED_MS = 30_000;

export class Http2Stream implements ClientStream, StreamEvents, SlowReader {
	readonly version = 2;
	readonly method: string;
	readonly requestIndex: number;
	bytesOut = 0;
	bytesIn = 0;
	readonly #stream: Stream;
	readonly #owner: StreamOwner;
	/** Null before the exchange was begun, and after the end of its response. */
	#exchange: ExchangeEvents | null = null;
	#responding = true;
	#expectsContinue: boolean;
	readonly #key: string | null;
	#tunnel: StreamTunnel | null = null;
	readonly #pace = new ClientPace();
	readonly #progress: WriteProgress;
	/** It has not taken all that was ready for it. */
	#isWriting = false;
	/** Of what waits, bytes that count as read ahead. */
	#counted = 0;
	/** When the body must have come far enough, on the clock; Infinity: none is waited for. */
	#bodyBy = Number.POSITIVE_INFINITY;
	#windowBytes = 0;
	/** How often the least rate of the body has doubled; -1: it does not. */
	#doublings = -1;

	/** @param key of the WebSocket handshake with the node, or null */
	constructor(stream: Stream, owner: StreamOwner, method: string, requestIndex: number, expectsContinue: boolean, key: string | null) {
		this.#stream = stream;
		this.#owner = owner;
		this.method = method;
		this.requestIndex = requestIndex;
		this.#expectsContinue = expectsContinue;
		this.#key = key;
		this.#progress = new WriteProgress(owner.readAhead, this, this.#pace);
		if (stream.state === "open" && !stream.isTunnel) this.#waitForBody();
	}

	/** The exchange that it belongs to, unless that has ended already. */
	begun(exchange: ExchangeEvents): void {
		if (this.#responding) this.#exchange = exchange;
	}

	get peer(): ClientPeer {
		return this.#owner.peer;
	}

	get keepAlive(): boolean {
		return this.#owner.keepAlive;
	}

	get parsing(): boolean {
		return this.#owner.receiving;
	}

	get slowPace(): number | null {
		const { now, settings } = this.#owner;
		if (this.#isWriting) return this.#pace.slow(now, this.#bytesTaken, settings.clientWrite);
		if (this.#bodyBy !== Number.POSITIVE_INFINITY && this.#doublings >= 0) return this.#pace.slow(now, this.bytesIn, settings.bodyIdle);
		return null;
	}

	// --- the request

	onBody(chunk: Buffer): void {
		this.bytesIn += chunk.length;
		this.#windowBytes += chunk.length;
		this.#expectsContinue = false;
		this.#exchange?.onRequestBody(chunk);
	}

	onEnd(trailers: HeaderList | null): void {
		this.#bodyBy = Number.POSITIVE_INFINITY;
		this.#exchange?.onRequestEnd(trailers);
	}

	onFlush(): void {
		this.#exchange?.onRequestFlush();
	}

	onFault(error: PorticoError): void {
		this.#leave()?.onRequestError(error);
	}

	onLeft(): void {
		this.#leave()?.onClientGone();
	}

	/** @returns the exchange, if it is not over */
	#leave(): ExchangeEvents | null {
		const exchange = this.#exchange;
		this.#exchange = null;
		this.#responding = false;
		this.#end();
		return exchange;
	}

	expectPace(): void {
		this.#doublings = 0;
		this.#pace.begin(this.#owner.now, this.bytesIn);
	}

	pauseBody(): void {
		if (this.#stream.state !== "open" || this.#stream.paused) return;
		this.#stream.pause();
		this.#bodyBy = Number.POSITIVE_INFINITY;
	}

	resumeBody(): void {
		if (!this.#stream.paused || this.#stream.isTunnel) return;
		if (this.#doublings >= 0) this.#pace.begin(this.#owner.now, this.bytesIn);
		if (this.#stream.state === "open") this.#waitForBody();
		this.#stream.resume();
		this.#owner.schedule();
	}

	continueBody(): void {
		if (!this.#expectsContinue) return;
		this.#expectsContinue = false;
		this.#waitForBody();
		this.#stream.sendHead(CONTINUE);
		this.flush();
	}

	#waitForBody(): void {
		this.#windowBytes = 0;
		this.#bodyBy = this.#owner.now + this.#owner.settings.bodyIdle;
	}

	// --- the response

	sendInformational(head: ResponseHead): void {
		this.#stream.sendHead(head);
		this.flush();
	}

	sendHead(head: ResponseHead, body: BodyLength): void {
		const { status, headers } = head;
		this.#expectsContinue = false;
		const bodiless = this.method === "HEAD" || status === 304 || status === 204;
		if (!bodiless && body >= 0) headers.put(names.CONTENT_LENGTH, String(body));
		this.#stream.sendHead(head);
		if (body < 0 && isEventStream(headers)) this.#owner.watchPeer();
	}

	retractHead(): boolean {
		if (!this.#stream.queue.retract()) return false;
		this.bytesOut = 0;
		return true;
	}

	sendBody(chunk: Buffer): boolean {
		if (this.method === "HEAD") return true;
		this.bytesOut += chunk.length;
		let more = this.#stream.sendBody(chunk);
		if (chunk.length > SMALL_CHUNK) {
			// As much as can leave now is written from where it lies; the rest is kept.
			this.#owner.writeNow();
			more = this.#stream.settle(leaseOf(chunk));
		}
		return this.#mayGoOn(more, chunk.length);
	}

	/** @param bytes that were sent */
	#mayGoOn(more: boolean, bytes: number): boolean {
		this.#owner.schedule();
		if (more || !this.#progress.isBehind) return more;
		this.#counted += bytes;
		return this.#progress.add(bytes, this.#owner.settings.responseBuffer);
	}

	flush(): boolean {
		return this.#mayGoOn(this.#stream.flush(), 0);
	}

	sendEnd(trailers: HeaderList | null): void {
		this.#exchange = null;
		this.#responding = false;
		this.#bodyBy = Number.POSITIVE_INFINITY;
		this.#stream.sendEnd(trailers);
		this.#owner.schedule();
	}

	abort(): void {
		this.#exchange = null;
		this.#responding = false;
		this.#end();
		this.#stream.reset(INTERNAL_ERROR);
		this.#owner.schedule();
	}

	onDrain(): void {
		this.#stopWriting();
		this.#exchange?.onClientDrain();
	}

	onSent(): void {
		this.#end();
	}

	switchProtocols(head: ResponseHead): { connection: Connection; rest: null; ended: boolean } {
		this.#exchange = null;
		this.#responding = false;
		this.#tunnel = new StreamTunnel(this.#stream, this.#owner, head, this.#key);
		return { connection: this.#tunnel, rest: null, ended: false };
	}

	// --- time

	/** To be called now and then. */
	look(now: number): void {
		// A tunnel may be silent for as long as its own limit says, whichever side does not read.
		if (this.#tunnel !== null) return;
		if (this.#stream.queue.headWritten && this.#stream.queue.bytes > 0) this.#lookAtWrite(now);
		else if (this.#isWriting) this.#stopWriting();
		else if (now >= this.#bodyBy) this.#checkBodyRate(now);
	}

	#checkBodyRate(now: number): void {
		const { bodyMinRate, bodyIdle } = this.#owner.settings;
		const least = ((bodyMinRate * bodyIdle) / 1000) * 2 ** Math.max(this.#doublings, 0);
		if (this.#windowBytes > 0 && this.#windowBytes >= least) {
			if (this.#doublings >= 0 && this.#doublings < MOST_DOUBLINGS) this.#doublings++;
			this.#pace.slow(now, this.bytesIn, bodyIdle);
			return this.#waitForBody();
		}
		this.#bodyBy = Number.POSITIVE_INFINITY;
		const detail = this.#windowBytes === 0 ? "body-idle" : "body-rate";
		this.#exchange?.onRequestError(new PorticoError("request_body_timeout", { detail }));
	}

	/** Body bytes that have left for the client, as far as this stream knows. */
	get #bytesTaken(): number {
		return this.bytesOut - this.#stream.queue.bytes;
	}

	/** The client must take something now and then; meanwhile its response is read from the node, whose slot is free sooner. */
	#lookAtWrite(now: number): void {
		if (!this.#isWriting) {
			this.#isWriting = true;
			this.#progress.begin(now, now, this.#bytesTaken);
			return this.#countWaiting();
		}
		this.#countWaiting();
		const { clientWrite, responseBuffer } = this.#owner.settings;
		const until = this.#progress.look(now, this.#bytesTaken, Math.min(clientWrite, STALLED_MS));
		if (now >= until) {
			this.#owner.onStalled(this.#stream);
			return this.onLeft();
		}
		if (this.#progress.isBehind || !this.#responding || responseBuffer === 0) return;
		this.#progress.isBehind = true;
		this.#exchange?.onClientDrain();
	}

	/** What waits for a client takes memory, however little it is for each stream. */
	#countWaiting(): void {
		const more = this.#stream.queue.bytes - this.#counted;
		if (more <= 0) return;
		this.#counted += more;
		this.#progress.add(more, this.#owner.settings.responseBuffer);
	}

	#stopWriting(): void {
		this.#isWriting = false;
		this.#counted = 0;
		this.#progress.end();
	}

	#end(): void {
		this.#bodyBy = Number.POSITIVE_INFINITY;
		this.#stopWriting();
	}

	drop(): void {
		const error = new PorticoError("client_too_slow");
		this.#stopWriting();
		if (this.#responding) return this.#exchange?.onRequestError(error);
		this.#owner.onDropped(error);
		this.#stream.reset(CANCEL);
		this.#owner.schedule();
	}
}
