import { LeastLoaded } from "./leastLoaded.ts";
import type { Candidate, Policy } from "./picker.ts";

/** Bytes that an attempt is taken to carry while none of its member has ended. */
const UNKNOWN_BYTES = 10_000;

/**
 * Apache's lbmethod bytraffic: the member that has carried the fewest bytes, both ways, for its weight. Two things differ from Apache's. Bytes count from when
 * the candidates last changed, so that a member that was away is not flooded until it has caught up. And what is in flight counts as
 * average attempts of its member, since bytes are known only at the end: a burst would otherwise go to one member as a whole.
 */
export const byTraffic: Policy = (candidates, context) => {
	const { loads } = context;
	const before = candidates.map(({ slot }) => loads.traffic(slot));
	return new LeastLoaded(candidates, context, (index) => {
		const { slot, weight } = candidates[index] as Candidate;
		const bytes = loads.traffic(slot);
		const inFlight = loads.inFlight(slot);
		const attempts = inFlight > 0 ? loads.attempts(slot) : 0;
		const average = attempts > 0 ? bytes / attempts : UNKNOWN_BYTES;
		return (bytes - (before[index] ?? 0) + inFlight * average) / weight;
	});
};
