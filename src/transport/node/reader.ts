import type { BufferPool, LargeBuffer } from "./bufferPool.ts";

/** Reads above this go to a large buffer from the next one on. Up to it a copy costs less than the switch. */
export const SMALL = 8 * 1024;
/**
 * A large buffer whose beginning is retained is used on while so much of it is left: TLS brings 16 KiB at a
 * time.
 */
const USEFUL_REST = 32 * 1024;

/**
 * Where one socket's reads land. Node takes the next buffer right after a read, and at no other time: it
 * cannot be exchanged while the connection is paused.
 */
export class Reader {
	readonly #pool: BufferPool;
	readonly #onData: (chunk: Buffer) => void;
	#large: LargeBuffer | null = null;
	/** Where in the large buffer the next read begins, and how much the last one brought. */
	#start = 0;
	#length = 0;
	#wantsLarge = false;
	#started = false;
	#paused = false;
	/** It holds its large buffer while it is paused. */
	#idle = false;

	constructor(pool: BufferPool, onData: (chunk: Buffer) => void) {
		this.#pool = pool;
		this.#onData = onData;
	}

	/** Node: that many bytes are in the buffer that {@link next} gave last. */
	readonly read = (bytes: number): boolean => {
		const large = this.#large;
		this.#wantsLarge = bytes > SMALL;
		if (large === null) this.#onData(this.#pool.sharedView(bytes));
		else {
			this.#length = bytes;
			this.#onData(large.bytes.subarray(this.#start, this.#start + bytes));
		}
		return true;
	};

	/** Node: where the next read goes. Undefined: as before. */
	readonly next = (): Buffer | undefined => {
		if (!this.#started) {
			this.#started = true;
			return this.#pool.shared;
		}
		const large = this.#large;
		if (this.#wantsLarge && this.#mayHold()) return large === null ? this.#take() : this.#nextOf(large);
		if (large === null) return undefined;
		this.#large = null;
		large.release();
		return this.#pool.shared;
	};

	/** {@link read}, then {@link next}. */
	receive(bytes: number): Buffer | undefined {
		if (this.#large === null && bytes <= SMALL) {
			this.#wantsLarge = false;
			this.#onData(this.#pool.sharedView(bytes));
			return undefined;
		}
		this.read(bytes);
		return this.next();
	}

	#mayHold(): boolean {
		if (this.#paused && !this.#idle) this.#idle = this.#pool.beginIdle();
		return !this.#paused || this.#idle;
	}

	#take(): Buffer {
		this.#large = this.#pool.take();
		this.#start = 0;
		return this.#large.bytes;
	}

	#nextOf(large: LargeBuffer): Buffer | undefined {
		if (!large.isRetained) {
			if (this.#start === 0) return undefined;
			this.#start = 0;
			return large.bytes;
		}
		this.#start += this.#length;
		if (large.bytes.length - this.#start >= USEFUL_REST) return large.bytes.subarray(this.#start);
		large.release();
		return this.#take();
	}

	pause(): void {
		this.#paused = true;
	}

	resume(): void {
		this.#paused = false;
		if (!this.#idle) return;
		this.#idle = false;
		this.#pool.endIdle();
	}

	/** The socket is closed. */
	release(): void {
		this.resume();
		this.#large?.release();
		this.#large = null;
	}
}
