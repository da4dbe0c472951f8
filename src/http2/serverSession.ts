/**
 * The server's side of one HTTP/2 connection (RFC 9113): bytes in, events and bytes out. It knows the rules of frames, streams, windows and
 * headers, and gives points for what costs more than it brings; it knows no socket and no clock.
 */
import type { PorticoError } from "../errors.ts";
import { type Closed, ClosedStreams } from "./closedStreams.ts";
import { ConnectionError } from "./connectionError.ts";
import { FrameReader, type FrameSink } from "./frameReader.ts";
import { HeaderBlock } from "./headerBlock.ts";
import { type BlockLimits, HpackDecoder } from "./hpackDecoder.ts";
import { HpackEncoder } from "./hpackEncoder.ts";
import { OutBuffer } from "./outBuffer.ts";
import { PeerSettings } from "./peerSettings.ts";
import { parsePriority, UNSAID } from "./priority.ts";
import * as http2 from "./protocol.ts";
import { ReceiveWindow } from "./receiveWindow.ts";
import { malformedRequest, RequestReader, type RequestReading, tooLarge } from "./requestReader.ts";
import { type SendContext, writeStream } from "./responseWriter.ts";
import { type Abuse, AbuseScore, Allowance } from "./score.ts";
import { Stream, type StreamConnection, type StreamEvents } from "./stream.ts";
import { REACTIONS, type Reaction, type StreamFrame, type StreamState } from "./streamStates.ts";
import { TRAILER_LIMITS, TrailerReader } from "./trailerReader.ts";
import { WriteOrder } from "./writeOrder.ts";

export interface SessionLimits {
	/** Octets of a request's head, as HTTP/1 would count them. */
	readonly headBytes: number;
	readonly headerFields: number;
	/** Requests at a time. */
	readonly streams: number;
	/** Of them, tunnels: extended CONNECT. */
	readonly tunnels: number;
}

export interface SessionEvents {
	/** A request has come. @returns null: it is over already */
	onRequest(stream: Stream, reading: RequestReading & { kind: "request" }): StreamEvents | null;
	/** A request is answered with an error. */
	onRefused(stream: Stream, error: PorticoError, line: string | null): StreamEvents | null;
	/** A request was malformed: its stream is over. */
	onMalformed(error: PorticoError, line: string | null): void;
	/** A stream is over. */
	onClosed(stream: Stream): void;
	/** The client is to be sent away. */
	onTired(): void;
	/** The connection is over, what waits of GOAWAY must still be written. @param reason a short token */
	onFatal(code: number, reason: string): void;
	/** Our PING was answered. */
	onPong(): void;
}

/** Fields of a request, crumbs of cookies among them; more if the configuration allows HTTP/1 more. */
const MOST_FIELDS = 400;
/** What HPACK counts for a head of so many octets of HTTP/1: 32 for each field. */
const LIST_SHARE = 1.5;
const STREAM_WINDOW = 64 * 1024;
const MOST_STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 1024 * 1024;
const MOST_CONNECTION_WINDOW = 8 * 1024 * 1024;
/** Octets of paused streams that do not count in the connection's window: one slow reader must not stop the others. */
const HELD_FREELY = 1024 * 1024;
const SMALL_INCREMENT = 1024;
/** Small increments that are free: at first, for each frame of data that the client got, and at most. */
const FREE_UPDATES = { first: 10, each: 2, most: 2000 } as const;
const FREE_EMPTY_FRAMES = 10;

// Points, see AbuseScore.
const POINTS = {
	reset: 5,
	malformed: 10,
	refused: 5,
	settings: 10,
	ping: 2,
	empty: 1,
	small: 0.25,
	continuation: 5,
	stalled: 5,
	trimmed: 1,
} as const;

