import { LeastLoaded } from "./leastLoaded.ts";
import type { Candidate, Policy } from "./picker.ts";

/**
 * The member with the fewest attempts in flight for its weight, over all threads; equals in smooth round robin, as nginx's least_conn. For requests that
 * differ much in what they cost.
 */
export const leastConnections: Policy = (candidates, context) =>
	new LeastLoaded(candidates, context, (index) => {
		const { slot, weight } = candidates[index] as Candidate;
		return context.loads.inFlight(slot) / weight;
	});
