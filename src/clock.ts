/** Time as the data path sees it; tests drive a fake one. */
export interface Clock {
	/** Milliseconds that never go back; only differences mean anything. */
	now(): number;
	/** Milliseconds since the Unix epoch. */
	wall(): number;
}

export const systemClock: Clock = {
	now: () => performance.now(),
	wall: () => Date.now(),
};
