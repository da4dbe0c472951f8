import type { HeaderList } from "../http/headers.ts";
import type { ResponseHead } from "../http/message.ts";

/** A chunk up to this size is copied at once; a larger one may be written before it has to be. */
export const SMALL_CHUNK = 8192;

/** Keeps the memory of a chunk as it is, from retain until release. */
export interface ChunkLease {
	retain(): void;
	release(): void;
}

/** What a stream has to send, in order: interim heads, the head, data, trailers. Lifetime: stream. */
export class SendQueue {
	/** Heads that have not been written. */
	heads: ResponseHead[] = [];
	/** Octets of data that wait. */
	bytes = 0;
	/** The data in hand are all there will be. */
	ended = false;
	trailers: HeaderList | null = null;
	/** The final head has been written. */
	headWritten = false;
	#chunks: Buffer[] = [];
	/** Of chunks that are kept by one, at the same index. */
	#leases: (ChunkLease | undefined)[] = [];
	/** Octets of the first chunk that have been written. */
	#offset = 0;
	/** The last chunk is somebody else's. */
	#borrowed = false;

	/** The chunk is only valid until {@link settle}. */
	push(chunk: Buffer): void {
		this.bytes += chunk.length;
		if (chunk.length <= SMALL_CHUNK) return void this.#chunks.push(Buffer.from(chunk));
		this.#chunks.push(chunk);
		this.#borrowed = true;
	}

	/** Keeps what is left of the last chunk: by its lease, or as a copy. */
	settle(lease: ChunkLease | null): void {
		if (!this.#borrowed) return;
		this.#borrowed = false;
		const last = this.#chunks.pop();
		if (last === undefined) return;
		if (lease !== null) {
			lease.retain();
			this.#leases[this.#chunks.push(last) - 1] = lease;
			return;
		}
		if (this.#chunks.length > 0) return void this.#chunks.push(Buffer.from(last));
		this.#chunks.push(Buffer.from(last.subarray(this.#offset)));
		this.#offset = 0;
	}

	/** Takes back all but interim heads. False: some of it has been written. */
	retract(): boolean {
		if (this.headWritten) return false;
		this.heads = this.heads.filter(({ status }) => status < 200);
		this.clear();
		return true;
	}

	/** Drops the data. */
	clear(): void {
		for (const lease of this.#leases) lease?.release();
		this.#leases = [];
		this.#chunks = [];
		this.#offset = 0;
		this.bytes = 0;
		this.#borrowed = false;
	}

	/** Moves data to `target` from `at` on: as many as are asked for are here. */
	take(length: number, target: Buffer, at: number): void {
		let left = length;
		this.bytes -= length;
		while (left > 0) {
			const first = this.#chunks[0];
			if (first === undefined) return;
			const end = Math.min(first.length, this.#offset + left);
			first.copy(target, at + length - left, this.#offset, end);
			left -= end - this.#offset;
			if (end < first.length) {
				this.#offset = end;
				return;
			}
			this.#chunks.shift();
			if (this.#leases.length > 0) this.#leases.shift()?.release();
			this.#offset = 0;
			if (this.#chunks.length === 0) this.#borrowed = false;
		}
	}
}
