import type { PorticoError } from "../errors.ts";
import type { HeaderList } from "../http/headers.ts";
import type { ResponseHead } from "../http/message.ts";
import type { Priority } from "./priority.ts";
import { CANCEL } from "./protocol.ts";
import type { ReceiveWindow } from "./receiveWindow.ts";
import { type ChunkLease, SendQueue } from "./sendQueue.ts";

/** The owner of a stream. */
export interface StreamEvents {
	/** Never empty, only valid during the call. */
	onBody(chunk: Buffer): void;
	/** The request is complete. Not after a request without a body. */
	onEnd(trailers: HeaderList | null): void;
	/** All that one read brought for it was passed. */
	onFlush(): void;
	/** The request turned out to be malformed: the stream is over. */
	onFault(error: PorticoError): void;
	/** The client gave it up, or the connection has ended. */
	onLeft(): void;
	/** What waited has been written. Only after a send that returned false. */
	onDrain(): void;
	/** All of the response has been written. */
	onSent(): void;
}

/** What a stream needs of its connection. */
export interface StreamConnection {
	/** The stream has something to send. */
	ready(stream: Stream): void;
	reset(stream: Stream, code: number): void;
	/** Data of the stream that waited have found their reader. */
	released(stream: Stream, bytes: number): void;
}

/** What waits at most before a sender is told to stop, and what is left when it may go on. */
const HIGH_WATER = 64 * 1024;
const LOW_WATER = 16 * 1024;
/** What is told of before the end of a read: it is written together. */
const GATHERED = 16 * 1024;

/** One request and its response. Lifetime: stream. */
export class Stream {
	readonly id: number;
	state: "open" | "answering" | "over";
	readonly receive: ReceiveWindow;
	/** Octets that the client takes. */
	sendWindow: number;
	readonly queue = new SendQueue();
	priority: Priority;
	/** It waits for its turn to write. */
	isQueued = false;
	events: StreamEvents | null = null;
	/** Octets of the body that are still to come; -1: not known. */
	bodyLeft = -1;
	/** Octets that are held and that the connection's window has not got back. */
	uncredited = 0;
	/** It is a tunnel, or is to become one. */
	isTunnel = false;
	readonly #connection: StreamConnection;
	#paused = false;
	#held: Buffer[] = [];
	heldBytes = 0;
	/** The end has come, and waits behind what is held. */
	#heldEnd: { readonly trailers: HeaderList | null } | null = null;
	#full = false;

	constructor(id: number, ended: boolean, priority: Priority, sendWindow: number, receive: ReceiveWindow, connection: StreamConnection) {
		this.id = id;
		this.state = ended ? "answering" : "open";
		this.priority = priority;
		this.sendWindow = sendWindow;
		this.receive = receive;
		this.#connection = connection;
	}

	// --- the request

	get paused(): boolean {
		return this.#paused;
	}

	/** Passes data on, or keeps them while nobody takes any. @returns whether they found their reader */
	body(chunk: Buffer): boolean {
		if (!this.#paused) {
			this.events?.onBody(chunk);
			return true;
		}
		this.#held.push(Buffer.from(chunk));
		this.heldBytes += chunk.length;
		return false;
	}

	end(trailers: HeaderList | null): void {
		if (this.state === "open") this.state = "answering";
		if (this.#held.length > 0) this.#heldEnd = { trailers };
		else this.events?.onEnd(trailers);
	}

	pause(): void {
		this.#paused = true;
		this.receive.slow();
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		while (!this.#paused) {
			const chunk = this.#held.shift();
			if (chunk === undefined) break;
			this.heldBytes -= chunk.length;
			this.#connection.released(this, chunk.length);
			this.events?.onBody(chunk);
		}
		if (this.#held.length > 0) return;
		const end = this.#heldEnd;
		this.#heldEnd = null;
		if (end !== null) this.events?.onEnd(end.trailers);
		else this.events?.onFlush();
	}

	// --- the response

	get isOver(): boolean {
		return this.state === "over";
	}

	/** An interim head, or the final one. It leaves at {@link flush}. */
	sendHead(head: ResponseHead): void {
		this.queue.heads.push(head);
	}

	/** The chunk is only valid until {@link settle}. False: stop until onDrain. */
	sendBody(chunk: Buffer): boolean {
		if (this.isOver) return true;
		this.queue.push(chunk);
		if (this.queue.bytes >= GATHERED) this.#connection.ready(this);
		return this.#hasRoom();
	}

	/** Keeps what has not been written of the last chunk. False: stop until onDrain. */
	settle(lease: ChunkLease | null = null): boolean {
		this.queue.settle(lease);
		return this.#hasRoom();
	}

	#hasRoom(): boolean {
		if (this.queue.bytes >= HIGH_WATER) this.#full = true;
		return !this.#full;
	}

	sendEnd(trailers: HeaderList | null): void {
		this.queue.ended = true;
		this.queue.trailers = trailers;
		this.flush();
	}

	/** False: stop until onDrain. */
	flush(): boolean {
		if (!this.isOver) this.#connection.ready(this);
		return !this.#full;
	}

	/** What waited was written. @returns whether its sender is to be told */
	get hasDrained(): boolean {
		if (!this.#full || this.queue.bytes > LOW_WATER) return false;
		this.#full = false;
		return true;
	}

	/** Gives it up. */
	reset(code: number = CANCEL): void {
		if (!this.isOver) this.#connection.reset(this, code);
	}

	/** Nothing more is sent, and nothing more is passed on. */
	close(): void {
		this.state = "over";
		this.queue.clear();
		this.queue.heads = [];
		this.#connection.released(this, this.heldBytes);
		this.heldBytes = 0;
		this.#held = [];
		this.#heldEnd = null;
	}
}
