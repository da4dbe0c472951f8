import type { SlowStart } from "../plan/pool.ts";

/** From a tenth of the weight to all of it, in proportion to time. */
export const RAMP: Omit<SlowStart, "window"> = { minimum: 0.1, aggression: 1 };

/** Weights change by steps, since something is reckoned anew at every one; all threads step at the same moment. */
const STEPS = 60;

/** Less than this is no clock that was set back, but one thread's look at it a moment before another's. */
const CLOCK_SLACK = 1000;

/**
 * The share of its weight that a member has: `max(minimum, (time / window) ^ (1 / aggression))`, Envoy's formula, by steps.
 *
 * @param sinceUp milliseconds since it came up. A clock that was set back ends the slow start.
 * @returns above 0, up to 1
 */
export function slowStartFactor({ window, minimum, aggression }: SlowStart, sinceUp: number): number {
	if (sinceUp >= window || sinceUp < -CLOCK_SLACK) return 1;
	const time = Math.floor((Math.max(sinceUp, 0) / window) * STEPS) / STEPS;
	return Math.max(minimum, time ** (1 / aggression));
}

/** Milliseconds from one step to the next. */
export function slowStartStep({ window }: SlowStart): number {
	return window / STEPS;
}