export class ServerSession implements FrameSink, StreamConnection {
	/** Milliseconds on the clock, as of the last call. */
	#now: number;
	readonly #limits: SessionLimits;
	readonly #blockLimits: BlockLimits;
	readonly #events: SessionEvents;
	readonly #secure: boolean;
	readonly #reader = new FrameReader(http2.FRAME_SIZE, this);
	readonly #decoder = new HpackDecoder();
	readonly #encoder = new HpackEncoder();
	readonly #request = new RequestReader();
	readonly #peer = new PeerSettings();
	readonly #streams = new Map<number, Stream>();
	readonly #closed = new ClosedStreams();
	readonly #order = new WriteOrder();
	/** Streams that wait for the connection's window. */
	#blocked: Stream[] = [];
	/** Streams to which this read brought data. */
	readonly #touched = new Set<Stream>();
	readonly #drained: Stream[] = [];
	readonly #window = new ReceiveWindow(http2.FIRST_WINDOW, CONNECTION_WINDOW, MOST_CONNECTION_WINDOW);
	readonly #control = new OutBuffer(64);
	readonly #score: AbuseScore;
	readonly #freeSettings: Allowance;
	readonly #freePings: Allowance;
	#freeEmptyFrames = FREE_EMPTY_FRAMES;
	#freeUpdates: number = FREE_UPDATES.first;
	#sendWindow = http2.FIRST_WINDOW;
	#highest = 0;
	/** Streams above this are no longer begun. */
	#last = http2.MAX_STREAM_ID;
	#block: HeaderBlock | null = null;
	#settingsSeen = false;
	/** SETTINGS of ours that the client has not acknowledged. */
	#unacknowledged = 1;
	#heldBytes = 0;
	#tunnels = 0;
	/** The stream of the DATA frame that is being read; null: its data are dropped. */
	#dataStream: Stream | null = null;
	#dataEnds = false;
	#dataOctets = 0;
	#state: "open" | "over" = "open";
	#receiving = false;
	/** Requests that were begun. */
	requests = 0;
	/** What the client was given points for last. */
	lastAbuse: Abuse | null = null;

	/** @param now milliseconds on the clock @param secure the connection has TLS */
	constructor(limits: SessionLimits, secure: boolean, events: SessionEvents, now: number) {
		this.#now = now;
		this.#limits = limits;
		this.#secure = secure;
		this.#events = events;
		this.#score = new AbuseScore(now);
		this.#freeSettings = new Allowance(10, 1, now);
		this.#freePings = new Allowance(50, 2, now);
		this.#blockLimits = { fields: Math.max(MOST_FIELDS, limits.headerFields), bytes: Math.floor(limits.headBytes * LIST_SHARE) };
		this.#announce();
	}

