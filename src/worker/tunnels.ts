import type { OpenTunnel, TunnelOpener, TunnelSides } from "../exchange/tunnelOpener.ts";
import { FrameBoundary, GOING_AWAY } from "../http/webSocketFrames.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import { Tunnel, type TunnelEnd } from "../transport/tunnel.ts";

class WebSocketCloseNotice extends FrameBoundary {
	readonly frame = GOING_AWAY;
}

/** The upgraded connections of one worker. Lifetime: process. */
export class Tunnels implements TunnelOpener {
	readonly #deadlines: Deadlines;
	readonly #open = new Set<Tunnel>();
	#draining = false;

	constructor(deadlines: Deadlines) {
		this.#deadlines = deadlines;
	}

	get size(): number {
		return this.#open.size;
	}

	open(sides: TunnelSides, idleMs: number, onEnd: (end: TunnelEnd) => void): OpenTunnel {
		const notice = sides.protocol === "websocket" ? new WebSocketCloseNotice() : null;
		const tunnel: Tunnel = new Tunnel(sides.client, sides.upstream, this.#deadlines, idleMs, notice, (end) => {
			this.#open.delete(tunnel);
			onEnd(end);
		});
		this.#open.add(tunnel);
		tunnel.start(sides.fromClient, sides.fromUpstream, sides.clientEnded);
		if (this.#draining) tunnel.leave();
		return tunnel;
	}

	/** Tells the clients of open tunnels, and of those that open from now on, to go elsewhere. */
	drain(): void {
		this.#draining = true;
		for (const tunnel of this.#open) tunnel.leave();
	}

	cut(): void {
		for (const tunnel of this.#open) tunnel.cut();
	}
}
