import type { Policy } from "./picker.ts";
import { WeightedDraw } from "./weightedDraw.ts";

/** Any member, as likely as its weight says. Needs no memory that threads or instances share. */
export const random: Policy = (candidates, context) => {
	const draw = new WeightedDraw(candidates, () => context.random());
	return { pick: (_key, tried) => draw.drawUntried(tried) };
};
