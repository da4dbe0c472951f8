/**
 * What one thread counts of a pool's requests and retries over the last seconds: a ring with a cell for each second. Whoever sums up reads the cells of all
 * threads; a cell that says another second than it is asked for counts as empty.
 */

/** Seconds that a retry budget looks back: as long as Linkerd's, which every client of it lives with. */
export const WINDOW_SECONDS = 10;

/** The second, its requests, its retries. */
const CELL_WORDS = 3;
/** One cell more than are looked at, so that the one being written anew is not among them. */
const CELLS = WINDOW_SECONDS + 1;
export const WINDOW_WORDS = CELLS * CELL_WORDS;

/** What a window counts. */
export const REQUESTS = 1;
export const RETRIES = 2;

/**
 * Adds one. Hot path. Only the thread whose window it is may write it.
 *
 * @param base where the window begins @param second since the epoch @param field REQUESTS or RETRIES
 */
export function countInWindow(words: Uint32Array, base: number, second: number, field: number): void {
	const cell = base + (second % CELLS) * CELL_WORDS;
	if (words[cell] !== second) {
		words[cell + REQUESTS] = 0;
		words[cell + RETRIES] = 0;
		words[cell] = second;
	}
	words[cell + field] = (words[cell + field] ?? 0) + 1;
}

/** @param bases of the windows of all threads @param second the present one */
export function sumWindows(
	words: Uint32Array,
	bases: readonly number[],
	second: number,
): { readonly requests: number; readonly retries: number } {
	let requests = 0;
	let retries = 0;
	for (const base of bases) {
		for (let cell = base; cell < base + WINDOW_WORDS; cell += CELL_WORDS) {
			const age = second - (words[cell] ?? 0);
			// Threads may be a little ahead of each other.
			if (age >= WINDOW_SECONDS || age < -1) continue;
			requests += words[cell + REQUESTS] ?? 0;
			retries += words[cell + RETRIES] ?? 0;
		}
	}
	return { requests, retries };
}
