/**
 * Durations counted in log-linear buckets, as HdrHistogram does: exact below 32 µs, then 32 buckets for each doubling, so that a
 * bucket is at most 3.2 % wide. From 0 to 10 minutes; what is longer counts as 10 minutes.
 */

const SUB_BITS = 5;
const SUB = 1 << SUB_BITS;
/** Microseconds; the top of the range. */
const LONGEST = 600_000_000;
const BUCKETS = bucketOf(LONGEST) + 1;
/** The slot behind the buckets: sum of all durations, in microseconds. */
const SUM = BUCKETS;

/** Length of the array that a histogram counts in. */
export const HISTOGRAM_SLOTS = BUCKETS + 1;

/** @param micros whole microseconds, 0 to LONGEST */
function bucketOf(micros: number): number {
	if (micros < SUB) return micros;
	const shift = 31 - Math.clz32(micros) - SUB_BITS;
	return (shift << SUB_BITS) + (micros >>> shift);
}

/** All durations are in milliseconds; fractions count. */
export class Histogram {
	readonly #slots: Float64Array;

	/** @param slots HISTOGRAM_SLOTS long; its contents go on being counted, e.g. a view of shared memory with one writer */
	constructor(slots: Float64Array = new Float64Array(HISTOGRAM_SLOTS)) {
		if (slots.length !== HISTOGRAM_SLOTS) throw new RangeError(`a histogram needs ${HISTOGRAM_SLOTS} slots, not ${slots.length}`);
		this.#slots = slots;
	}

	/** Hot path. Less than nothing (or no number) counts as 0. */
	record(ms: number): void {
		const micros = ms > 0 ? Math.min(Math.round(ms * 1000), LONGEST) : 0;
		const slots = this.#slots;
		const bucket = bucketOf(micros);
		slots[bucket] = (slots[bucket] ?? 0) + 1;
		slots[SUM] = (slots[SUM] ?? 0) + micros;
	}

	merge(other: Histogram): void {
		for (let i = 0; i < HISTOGRAM_SLOTS; i++) this.#slots[i] = (this.#slots[i] ?? 0) + (other.#slots[i] ?? 0);
	}

	get count(): number {
		let count = 0;
		for (let i = 0; i < BUCKETS; i++) count += this.#slots[i] ?? 0;
		return count;
	}

	/** Sum of all durations. */
	get sum(): number {
		return (this.#slots[SUM] ?? 0) / 1000;
	}

	/** How many were at most that long, to the precision of a bucket: the `le` buckets of a Prometheus histogram. */
	countUpTo(ms: number): number {
		const last = bucketOf(Math.min(Math.round(ms * 1000), LONGEST));
		let count = 0;
		for (let i = 0; i <= last; i++) count += this.#slots[i] ?? 0;
		return count;
	}
}
