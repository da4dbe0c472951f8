import { type Clock, systemClock } from "../../clock.ts";

/** A clock that can be waited for; tests drive a fake one. */
export interface Timers extends Clock {
	/** @returns what cancels it */
	after(ms: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
	...systemClock,
	after(ms, run) {
		const timer = setTimeout(run, ms);
		return () => clearTimeout(timer);
	},
};
