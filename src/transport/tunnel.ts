import type { Connection, ConnectionHandler } from "./connection.ts";
import type { Deadlines, Expiring } from "./deadlines.ts";

export interface TunnelEnd {
	readonly fromClient: number;
	readonly toClient: number;
	/** It was ended for being idle. */
	readonly idle: boolean;
}

/**
 * Says goodbye to the client in the tunnel's own protocol. Sees all that goes to the client, and gives the last words once they fit in.
 */
export interface Farewell {
	push(chunk: Buffer): void;
	readonly atBoundary: boolean;
	readonly words: Buffer;
}

/** After one side is gone: how long the other gets to take what was written to it. */
const LINGER_MS = 5000;

/**
 * Two connections joined byte for byte, with back pressure both ways. Whatever happens to one side, both are released: a leaked peer socket
 * is the classic fault of WebSocket proxies.
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
	readonly #farewell: Farewell | null;
	#leaving: "no" | "soon" | "said" = "no";

	constructor(
		client: Connection,
		upstream: Connection,
		deadlines: Deadlines,
		idleMs: number,
		farewell: Farewell | null,
		onEnd: (end: TunnelEnd) => void,
	) {
		this.#client = client;
		this.#upstream = upstream;
		this.#deadlines = deadlines;
		this.#idleMs = idleMs;
		this.#farewell = farewell;
		this.#onEnd = onEnd;
		this.deadline = deadlines.after(idleMs);
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
	 * We are going: the client is told between two frames, answers the member through us, and the two close. Without a protocol for it the
	 * tunnel ends when it is cut.
	 */
	leave(): void {
		if (this.#farewell === null || this.#leaving !== "no") return;
		this.#leaving = "soon";
		this.#sayGoodbye();
	}

	#sayGoodbye(): void {
		if (this.#leaving !== "soon" || this.#farewell?.atBoundary !== true) return;
		this.#leaving = "said";
		this.#client.write(this.#farewell.words);
	}

	#writeToClient(chunk: Buffer): boolean {
		if (this.#leaving === "said") return true;
		this.#toClient += chunk.length;
		const more = this.#client.write(chunk);
		this.#farewell?.push(chunk);
		this.#sayGoodbye();
		return more;
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
				this.deadline = this.#deadlines.after(this.#idleMs);
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
				else this.deadline = this.#deadlines.after(LINGER_MS);
			},
		};
	}

	#report(idle: boolean): void {
		if (this.#reported) return;
		this.#reported = true;
		this.#onEnd({ fromClient: this.#fromClient, toClient: this.#toClient, idle });
	}
}
