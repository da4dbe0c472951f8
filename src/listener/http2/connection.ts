/**
 * HTTP/2 towards the client: one object a connection, with many exchanges at a time. It owns the connection's clock and its writes; the rules of
 * the protocol are http2/serverSession.ts's, what an exchange does is the data path's.
 */
import { randomBytes } from "node:crypto";
import { PorticoError } from "../../errors.ts";
import { ENHANCE_YOUR_CALM, SETTINGS_TIMEOUT } from "../../http2/protocol.ts";
import type { RequestReading } from "../../http2/requestReader.ts";
import { ServerSession, type SessionEvents } from "../../http2/serverSession.ts";
import type { Stream, StreamEvents } from "../../http2/stream.ts";
import type { Connection, ConnectionHandler } from "../../transport/connection.ts";
import type { Deadlines, Expiring } from "../../transport/deadlines.ts";
import type { ClientPeer, ExchangeStarter } from "../clientStream.ts";
import type { ServiceContext } from "../protocols.ts";
import type { ReadAhead } from "../readAhead.ts";
import type { ConnectionOwner, ConnectionSettings, ServedConnection } from "../servedConnection.ts";
import { MalformedStream } from "./malformedStream.ts";
import { Http2Stream, type StreamOwner } from "./stream.ts";
import { type TurnEnd, type TurnWriter, WRITE_SIZE } from "./turnEnd.ts";

/** Requests at a time on one connection, and tunnels among them. */
export const MOST_STREAMS = 100;
export const MOST_TUNNELS = 20;
/** Requests after which a client is asked to open another connection. */
export const MOST_REQUESTS = 10_000;
/** Milliseconds in which a client must acknowledge our SETTINGS. */
export const SETTINGS_MS = 10_000;
/** Octets of frames besides responses that wait; beyond it reading stops. */
const MOST_CONTROL = 64 * 1024;
/** How often the streams of a connection are looked at. */
const LOOK_MS = 500;
/** A client that was told to go may have requests on the wire for so long. */
const GOODBYE_MS = 1000;
/** After our end what the client sends is read and dropped for so long, so that no reset overtakes our last frames. */
const LINGER_MS = 1000;
/** What is kept of input counts in the budget from here on. */
const SMALL = 4096;
const NEVER = Number.POSITIVE_INFINITY;

/** `serving`; `leaving`: it ends with its last stream; `closed`: our side is closed. */
type Phase = "serving" | "leaving" | "closed";

export class Http2Connection implements ServedConnection, ConnectionHandler, SessionEvents, StreamOwner, Expiring, TurnWriter {
	deadline = NEVER;
	readonly peer: ClientPeer;
	readonly settings: ConnectionSettings;
	readonly readAhead: ReadAhead;
	readonly #connection: Connection;
	readonly #starter: ExchangeStarter;
	readonly #owner: ConnectionOwner;
	readonly #deadlines: Deadlines;
	readonly #turn: TurnEnd;
	readonly #session: ServerSession;
	/** By the stream of the session. */
	readonly #streams = new Map<Stream, Http2Stream>();
	#phase: Phase = "serving";
	#scheduled = false;
	#paused = false;
	#released = false;
	#peerEnded = false;
	/** Octets that count in the budget. */
	#counted = 0;
	// On the clock, each with what it limits; Infinity: it is not waited for.
	#settledBy: number;
	#headBy = NEVER;
	#idleBy: number;
	#lookAt = NEVER;
	#writtenBy = NEVER;
	#unsentBefore = 0;
	#endBy = NEVER;

