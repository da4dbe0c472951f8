import { BetterOfTwo } from "./betterOfTwo.ts";
import type { Policy } from "./picker.ts";

/** Milliseconds in which an average forgets all but 1/e of what it knew: Finagle's default. */
export const LATENCY_MEMORY = 10_000;

/** Cost of a member that has attempts in flight and whose latency is not known yet: it is tried by one exchange at a time. */
const UNKNOWN_BUT_BUSY = 1e9;

/**
 * Peak EWMA, as Finagle and Linkerd do it: of two members drawn by weight, the one with the lower latency times attempts in flight. For members whose
 * speed differs or changes, e.g. in a garbage collection or far away.
 */
export const peakEwma: Policy = (candidates, context) => {
	const { loads } = context;
	return new BetterOfTwo(candidates, context, ({ slot, weight }) => {
		const inFlight = loads.inFlight(slot);
		const latency = loads.latency(slot);
		if (latency === 0) return inFlight === 0 ? 0 : UNKNOWN_BUT_BUSY + inFlight;
		// Left alone, a member that was slow looks better and better, until somebody sees whether it is.
		return (latency * fade(context.wall() - loads.latencyAt(slot)) * (inFlight + 1)) / weight;
	});
};

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
function fade(elapsed: number): number {
	return elapsed > 0 ? Math.exp(-elapsed / LATENCY_MEMORY) : 1;
}
