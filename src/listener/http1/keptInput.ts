import type { MemoryBudget } from "../../limit/byteBudget.ts";

/** Heads up to here are not counted. */
export const SMALL_HEAD = 4096;
/** Pipelined bytes kept while an exchange runs; beyond it reading stops. */
const PIPELINE_LIMIT = 16 * 1024;

/** What one connection keeps of what its client sent, counted in the budget of all connections: large heads, and requests that wait for their turn. */
export class KeptInput {
	/** Pipelined bytes for after the response. */
	pipelined: Buffer | null = null;
	/** Bytes that count in the budget. */
	counted = 0;
	readonly #budget: MemoryBudget;
	/** Of the current request, if that is large. */
	#head = 0;

	constructor(budget: MemoryBudget) {
		this.#budget = budget;
	}

	/** No more may be read. */
	get isFull(): boolean {
		return this.pipelined !== null && this.pipelined.length >= PIPELINE_LIMIT;
	}

	/** The chunk is only valid during the call. */
	add(chunk: Buffer): void {
		this.pipelined = this.pipelined === null ? Buffer.from(chunk) : Buffer.concat([this.pipelined, chunk]);
	}

	/** A request has begun. @param bytes of its head @returns as {@link count} */
	keepHead(bytes: number): boolean {
		this.#head = bytes;
		return this.count(0);
	}

	/** The request is over. @param partial as in {@link count} */
	forgetHead(partial: number): void {
		this.#head = 0;
		this.count(partial);
	}

	/** @param partial bytes of a head that is not complete @returns false if all connections together keep more than they should */
	count(partial: number): boolean {
		const bytes = (partial > SMALL_HEAD ? partial : 0) + this.#head + (this.pipelined?.length ?? 0);
		const more = bytes - this.counted;
		this.counted = bytes;
		if (more > 0) return this.#budget.take(more);
		this.#budget.release(-more);
		return true;
	}

	/** The connection is gone. */
	release(): void {
		this.#budget.release(this.counted);
		this.counted = 0;
	}
}
