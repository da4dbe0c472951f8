import type { Connection, ConnectionHandler } from "./connection.ts";
import type { Deadlines, Expiring } from "./deadlines.ts";

export interface TunnelEnd {
	readonly fromClient: number;
	readonly toClient: number;
	/** It was ended for being idle. */
	readonly idle: boolean;
}

/**
 * Closes a tunnel in the tunnel's own protocol. Sees all bytes that go to the client, and so knows when its
 * frame may follow them.
 */
export interface CloseNotice {
	push(chunk: Buffer): void;
	/** The last chunk ended with a whole frame. */
	readonly atBoundary: boolean;
	/** What the client is sent. */
	readonly frame: Buffer;
}

/** Milliseconds without a byte after which a tunnel is silent, or half of its limit if that is less. */
const SILENT_MS = 10_000;
/** After one side is gone: how long the other gets to take what was written to it. */
const LINGER_MS = 5000;

/**
 * Two connections joined byte for byte, with back pressure both ways. Whatever happens to one side, both are
 * released: a leaked peer socket is the classic fault of WebSocket proxies.
 */
export class Tunnel implements Expiring {
	deadline: number;
	readonly #client: Connection;
	readonly #upstream: Connection;
	readonly #deadlines: Deadlines;
	readonly #idleMs: number;
	readonly #onEnd: (end: TunnelEnd) => void;
	#fromClient = 0;
	#toClient = 0;
	#closed = 0;
	#reported = false;
	readonly #closeNotice: CloseNotice | null;
	#notice: "none" | "due" | "sent" = "none";

	constructor(
		client: Connection,
		upstream: Connection,
		deadlines: Deadlines,
		idleMs: number,
		closeNotice: CloseNotice | null,
		onEnd: (end: TunnelEnd) => void,
	) {
		this.#client = client;
		this.#upstream = upstream;
		this.#deadlines = deadlines;
		this.#idleMs = idleMs;
		this.#closeNotice = closeNotice;
		this.#onEnd = onEnd;
		this.deadline = deadlines.base + idleMs;
		deadlines.add(this);
		client.handler = this.#relay(client, upstream, (chunk) => {
			this.#fromClient += chunk.length;
			return upstream.write(chunk);
		});
		upstream.handler = this.#relay(upstream, client, (chunk) => this.#writeToClient(chunk));
	}

	/** Passes on what had arrived before the tunnel was there: bytes, and the end of the client's side. */
	start(fromClient: Buffer | null, fromUpstream: Buffer | null, clientEnded: boolean): void {
		if (fromUpstream !== null) this.#upstream.handler.onData(fromUpstream);
		if (fromClient !== null) this.#client.handler.onData(fromClient);
		if (clientEnded) this.#client.handler.onPeerEnd();
	}

	onDeadline(): void {
		this.#report(this.#closed === 0);
		this.cut();
	}

	/**
	 * Portico is draining: the client gets a close frame between two others, sends its own to the node, and
	 * the two close. A protocol without such a frame goes on until the tunnel is cut.
	 */
	leave(): void {
		if (this.#closeNotice === null || this.#notice !== "none") return;
		this.#notice = "due";
		this.#sendNotice();
	}

	#sendNotice(): void {
		if (this.#notice !== "due" || this.#closeNotice?.atBoundary !== true) return;
		this.#notice = "sent";
		this.#client.write(this.#closeNotice.frame);
	}

	#writeToClient(chunk: Buffer): boolean {
		if (this.#notice === "sent") return true;
		this.#toClient += chunk.length;
		const more = this.#client.write(chunk);
		this.#closeNotice?.push(chunk);
		this.#sendNotice();
		return more;
	}

	/** Nothing has passed for a while. */
	get isSilent(): boolean {
		const silence = this.#deadlines.base - (this.deadline - this.#idleMs);
		return this.#closed === 0 && silence >= Math.min(SILENT_MS, this.#idleMs / 2);
	}

	/** Ends both sides now; who opened it hears so at once. */
	close(): void {
		this.#report(false);
		this.cut();
	}

	/** Ends both sides now. */
	cut(): void {
		this.#client.destroy();
		this.#upstream.destroy();
	}

	#relay(from: Connection, to: Connection, write: (chunk: Buffer) => boolean): ConnectionHandler {
		return {
			onData: (chunk) => {
				// The other side is gone: nobody is left to read this, and it must not keep the tunnel alive.
				if (this.#closed > 0) return;
				this.deadline = this.#deadlines.base + this.#idleMs;
				if (!write(chunk)) from.pause();
			},
			// `from` took what was written to it, so its peer may go on.
			onDrain: () => to.resume(),
			onPeerEnd: () => to.end(),
			onClose: () => {
				this.#report(false);
				to.end();
				to.resume();
				if (++this.#closed === 2) this.#deadlines.delete(this);
				else this.deadline = this.#deadlines.base + LINGER_MS;
			},
		};
	}

	#report(idle: boolean): void {
		if (this.#reported) return;
		this.#reported = true;
		this.#onEnd({ fromClient: this.#fromClient, toClient: this.#toClient, idle });
	}
}
