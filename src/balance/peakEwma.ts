import { BetterOfTwo } from "./betterOfTwo.ts";
import { fade } from "./latencyAverage.ts";
import type { Policy } from "./picker.ts";

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
