import type { Socket } from "node:net";
import { leaseOf } from "../lease.ts";
import { isSecure } from "./sockets.ts";
import type { Writer } from "./writer.ts";

/** Through node:stream: where nothing faster is known to work. */
export class StreamWriter implements Writer {
	readonly #socket: Socket;

	constructor(socket: Socket, onDrain: () => void) {
		this.#socket = socket;
		socket.on("drain", onDrain);
		if (isSecure(socket)) readBeforeFailing(socket);
	}

	text(text: string): boolean {
		return this.#socket.writable && this.#socket.write(text, "latin1");
	}

	chunk(chunk: Buffer): boolean {
		if (!this.#socket.writable) return false;
		const lease = leaseOf(chunk);
		if (lease === null) return this.#socket.write(Buffer.from(chunk));
		lease.retain();
		return this.#socket.write(chunk, () => lease.release());
	}

	both(text: string, chunk: Buffer): boolean {
		this.text(text);
		return this.chunk(chunk);
	}

	get blocked(): boolean {
		return this.#socket.writableNeedDrain;
	}

	get unsent(): number {
		return this.#socket.writableLength;
	}

	end(): void {
		this.#socket.end();
	}

	release(): void {}
}

/**
 * A write that fails ends a TLS socket at once; a response that came before that is read first, as `failSoon`
 * does.
 */
function readBeforeFailing(socket: Socket): void {
	const destroy = socket.destroy.bind(socket);
	socket.destroy = (error?: NodeJS.ErrnoException) => {
		if (error?.syscall !== "write") return destroy(error);
		setImmediate(() => setImmediate(() => destroy(error)));
		return socket;
	};
}
