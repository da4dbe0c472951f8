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
	/** Kept, because asking the socket for it costs 0.1 µs. Null before the connection is there, and once it is closed. */
	#handle: WriteHandle | null = null;
	readonly #onDrain: () => void;
	blocked = false;
	/** Writes that wait for the kernel. */
	#waiting = 0;
	#ended = false;

	constructor(socket: Socket, onDrain: () => void) {
		this.#socket = socket;
		this.#onDrain = onDrain;
	}

	text(text: string): boolean {
		const handle = this.#handle ?? this.#open();
		if (handle === null) return false;
		const result = handle.writeLatin1String(null, text);
		return result === 0 ? !this.blocked : this.#wait(handle, result, null, null);
	}

	chunk(chunk: Buffer): boolean {
		const handle = this.#handle ?? this.#open();
		if (handle === null) return false;
		const lease = leaseOf(chunk);
		const bytes = lease === null ? Buffer.from(chunk) : chunk;
		const result = handle.writeBuffer(null, bytes);
		if (result === 0) return !this.blocked;
		if (typeof result === "number" || lease === null) return this.#wait(handle, result, bytes, null);
		lease.retain();
		return this.#wait(handle, result, bytes, () => lease.release());
	}

	both(text: string, chunk: Buffer): boolean {
		this.text(text);
		return this.chunk(chunk);
	}

	get unsent(): number {
		return handleOf(this.#socket)?.writeQueueSize ?? 0;
	}

	end(): void {
		this.release();
		this.#socket.end();
	}

	release(): void {
		this.#ended = true;
		this.#handle = null;
	}

	#open(): WriteHandle | null {
		if (!this.#ended) this.#handle = handleOf(this.#socket);
		return this.#handle;
	}

	/** The kernel did not take everything at once. @param release called when it has taken all of the chunk */
	#wait(handle: WriteHandle, result: number | PendingWrite, chunk: Buffer | null, release: (() => void) | null): boolean {
		if (typeof result === "number") {
			failSoon(this.#socket, result);
			return false;
		}
		this.#waiting++;
		this.blocked = true;
		whenDone(result, handle, chunk, (status) => {
			release?.();
			this.#waiting--;
			this.blocked = this.#waiting > 0;
			if (status < 0) failSoon(this.#socket, status);
			else if (!this.blocked) this.#onDrain();
		});
		return false;
	}
}
