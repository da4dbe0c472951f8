import { BetterOfTwo } from "./betterOfTwo.ts";
import type { Policy } from "./picker.ts";

/** Power of two choices: of two members drawn by weight, the one with fewer attempts in flight for its weight. For large pools. */
export const twoChoices: Policy = (candidates, context) =>
	new BetterOfTwo(candidates, context, ({ slot, weight }) => context.loads.inFlight(slot) / weight);
