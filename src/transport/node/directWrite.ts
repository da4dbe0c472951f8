/**
 * Writes past node:stream. A request costs two writes, and each spends some 0.7 µs in Writable's bookkeeping and a nextTick, which an
 * answer that the kernel takes at once has no use for.
 *
 * Since Node 26 a stream's handle takes null for the write request: it returns 0 when the kernel took everything, a negative error code, or the
 * request of a write that waits. Elsewhere there is no direct handle and sockets write as usual.
 */
import type { Socket } from "node:net";
import { versions } from "node:process";

/** A write that waits for the kernel; `oncomplete` comes once. */
interface PendingWrite {
	handle: WriteHandle;
	oncomplete: (status: number) => void;
	/** Keeps what is being written alive. */
	buffer: Buffer | null;
	/** Not null: it completed before `oncomplete` could be set. */
	writeStatus: number | null;
}

interface WriteHandle {
	writeLatin1String(request: null, text: string): number | PendingWrite;
	writeBuffer(request: null, buffer: Buffer): number | PendingWrite;
}

const SUPPORTED = !("bun" in versions) && Number.parseInt(versions.node, 10) >= 26;

/** The handle of a plain TCP socket, or null where writes must go through node:stream. */
function handleOf(socket: Socket): WriteHandle | null {
	const handle = (socket as unknown as { _handle?: Partial<WriteHandle> | null })._handle;
	return typeof handle?.writeLatin1String === "function" && typeof handle.writeBuffer === "function" ? (handle as WriteHandle) : null;
}

export class DirectWriter {
	readonly #socket: Socket;
	readonly #onDrain: () => void;
	#waiting = 0;

	private constructor(socket: Socket, onDrain: () => void) {
		this.#socket = socket;
		this.#onDrain = onDrain;
	}

	/** For a plain TCP socket; null where this runtime has no direct writes. */
	static for(socket: Socket, onDrain: () => void): DirectWriter | null {
		return SUPPORTED ? new DirectWriter(socket, onDrain) : null;
	}

	/** Some of what was written waits for the kernel. */
	get blocked(): boolean {
		return this.#waiting > 0;
	}

	/** Whether nothing that went through node:stream is still on its way: then, and only then, order is kept. */
	get ready(): boolean {
		return this.#socket.writableLength === 0 && !this.#socket.connecting && this.#socket.writable;
	}

	text(text: string): boolean {
		const handle = handleOf(this.#socket);
		return handle === null ? this.#socket.write(text, "latin1") : this.#sent(handle, handle.writeLatin1String(null, text), null, null);
	}

	/**
	 * @param keep asked for when the kernel did not take all of the chunk: gives a function to call when it has, or null where the chunk's bytes stay
	 *   as they are anyway
	 */
	chunk(chunk: Buffer, keep: (chunk: Buffer) => (() => void) | null): boolean {
		const handle = handleOf(this.#socket);
		if (handle === null) return this.#socket.write(Buffer.from(chunk));
		const result = handle.writeBuffer(null, chunk);
		return this.#sent(handle, result, chunk, typeof result === "number" ? null : keep(chunk));
	}

	#sent(handle: WriteHandle, result: number | PendingWrite, chunk: Buffer | null, release: (() => void) | null): boolean {
		if (result === 0) return this.#waiting === 0;
		if (typeof result === "number") {
			this.#fail(result);
			return false;
		}
		this.#waiting++;
		result.handle = handle;
		result.buffer = chunk;
		result.oncomplete = (status) => {
			release?.();
			this.#waiting--;
			if (status < 0) this.#fail(status);
			else if (this.#waiting === 0) this.#onDrain();
		};
		const { writeStatus } = result;
		if (writeStatus !== null) {
			result.writeStatus = null;
			queueMicrotask(() => result.oncomplete(writeStatus));
		}
		return false;
	}

	/** A peer that answers early and closes makes writes fail while its answer still waits to be read: that gets two turns of the event loop. */
	#fail(errno: number): void {
		const error = Object.assign(new Error("write failed"), { code: "EPIPE", errno });
		setImmediate(() => setImmediate(() => this.#socket.destroy(error)));
	}
}
