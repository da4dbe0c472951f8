/**
 * Remembers the last view of one connection: chunks of one size share one object (see `BufferPool.sharedView`), and messages of one size
 * come in rows. Making a view costs 0.1 µs. Lifetime: connection.
 */
export class ViewMemo {
	#chunk: Buffer | null = null;
	#start = 0;
	#end = 0;
	#view: Buffer | null = null;

	/** As `chunk.subarray(start, end)`. Large chunks are not remembered: they would hold on to their memory. */
	of(chunk: Buffer, start: number, end: number): Buffer {
		if (chunk.length > LARGEST) return chunk.subarray(start, end);
		if (this.#view !== null && chunk === this.#chunk && start === this.#start && end === this.#end) return this.#view;
		const view = chunk.subarray(start, end);
		this.#chunk = chunk;
		this.#start = start;
		this.#end = end;
		this.#view = view;
		return view;
	}
}

/** What is read into memory that all connections share. */
const LARGEST = 8 * 1024;