	#announce(): void {
		const settings: readonly (readonly [number, number])[] = [
			[http2.MAX_CONCURRENT_STREAMS, this.#limits.streams],
			[http2.INITIAL_WINDOW_SIZE, STREAM_WINDOW],
			[http2.MAX_HEADER_LIST_SIZE, this.#blockLimits.bytes],
			[http2.ENABLE_CONNECT_PROTOCOL, this.#limits.tunnels > 0 ? 1 : 0],
			[http2.NO_RFC7540_PRIORITIES, 1],
		];
		const out = this.#control;
		out.ensure(http2.FRAME_HEADER + settings.length * 6);
		out.frameHeader(settings.length * 6, http2.SETTINGS, 0, 0);
		for (const [setting, value] of settings) {
			out.octet(0);
			out.octet(setting);
			out.uint32(value);
		}
		out.numberFrame(http2.WINDOW_UPDATE, 0, this.#window.open());
	}

	// --- what its owner asks

	get isOver(): boolean {
		return this.#state === "over";
	}

	/** Requests that go on. */
	get openStreams(): number {
		return this.#streams.size;
	}

	/** Our SETTINGS were acknowledged. */
	get isSettled(): boolean {
		return this.#settingsSeen && this.#unacknowledged === 0;
	}

	/** A head, or another frame than of data, has begun to come and is not complete. */
	get inHead(): boolean {
		return this.#block !== null || this.#reader.keptBytes > 0;
	}

	/** Octets of memory for what has come in parts, or waits for its reader. */
	get keptBytes(): number {
		return this.#reader.keptBytes + (this.#block?.bytes ?? 0) + this.#heldBytes;
	}

	/** Input is being read: {@link StreamEvents.onFlush} or onEnd follows. */
	get receiving(): boolean {
		return this.#receiving;
	}

	/** Something waits that {@link write} would write. */
	get hasOutput(): boolean {
		return this.#control.length > 0 || this.#order.length > 0;
	}

	/** Octets of frames that are about the connection, or about streams but no part of a response. */
	get controlBytes(): number {
		return this.#control.length;
	}

	/** Streams that go on; for looking through all of them. */
	streams(): Iterable<Stream> {
		return this.#streams.values();
	}

	// --- in

	receive(chunk: Buffer, now: number): void {
		if (this.#state === "over") return;
		this.#now = now;
		this.#receiving = true;
		try {
			this.#reader.execute(chunk);
		} catch (error) {
			if (!(error instanceof ConnectionError)) throw error;
			this.fail(error.code, error.reason);
		} finally {
			this.#receiving = false;
		}
		for (const stream of this.#touched) if (stream.state === "open" && !stream.paused) stream.events?.onFlush();
		this.#touched.clear();
	}

	onFrame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
		if (this.#block !== null && type !== http2.CONTINUATION) throw protocolError("block-interrupted");
		if (!this.#settingsSeen && (type !== http2.SETTINGS || (flags & http2.ACK) !== 0)) throw protocolError("settings-first");
		switch (type) {
			case http2.HEADERS:
				return this.#onHeaders(flags, id, bytes, start, end);
			case http2.CONTINUATION:
				return this.#onContinuation(flags, id, bytes, start, end);
			case http2.WINDOW_UPDATE:
				return this.#onWindowUpdate(id, bytes.readUInt32BE(start) & http2.MAX_WINDOW);
			case http2.RST_STREAM:
				return this.#onReset(id);
			case http2.SETTINGS:
				return this.#onSettings(flags, bytes, start, end);
			case http2.PING:
				return this.#onPing(flags, bytes, start, end);
			case http2.PRIORITY_UPDATE:
				return this.#onPriorityUpdate(bytes, start, end);
			case http2.PUSH_PROMISE:
				throw protocolError("push");
			case http2.GOAWAY:
				// It begins no more streams; those that there are go on.
				return;
			default:
				// PRIORITY, which means nothing any more, and what we do not know.
				this.#punish("priority", POINTS.small);
		}
	}

	// --- settings, ping

	#onSettings(flags: number, bytes: Buffer, start: number, end: number): void {
		if ((flags & http2.ACK) !== 0) {
			if (end > start) throw new ConnectionError(http2.FRAME_SIZE_ERROR, "settings-ack");
			if (this.#unacknowledged === 0) throw protocolError("settings-ack-unasked");
			this.#unacknowledged--;
			return;
		}
		if (this.#settingsSeen && !this.#freeSettings.take(this.#now)) this.#punish("settings", POINTS.settings);
		this.#settingsSeen = true;
		const before = this.#peer.initialWindow;
		this.#peer.apply(bytes, start, end);
		this.#encoder.setLimit(this.#peer.headerTableSize);
		if (this.#peer.initialWindow !== before) this.#moveWindows(this.#peer.initialWindow - before);
		this.#control.ensure(http2.FRAME_HEADER);
		this.#control.frameHeader(0, http2.SETTINGS, http2.ACK, 0);
	}

	/** A change of the initial window is one of every stream's (RFC 9113 section 6.9.2). */
	#moveWindows(difference: number): void {
		for (const stream of this.#streams.values()) {
			stream.sendWindow += difference;
			if (stream.sendWindow > http2.MAX_WINDOW) throw new ConnectionError(http2.FLOW_CONTROL_ERROR, "initial-window");
			if (difference > 0) this.#unblock(stream);
		}
	}

	#onPing(flags: number, bytes: Buffer, start: number, end: number): void {
		if ((flags & http2.ACK) !== 0) return this.#events.onPong();
		if (!this.#freePings.take(this.#now)) this.#punish("ping", POINTS.ping);
		this.#control.ensure(http2.FRAME_HEADER + 8);
		this.#control.frameHeader(8, http2.PING, http2.ACK, 0);
		this.#control.append(bytes.subarray(start, end));
	}

	#onPriorityUpdate(bytes: Buffer, start: number, end: number): void {
		const id = bytes.readUInt32BE(start) & http2.MAX_STREAM_ID;
		if (id === 0) throw protocolError("priority-update");
		this.#punish("priority", POINTS.small);
		const stream = this.#streams.get(id);
		// While it is queued it keeps the place that it has.
		if (stream !== undefined && !stream.isQueued) stream.priority = parsePriority(bytes.latin1Slice(start + 4, end));
	}

	// --- windows

	#onWindowUpdate(id: number, increment: number): void {
		if (increment === 0) throw protocolError("window-increment");
		// A client with small windows answers each frame of data; one that opens them octet by octet gets none.
		if (increment < SMALL_INCREMENT && this.#freeUpdates-- <= 0) this.#punish("window", POINTS.small);
		if (id === 0) {
			this.#sendWindow += increment;
			if (this.#sendWindow > http2.MAX_WINDOW) throw new ConnectionError(http2.FLOW_CONTROL_ERROR, "window-overflow");
			for (const stream of this.#blocked) if (!stream.isOver) this.#order.add(stream);
			this.#blocked = [];
			return;
		}
		const stream = this.#streams.get(id);
		if (stream === undefined) return void this.#react(id, http2.WINDOW_UPDATE, this.#stateOf(id));
		stream.sendWindow += increment;
		if (stream.sendWindow > http2.MAX_WINDOW) throw new ConnectionError(http2.FLOW_CONTROL_ERROR, "window-overflow");
		this.#unblock(stream);
	}

	#unblock(stream: Stream): void {
		const { queue } = stream;
		if (queue.headWritten && queue.bytes > 0) this.#order.add(stream);
	}

	// --- streams

	#stateOf(id: number): StreamState {
		const stream = this.#streams.get(id);
		if (stream !== undefined) return stream.state === "open" ? "open" : "answering";
		if (id > this.#highest) return "idle";
		// What is long gone may have been given up by us as well as ended.
		return this.#closed.get(id) ?? "reset";
	}

	/** @throws ConnectionError if that is what the table says */
	#react(id: number, frame: StreamFrame, state: StreamState): Exclude<Reaction, number> {
		const reaction = REACTIONS[state][frame];
		if (typeof reaction === "number") throw new ConnectionError(reaction, `frame-on-${state}`);
		if (reaction === "reset") {
			this.#punish("malformed", POINTS.malformed);
			const stream = this.#streams.get(id);
			if (stream === undefined) {
				this.#writeReset(id, http2.STREAM_CLOSED);
				this.#closed.change(id, "reset");
			} else {
				this.reset(stream, http2.STREAM_CLOSED);
				stream.events?.onLeft();
			}
		}
		return reaction;
	}

	#onReset(id: number): void {
		if (this.#react(id, http2.RST_STREAM, this.#stateOf(id)) !== "take") return;
		const stream = this.#streams.get(id);
		if (stream === undefined) return;
		// What was answered costs nobody anything; what was not has cost a node its work.
		if (!stream.queue.headWritten) this.#punish("reset", POINTS.reset);
		this.#close(stream, "left");
		stream.events?.onLeft();
	}

	#onHeaders(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
		let start = from;
		let end = to;
		if ((flags & http2.PADDED) !== 0) {
			if (start === end) throw new ConnectionError(http2.FRAME_SIZE_ERROR, "padding-cut-short");
			end -= bytes[start++] as number;
		}
		if ((flags & http2.PRIORITY_FLAG) !== 0) {
			if (to - start < 5) throw new ConnectionError(http2.FRAME_SIZE_ERROR, "priority-cut-short");
			start += 5;
		}
		if (start > end) throw protocolError("padding");
		const ends = (flags & http2.END_STREAM) !== 0;
		if ((flags & http2.END_HEADERS) !== 0) return this.#onBlock(id, ends, bytes, start, end);
		this.#block = new HeaderBlock(id, ends);
		this.#block.add(bytes, start, end);
	}

	#onContinuation(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
		const block = this.#block;
		if (block === null || block.id !== id) throw protocolError("continuation");
		const complete = (flags & http2.END_HEADERS) !== 0;
		if (start === end && !complete) this.#punish("continuation", POINTS.continuation);
		block.add(bytes, start, end);
		if (!complete) return;
		this.#block = null;
		const whole = block.whole;
		this.#onBlock(id, block.ends, whole, 0, whole.length);
	}

	#onBlock(id: number, ends: boolean, bytes: Buffer, start: number, end: number): void {
		const state = this.#stateOf(id);
		if (state === "idle") return this.#onRequest(id, ends, bytes, start, end);
		// An id below one that was used, and never used itself: it was skipped, and may not come back.
		const stream = this.#streams.get(id);
		if (stream === undefined && this.#closed.get(id) === null) throw protocolError("stream-id");
		const reaction = this.#react(id, http2.HEADERS, state);
		const trailers = new TrailerReader();
		// Whatever becomes of it, the table must know what was in it.
		this.#decoder.decode(bytes, start, end, TRAILER_LIMITS, trailers);
		if (reaction !== "take" || stream === undefined) return;
		if (!ends) return this.#fault(stream, malformedRequest("headers-in-body"));
		if (trailers.fault !== null) return this.#fault(stream, malformedRequest(trailers.fault));
		if (this.#decoder.overflow !== "none") return this.#fault(stream, malformedRequest("trailers-size"));
		if (stream.bodyLeft > 0) return this.#fault(stream, malformedRequest("body-short"));
		stream.end(trailers.trailers);
	}

	#onRequest(id: number, ends: boolean, bytes: Buffer, start: number, end: number): void {
		if (id % 2 === 0) throw protocolError("stream-id");
		const request = this.#request;
		request.reset();
		this.#decoder.decode(bytes, start, end, this.#blockLimits, request);
		this.#highest = id;
		// It was under way when we said goodbye.
		if (id > this.#last) return this.#closed.add(id, "reset");
		if (this.#streams.size >= this.#limits.streams) {
			if (this.#unacknowledged === 0) this.#punish("refused", POINTS.refused);
			return this.#refuse(id, http2.REFUSED_STREAM);
		}
		if (request.trimmed > 0) this.#punish("malformed", POINTS.trimmed);
		const reading = tooLarge(request, this.#decoder.overflow, this.#limits) ?? request.read(ends, this.#secure);
		if (reading.kind === "malformed") {
			this.#refuse(id, http2.PROTOCOL_ERROR);
			this.#events.onMalformed(reading.error, reading.line);
			return this.#punish("malformed", POINTS.malformed);
		}
		const window = new ReceiveWindow(STREAM_WINDOW, STREAM_WINDOW, MOST_STREAM_WINDOW);
		const stream = new Stream(id, ends, UNSAID, this.#peer.initialWindow, window, this);
		if (reading.kind === "refused") {
			this.#streams.set(id, stream);
			stream.events = this.#events.onRefused(stream, reading.error, reading.line);
			return;
		}
		if (reading.upgrade !== null) {
			if (ends) return this.#refuseMalformed(id, "tunnel-ended", reading.head.target);
			if (this.#tunnels >= this.#limits.tunnels) return this.#refuse(id, http2.REFUSED_STREAM);
			this.#tunnels++;
			stream.isTunnel = true;
			// What comes before the node has agreed waits.
			stream.pause();
		}
		stream.priority = parsePriority(reading.head.headers.get("priority"));
		stream.bodyLeft = reading.upgrade === null ? reading.body : -1;
		this.#streams.set(id, stream);
		this.requests++;
		const events = this.#events.onRequest(stream, reading);
		if (!stream.isOver) stream.events = events;
	}

	#refuseMalformed(id: number, detail: string, line: string | null): void {
		this.#refuse(id, http2.PROTOCOL_ERROR);
		this.#events.onMalformed(malformedRequest(detail), line);
		this.#punish("malformed", POINTS.malformed);
	}

	/** A stream that nobody hears of. */
	#refuse(id: number, code: number): void {
		this.#writeReset(id, code);
		this.#closed.add(id, "reset");
	}

	/** The rest of a request was malformed. */
	#fault(stream: Stream, error: PorticoError): void {
		this.#punish("malformed", POINTS.malformed);
		this.reset(stream, http2.PROTOCOL_ERROR);
		stream.events?.onFault(error);
	}

	// --- data

	onDataStart(id: number, length: number, padding: number, ended: boolean): void {
		if (this.#block !== null) throw protocolError("block-interrupted");
		if (!this.#settingsSeen) throw protocolError("settings-first");
		const state = this.#stateOf(id);
		if (!this.#window.receive(length)) throw new ConnectionError(http2.FLOW_CONTROL_ERROR, "connection-window");
		const octets = length - padding;
		if (octets === 0 && !ended && this.#freeEmptyFrames-- <= 0) this.#punish("empty_frame", POINTS.empty);
		this.#dataEnds = ended;
		this.#dataOctets = octets;
		this.#dataStream = null;
		const stream = this.#streams.get(id);
		if (this.#react(id, http2.DATA, state) !== "take" || stream === undefined) return this.#give(null, length);
		if (!stream.receive.receive(length)) throw new ConnectionError(http2.FLOW_CONTROL_ERROR, "stream-window");
		if (padding > 0) this.#give(stream, padding);
		if (stream.bodyLeft >= 0) {
			stream.bodyLeft -= octets;
			if (stream.bodyLeft < 0 || (ended && stream.bodyLeft > 0)) {
				this.#give(null, octets);
				return this.#fault(stream, malformedRequest(stream.bodyLeft < 0 ? "body-long" : "body-short"));
			}
		}
		this.#dataStream = stream;
	}

	onData(chunk: Buffer): void {
		const stream = this.#dataStream;
		if (stream === null) return;
		this.#dataOctets -= chunk.length;
		if (stream.isOver) return this.#give(null, chunk.length);
		if (stream.body(chunk)) this.#give(stream, chunk.length);
		else this.#hold(stream, chunk.length);
		this.#touched.add(stream);
	}

	onDataEnd(): void {
		const stream = this.#dataStream;
		this.#dataStream = null;
		if (stream === null || !this.#dataEnds || stream.isOver) return;
		stream.end(null);
	}

	/** Octets that have found their reader, or that nobody will read, may be sent again. @param stream null: on the connection only */
	#give(stream: Stream | null, octets: number): void {
		this.#credit(0, this.#window.use(octets));
		this.#giveStream(stream, octets);
	}

	#giveStream(stream: Stream | null, octets: number): void {
		// After its end a stream needs no window.
		if (stream === null || stream.state !== "open" || this.#dataEnds) return;
		this.#credit(stream.id, stream.receive.use(octets));
	}

	#credit(id: number, increment: number): void {
		if (increment > 0 && this.#state === "open") this.#control.numberFrame(http2.WINDOW_UPDATE, id, increment);
	}

	#hold(stream: Stream, octets: number): void {
		this.#heldBytes += octets;
		stream.receive.waiting += octets;
		if (this.#heldBytes <= HELD_FREELY) return this.#credit(0, this.#window.use(octets));
		this.#window.waiting += octets;
		stream.uncredited += octets;
	}

	released(stream: Stream, octets: number): void {
		this.#heldBytes -= octets;
		stream.receive.waiting -= octets;
		const owed = Math.min(octets, stream.uncredited);
		stream.uncredited -= owed;
		this.#window.waiting -= owed;
		this.#credit(0, this.#window.use(owed));
		if (stream.state === "open") this.#credit(stream.id, stream.receive.use(octets));
	}

	// --- out

	ready(stream: Stream): void {
		this.#order.add(stream);
	}

	reset(stream: Stream, code: number): void {
		this.#writeReset(stream.id, code);
		this.#close(stream, "reset");
	}

	#writeReset(id: number, code: number): void {
		this.#control.numberFrame(http2.RST_STREAM, id, code);
	}

	#close(stream: Stream, how: Closed): void {
		if (!this.#streams.delete(stream.id)) return;
		if (stream.isTunnel) this.#tunnels--;
		stream.close();
		this.#closed.add(stream.id, how);
		this.#events.onClosed(stream);
	}

	/** Writes what may leave now, up to about so many octets. */
	write(out: OutBuffer, most: number): void {
		if (this.#control.length > 0) {
			out.append(this.#control.view);
			this.#control.length = 0;
		}
		if (this.#state === "over") return;
		const context: SendContext = { encoder: this.#encoder, sendWindow: this.#sendWindow, dataFrames: 0 };
		while (out.length < most) {
			const stream = this.#order.next();
			if (stream === null) break;
			if (stream.isOver) continue;
			const result = writeStream(stream, out, context);
			if (result === "more") this.#order.again(stream);
			else if (result === "blocked") this.#blocked.push(stream);
			else if (result === "ended") this.#sent(stream, out);
			if (stream.hasDrained) this.#drained.push(stream);
		}
		this.#sendWindow = context.sendWindow;
		const free = Math.max(0, this.#freeUpdates) + FREE_UPDATES.each * context.dataFrames;
		this.#freeUpdates = Math.min(FREE_UPDATES.most, free);
	}

	/** Tells those whose data were written; to be called after {@link write}, when its bytes have been passed on. */
	afterWrite(): void {
		for (let stream = this.#drained.pop(); stream !== undefined; stream = this.#drained.pop()) {
			if (!stream.isOver) stream.events?.onDrain();
		}
	}

	/** The response is complete; the rest of a request that still comes is not wanted (RFC 9113 section 8.1). */
	#sent(stream: Stream, out: OutBuffer): void {
		const wasOpen = stream.state === "open";
		if (wasOpen) out.numberFrame(http2.RST_STREAM, stream.id, http2.NO_ERROR);
		const { events } = stream;
		this.#close(stream, wasOpen ? "reset" : "ended");
		events?.onSent();
	}

	// --- the end

	/** Streams from now on may be begun, those after the next call not (RFC 9113 section 6.8). */
	announceGoaway(): void {
		this.#writeGoaway(http2.MAX_STREAM_ID, http2.NO_ERROR);
		this.#control.ensure(http2.FRAME_HEADER + 8);
		this.#control.frameHeader(8, http2.PING, 0, 0);
		this.#control.uint32(0);
		this.#control.uint32(0);
	}

	/** No stream is begun any more. */
	goaway(): void {
		if (this.#last !== http2.MAX_STREAM_ID) return;
		this.#last = this.#highest;
		this.#writeGoaway(this.#last, http2.NO_ERROR);
	}

	/** The connection ends: all streams are over. */
	fail(code: number, reason: string): void {
		if (this.#state === "over") return;
		this.#state = "over";
		this.#reader.stop();
		this.#block = null;
		this.#writeGoaway(this.#highest, code);
		this.end();
		this.#events.onFatal(code, reason);
	}

	/** The connection is gone. */
	end(): void {
		this.#state = "over";
		this.#reader.stop();
		for (const stream of [...this.#streams.values()]) {
			this.#close(stream, "left");
			stream.events?.onLeft();
		}
	}

	/** A client did not open a window in time. */
	onStalled(stream: Stream, now: number): void {
		this.#now = now;
		stream.reset(http2.CANCEL);
		try {
			this.#punish("stalled", POINTS.stalled);
		} catch (error) {
			if (!(error instanceof ConnectionError)) throw error;
			this.fail(error.code, error.reason);
		}
	}

	#writeGoaway(last: number, code: number): void {
		const out = this.#control;
		out.ensure(http2.FRAME_HEADER + 8);
		out.frameHeader(8, http2.GOAWAY, 0, 0);
		out.uint32(last);
		out.uint32(code);
	}

	/** @throws ConnectionError if that is too much */
	#punish(abuse: Abuse, points: number): void {
		const verdict = this.#score.add(points, this.#now);
		this.lastAbuse = abuse;
		if (verdict === "calm") throw new ConnectionError(http2.ENHANCE_YOUR_CALM, abuse);
		if (verdict === "tired") this.#events.onTired();
	}
}

const protocolError = (reason: string): ConnectionError => new ConnectionError(http2.PROTOCOL_ERROR, reason);
