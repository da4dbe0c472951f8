/**
 * Writes past node:stream. A request costs two writes, and each spends some 0.7 µs in Writable's bookkeeping
 * and a nextTick, which bytes that the kernel takes at once have no use for.
 *
 * Since Node 26 a stream's handle takes null for the write request: it returns 0 if the kernel took
 * everything, a negative error code, or the request of a write that waits. Elsewhere there is no such handle
 * and sockets write as usual.
 */
import type { Socket } from "node:net";
import { versions } from "node:process";

/** A write that waits for the kernel; `oncomplete` comes once. */
export interface PendingWrite {
	handle: WriteHandle;
	oncomplete: (status: number) => void;
	/** Keeps what is being written alive. */
	buffer: Buffer | null;
	/** Not null: it completed before `oncomplete` could be set. */
	writeStatus: number | null;
}

export interface WriteHandle {
	writeLatin1String(request: null, text: string): number | PendingWrite;
	writeBuffer(request: null, buffer: Buffer): number | PendingWrite;
	/** Bytes that libuv holds. */
	readonly writeQueueSize: number;
}

export const DIRECT_WRITES = !("bun" in versions) && Number.parseInt(versions.node, 10) >= 26;

/** The socket's handle; null once the socket is destroyed. */
export function handleOf(socket: Socket): WriteHandle | null {
	return (socket as unknown as { _handle?: WriteHandle | null })._handle ?? null;
}

/** Has `oncomplete` called when the write is done. */
export function whenDone(write: PendingWrite, handle: WriteHandle, buffer: Buffer | null, oncomplete: (status: number) => void): void {
	write.handle = handle;
	write.buffer = buffer;
	write.oncomplete = oncomplete;
	const { writeStatus } = write;
	if (writeStatus === null) return;
	write.writeStatus = null;
	queueMicrotask(() => oncomplete(writeStatus));
}

/**
 * A peer that responds early and closes makes writes fail while its response still waits to be read: that
 * gets two turns of the event loop.
 */
export function failSoon(socket: Socket, errno: number): void {
	const error = Object.assign(new Error("write failed"), { code: "EPIPE", errno });
	setImmediate(() => setImmediate(() => socket.destroy(error)));
}
