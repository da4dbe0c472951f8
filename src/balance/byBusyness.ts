import { LeastLoaded } from "./leastLoaded.ts";
import type { Candidate, Policy } from "./picker.ts";

/** Apache's lbmethod bybusyness: the member with the fewest attempts in flight, whatever its weight; weights only decide among equals, in smooth round robin. */
export const byBusyness: Policy = (candidates, context) =>
	new LeastLoaded(candidates, context, (index) => context.loads.inFlight((candidates[index] as Candidate).slot));
