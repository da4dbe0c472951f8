/** Milliseconds in which an average forgets all but 1/e of what it knew: Finagle's default. */
export const LATENCY_MEMORY = 10_000;

/**
 * The average after one more latency was seen: a peak counts at once and in full, better times only by and by.
 *
 * @param average milliseconds, 0 = not known @param elapsed milliseconds since it was reckoned @param seen milliseconds
 */
export function averageLatency(average: number, elapsed: number, seen: number): number {
	if (seen >= average) return seen;
	const kept = fade(elapsed);
	return average * kept + seen * (1 - kept);
}

/** The clock may have been set back. */
export function fade(elapsed: number): number {
	return elapsed > 0 ? Math.exp(-elapsed / LATENCY_MEMORY) : 1;
}
