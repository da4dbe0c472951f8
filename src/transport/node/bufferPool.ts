import { type Lease, lend } from "../lease.ts";

const SHARED_SIZE = 64 * 1024;
const LARGE_SIZE = 128 * 1024;
export const SCRATCH_SIZE = 160 * 1024;
/** Large buffers kept for their next use (8 MiB). */
const SPARE_LIMIT = 64;
/**
 * Connections that may hold a large buffer while they are paused (8 MiB): for more, what they read next is
 * copied once.
 */
const IDLE_LIMIT = 64;

/**
 * Memory of one transport's connections. Small reads share one buffer, so that an idle connection holds none
 * and a read allocates nothing. A connection in the middle of something large borrows a buffer, which a write
 * can retain without a copy.
 */
export class BufferPool {
	readonly shared = Buffer.allocUnsafeSlow(SHARED_SIZE);
	/** For bytes that are put together and used up within one call. */
	#scratch: Buffer | null = null;
	/**
	 * Views of the shared buffer's beginning, by the low bits of their length: making one costs 0.1 µs, and
	 * reads of one size come in rows.
	 */
	readonly #views: (Buffer | undefined)[] = new Array(256);
	readonly #spare: LargeBuffer[] = [];
	#idle = 0;

	sharedView(bytes: number): Buffer {
		const known = this.#views[bytes & 255];
		if (known !== undefined && known.length === bytes) return known;
		const view = this.shared.subarray(0, bytes);
		this.#views[bytes & 255] = view;
		return view;
	}

	/** @param bytes at most {@link SCRATCH_SIZE} */
	scratch(bytes: number): Buffer {
		this.#scratch ??= Buffer.allocUnsafeSlow(SCRATCH_SIZE);
		return this.#scratch.subarray(0, bytes);
	}

	/** A large buffer with one user: the caller. */
	take(): LargeBuffer {
		const buffer = this.#spare.pop() ?? new LargeBuffer(this);
		buffer.retain();
		return buffer;
	}

	giveBack(buffer: LargeBuffer): void {
		if (this.#spare.length < SPARE_LIMIT) this.#spare.push(buffer);
	}

	/** Lets go of what is kept for its next use. */
	trim(): void {
		this.#spare.length = 0;
		this.#scratch = null;
	}

	/** Whether a paused connection may hold its large buffer; if so, {@link endIdle} follows. */
	beginIdle(): boolean {
		if (this.#idle >= IDLE_LIMIT) return false;
		this.#idle++;
		return true;
	}

	endIdle(): void {
		this.#idle--;
	}
}

/** Goes back to its pool once neither the reader nor a write uses it. */
export class LargeBuffer implements Lease {
	readonly bytes = Buffer.allocUnsafeSlow(LARGE_SIZE);
	readonly #pool: BufferPool;
	#users = 0;

	constructor(pool: BufferPool) {
		this.#pool = pool;
		lend(this.bytes.buffer, this);
	}

	/** Something else than the reader uses it. */
	get isRetained(): boolean {
		return this.#users > 1;
	}

	retain(): void {
		this.#users++;
	}

	release(): void {
		if (--this.#users === 0) this.#pool.giveBack(this);
	}
}
