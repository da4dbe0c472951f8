import type { Socket } from "node:net";
import { leaseOf } from "../lease.ts";
import { failSoon, handleOf, type PendingWrite, type WriteHandle, whenDone } from "./writeHandle.ts";
import type { Writer } from "./writer.ts";

/**
 * Writes to the handle of a TCP socket: mostly the kernel takes everything at once. What it does not take
 * blocks the connection.
 */
export class PlainWriter implements Writer {
	readonly #socket: Socket;
	readonly #onDrain: () => void;
	/** Writes that wait for the kernel. */
	#waiting = 0;
	#ended = false;

	constructor(socket: Socket, onDrain: () => void) {
		this.#socket = socket;
		this.#onDrain = onDrain;
	}

	get blocked(): boolean {
		return this.#waiting > 0;
	}

	text(text: string): boolean {
		const handle = this.#handle();
		if (handle === null) return false;
		return this.#sent(handle, handle.writeLatin1String(null, text), null, null);
	}

	chunk(chunk: Buffer): boolean {
		const handle = this.#handle();
		if (handle === null) return false;
		const lease = leaseOf(chunk);
		const bytes = lease === null ? Buffer.from(chunk) : chunk;
		const result = handle.writeBuffer(null, bytes);
		if (typeof result === "number" || lease === null) return this.#sent(handle, result, bytes, null);
		lease.retain();
		return this.#sent(handle, result, bytes, () => lease.release());
	}

	both(text: string, chunk: Buffer): boolean {
		this.text(text);
		return this.chunk(chunk);
	}

	end(): void {
		this.#ended = true;
		this.#socket.end();
	}

	release(): void {}

	#handle(): WriteHandle | null {
		return this.#ended ? null : handleOf(this.#socket);
	}

	/** @param release called when the kernel has taken all of the chunk */
	#sent(handle: WriteHandle, result: number | PendingWrite, chunk: Buffer | null, release: (() => void) | null): boolean {
		if (result === 0) return this.#waiting === 0;
		if (typeof result === "number") {
			failSoon(this.#socket, result);
			return false;
		}
		this.#waiting++;
		whenDone(result, handle, chunk, (status) => {
			release?.();
			this.#waiting--;
			if (status < 0) failSoon(this.#socket, status);
			else if (this.#waiting === 0) this.#onDrain();
		});
		return false;
	}
}
