import type { Socket } from "node:net";
import { type Lease, leaseOf } from "../lease.ts";
import { type BufferPool, SCRATCH_SIZE } from "./bufferPool.ts";
import { failSoon, handleOf, type PendingWrite, whenDone } from "./writeHandle.ts";
import type { Writer } from "./writer.ts";

/** Bytes in flight and queued at which a connection counts as blocked: a full read of the other side. */
const HIGH_WATER = 64 * 1024;

interface QueuedChunk {
	readonly bytes: Buffer;
	/** Null: the bytes are the queue's own. */
	readonly lease: Lease | null;
}

/**
 * Writes to the handle of a TLS socket. Node encrypts during the call, so a chunk is free again after it; but
 * a write never ends at once: Node reports its end in the next turn of the event loop, and aborts the process
 * if a second write begins before that. What comes meanwhile is queued.
 */
export class TlsWriter implements Writer {
	blocked = false;
	readonly #socket: Socket;
	readonly #pool: BufferPool;
	readonly #onDrain: () => void;
	/** Bytes of the write in progress. */
	#inFlight = 0;
	#queue: (string | QueuedChunk)[] = [];
	#queued = 0;
	#state: "open" | "ending" | "closed" = "open";

	constructor(socket: Socket, pool: BufferPool, onDrain: () => void) {
		this.#socket = socket;
		this.#pool = pool;
		this.#onDrain = onDrain;
	}

	text(text: string): boolean {
		if (this.#state !== "open") return false;
		if (text === "") return !this.blocked;
		if (this.#inFlight === 0) this.#send(text);
		else this.#enqueue(text, text.length);
		return this.#hasRoom();
	}

	chunk(chunk: Buffer): boolean {
		if (this.#state !== "open") return false;
		if (chunk.length === 0) return !this.blocked;
		if (this.#inFlight === 0) this.#send(chunk);
		else this.#enqueueChunk(chunk);
		return this.#hasRoom();
	}

	/** One write, and one row of TLS records. */
	both(text: string, chunk: Buffer): boolean {
		if (this.#state !== "open") return false;
		if (this.#inFlight === 0 && text.length + chunk.length <= SCRATCH_SIZE) {
			const bytes = this.#pool.scratch(text.length + chunk.length);
			bytes.write(text, 0, "latin1");
			bytes.set(chunk, text.length);
			this.#send(bytes);
			return this.#hasRoom();
		}
		this.text(text);
		return this.chunk(chunk);
	}

	get unsent(): number {
		return this.#inFlight + this.#queued;
	}

	end(): void {
		if (this.#state !== "open") return;
		this.#state = "ending";
		// Node would begin to close beside the write in progress, and lose what of it is not yet with the
		// kernel.
		if (this.#inFlight === 0) this.#socket.end();
	}

	release(): void {
		this.#state = "closed";
		for (const item of this.#queue) if (typeof item !== "string") item.lease?.release();
		this.#queue = [];
		this.#queued = 0;
	}

	#hasRoom(): boolean {
		if (this.#inFlight + this.#queued >= HIGH_WATER) this.blocked = true;
		return !this.blocked;
	}

	#enqueue(item: string | QueuedChunk, bytes: number): void {
		this.#queue.push(item);
		this.#queued += bytes;
	}

	#enqueueChunk(chunk: Buffer): void {
		const lease = leaseOf(chunk);
		lease?.retain();
		this.#enqueue({ bytes: lease === null ? Buffer.from(chunk) : chunk, lease }, chunk.length);
	}

	#send(data: string | Buffer): void {
		const handle = handleOf(this.#socket);
		if (handle === null) return;
		const result: number | PendingWrite = typeof data === "string" ? handle.writeLatin1String(null, data) : handle.writeBuffer(null, data);
		if (typeof result === "number") {
			if (result < 0) failSoon(this.#socket, result);
			return;
		}
		this.#inFlight = data.length;
		whenDone(result, handle, null, this.#onSent);
	}

	readonly #onSent = (status: number): void => {
		this.#inFlight = 0;
		if (this.#state === "closed") return;
		if (status < 0) return failSoon(this.#socket, status);
		if (this.#queued > 0) return this.#sendQueued();
		if (this.#state === "ending") this.#socket.end();
		if (!this.blocked) return;
		this.blocked = false;
		this.#onDrain();
	};

	/** As much of the queue as one write takes: one after the other would be a turn each. */
	#sendQueued(): void {
		const batch: (string | QueuedChunk)[] = [];
		let length = 0;
		for (const item of this.#queue) {
			const more = lengthOf(item);
			if (batch.length > 0 && length + more > SCRATCH_SIZE) break;
			batch.push(item);
			length += more;
		}
		this.#queue.splice(0, batch.length);
		this.#queued -= length;
		this.#send(this.#joined(batch, length));
		for (const item of batch) if (typeof item !== "string") item.lease?.release();
	}

	#joined(batch: readonly (string | QueuedChunk)[], length: number): string | Buffer {
		const [only] = batch;
		if (batch.length === 1 && only !== undefined) return typeof only === "string" ? only : only.bytes;
		const bytes = this.#pool.scratch(length);
		let at = 0;
		for (const item of batch) {
			if (typeof item === "string") bytes.write(item, at, "latin1");
			else bytes.set(item.bytes, at);
			at += lengthOf(item);
		}
		return bytes;
	}
}

const lengthOf = (item: string | QueuedChunk): number => (typeof item === "string" ? item.length : item.bytes.length);