	constructor(connection: Connection, peer: ClientPeer, { settings, starter, owner, deadlines, readAhead, turn }: ServiceContext) {
		this.#connection = connection;
		this.peer = peer;
		this.settings = settings;
		this.readAhead = readAhead;
		this.#starter = starter;
		this.#owner = owner;
		this.#deadlines = deadlines;
		this.#turn = turn;
		const { headBytes, headerFields } = settings;
		this.#session = new ServerSession(
			{ headBytes, headerFields, streams: MOST_STREAMS, tunnels: MOST_TUNNELS },
			peer.secure,
			this,
			deadlines.now,
		);
		this.#settledBy = deadlines.base + SETTINGS_MS;
		this.#idleBy = deadlines.base + settings.requestHead;
		connection.handler = this;
		deadlines.add(this);
		this.#arm();
		this.schedule();
	}

	// --- what the streams ask

	get now(): number {
		return this.#deadlines.now;
	}

	get keepAlive(): boolean {
		return this.#phase === "serving" && !this.#owner.draining;
	}

	get receiving(): boolean {
		return this.#session.receiving;
	}

	schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#turn.add(this);
	}

	watchPeer(): void {
		this.#connection.watchPeer();
	}

	// --- what the socket tells

	onData(chunk: Buffer): void {
		if (this.#phase === "closed") return;
		const session = this.#session;
		session.receive(chunk, this.#deadlines.now);
		if (session.isOver) return;
		this.#count();
		if (session.controlBytes > MOST_CONTROL && !this.#paused) {
			this.#paused = true;
			this.#connection.pause();
		}
		if (session.inHead) {
			if (this.#headBy === NEVER) this.#headBy = this.#deadlines.base + this.settings.requestHead;
		} else this.#headBy = NEVER;
		if (session.openStreams > 0) this.#lookSoon();
		if (session.requests >= MOST_REQUESTS) this.#leave();
		if (session.hasOutput) this.schedule();
		this.#arm();
	}

	onDrain(): void {
		this.#writtenBy = NEVER;
		this.writeNow();
	}

	onPeerEnd(): void {
		this.#peerEnded = true;
		if (this.#phase === "closed") return this.#connection.destroy();
		if (this.#session.openStreams === 0) return this.#close();
		// It may still read its responses; more often it has left.
		this.#endBy = this.#deadlines.base + this.settings.halfClosed;
		this.#arm();
	}

	onClose(): void {
		if (this.#released) return;
		this.#released = true;
		this.#session.end();
		this.deadline = NEVER;
		this.#deadlines.delete(this);
		this.#owner.heads.release(this.#counted);
		this.#counted = 0;
		this.#owner.onReleased(this);
	}

	/** What is kept of heads and paused bodies. */
	#count(): void {
		const kept = this.#session.keptBytes;
		const more = (kept > SMALL ? kept : 0) - this.#counted;
		if (more === 0) return;
		this.#counted += more;
		if (more < 0) return this.#owner.heads.release(-more);
		if (!this.#owner.heads.take(more)) this.#session.fail(ENHANCE_YOUR_CALM, "memory");
	}

	// --- what the session tells

	onRequest(stream: Stream, { head, body, upgrade }: RequestReading & { kind: "request" }): StreamEvents {
		let key: string | null = null;
		if (upgrade === "websocket") {
			key = randomBytes(16).toString("base64");
			head.headers.add("Sec-WebSocket-Key", key);
		}
		const expectsContinue = body !== 0 && head.headers.has("expect");
		const own = new Http2Stream(stream, this, head.method, this.#session.requests - 1, expectsContinue, key);
		this.#streams.set(stream, own);
		// The exchange may end before it is known here.
		stream.events = own;
		own.begun(this.#starter.begin(own, head, body, upgrade));
		return stream.events;
	}

	onRefused(stream: Stream, error: PorticoError, line: string | null): StreamEvents {
		const own = new Http2Stream(stream, this, line?.startsWith("HEAD ") === true ? "HEAD" : "", this.#session.requests, false, null);
		this.#streams.set(stream, own);
		stream.events = own;
		this.#starter.refuse(own, error, line);
		return own;
	}

	onMalformed(error: PorticoError, line: string | null): void {
		this.#starter.refuse(new MalformedStream(this.peer, this.#session.requests), error, line);
	}

	onClosed(stream: Stream): void {
		this.#streams.delete(stream);
		if (this.#session.openStreams > 0) return;
		this.#lookAt = NEVER;
		this.#idleBy = this.#deadlines.base + (this.#owner.draining ? GOODBYE_MS : this.settings.keepAlive);
		this.#arm();
		this.schedule();
	}

	onTired(): void {
		this.#leave();
	}

	onPong(): void {
		if (this.#phase !== "leaving") return;
		this.#endBy = NEVER;
		this.#session.goaway();
		this.schedule();
	}

	onFatal(code: number, reason: string): void {
		const abuse = this.#session.lastAbuse;
		if (code === ENHANCE_YOUR_CALM && abuse !== null && abuse === reason) this.#owner.onAbuse(abuse);
		const error = new PorticoError(code === ENHANCE_YOUR_CALM ? "http2_abuse" : "http2_protocol_error", { detail: reason });
		this.#owner.onDropped(error, this.peer.address);
		this.#close();
	}

	onStalled(stream: Stream): void {
		this.#session.onStalled(stream, this.#deadlines.now);
		this.schedule();
	}

	onDropped(error: PorticoError): void {
		this.#owner.onDropped(error, this.peer.address);
	}

	// --- writing

	onTurnEnd(): void {
		this.#scheduled = false;
		this.writeNow();
		if (this.#session.openStreams > 0) return;
		if (this.#peerEnded || (this.#phase === "leaving" && this.#endBy === NEVER)) this.#close();
	}

	writeNow(): void {
		const connection = this.#connection;
		const { out } = this.#turn;
		while (!this.#released && !connection.blocked && this.#session.hasOutput) {
			out.length = 0;
			this.#session.write(out, WRITE_SIZE);
			const { length } = out;
			if (length > 0) connection.write(out.view);
			this.#session.afterWrite();
			if (length === 0) break;
		}
		if (this.#paused && this.#session.controlBytes < MOST_CONTROL) {
			this.#paused = false;
			connection.resume();
		}
		if (connection.blocked && this.#writtenBy === NEVER) {
			this.#unsentBefore = connection.unsent;
			this.#writtenBy = this.#deadlines.base + this.settings.clientWrite;
			this.#arm();
		}
	}

	// --- the end

	/** No new requests after those that are on the wire; then it ends with its last stream. */
	#leave(): void {
		if (this.#phase !== "serving") return;
		this.#phase = "leaving";
		this.#session.announceGoaway();
		this.#endBy = this.#deadlines.base + GOODBYE_MS;
		this.#arm();
		this.schedule();
	}

	/** Says goodbye, and reads on for a moment so that no reset overtakes it. */
	#close(): void {
		if (this.#phase === "closed") return;
		this.#phase = "closed";
		this.#session.goaway();
		this.writeNow();
		this.#session.end();
		this.#connection.end();
		this.#connection.resume();
		this.#endBy = this.#deadlines.base + LINGER_MS;
		this.#arm();
		if (this.#peerEnded) this.#connection.destroy();
	}

	drain(): void {
		if (this.#phase === "closed") return;
		this.#leave();
	}

	closeIfIdle(): boolean {
		if (this.#session.openStreams > 0) return false;
		this.#session.goaway();
		this.writeNow();
		this.#connection.destroy();
		return true;
	}

	closeIfKept(): void {
		if (this.#session.openStreams === 0 && this.#session.requests > 0) this.#leave();
	}

	cut(): void {
		this.#connection.destroy();
	}

	// --- time

	#lookSoon(): void {
		if (this.#lookAt === NEVER) this.#lookAt = this.#deadlines.now + LOOK_MS;
	}

	#arm(): void {
		if (this.#released) return;
		if (this.#phase === "closed") {
			this.deadline = this.#endBy;
			return;
		}
		const settledBy = this.#session.isSettled ? NEVER : this.#settledBy;
		const idleBy = this.#session.openStreams > 0 || this.#session.inHead ? NEVER : this.#idleBy;
		this.deadline = Math.min(settledBy, idleBy, this.#headBy, this.#lookAt, this.#writtenBy, this.#endBy);
	}

	onDeadline(): void {
		const { now, base } = this.#deadlines;
		const session = this.#session;
		if (this.#phase === "closed") return this.#connection.destroy();
		if (now >= this.#writtenBy) {
			// It must take something now and then.
			if (this.#connection.unsent >= this.#unsentBefore) return this.#connection.reset();
			this.#unsentBefore = this.#connection.unsent;
			this.#writtenBy = base + this.settings.clientWrite;
		}
		if (now >= this.#endBy && this.#peerEnded) return this.#connection.destroy();
		if (!session.isSettled && now >= this.#settledBy) session.fail(SETTINGS_TIMEOUT, "settings-timeout");
		else if (now >= this.#headBy) session.fail(ENHANCE_YOUR_CALM, "head-timeout");
		else if (now >= this.#endBy) {
			// Whoever does not answer our PING has had the time that it takes.
			this.#endBy = NEVER;
			session.goaway();
			this.schedule();
		} else if (session.openStreams === 0 && !session.inHead && now >= this.#idleBy) return this.#close();
		if (now >= this.#lookAt) {
			this.#lookAt = session.openStreams > 0 ? now + LOOK_MS : NEVER;
			for (const stream of [...this.#streams.values()]) stream.look(now);
			this.#count();
			if (session.hasOutput) this.schedule();
		}
		this.#arm();
	}
}
