/** A member that may be picked. */
export interface Candidate {
	/** Slot on the scoreboard; identifies the member in this process. */
	readonly slot: number;
	/** Above 0, fractions too: what its share of the traffic is in proportion to. */
	readonly weight: number;
	/** Identifies the member in all instances and over restarts: {@link keyHash} of its node's name. */
	readonly id: number;
}

/** What the members are doing now, over all threads; the scoreboard tells it. By slot. */
export interface Loads {
	/** Attempts that go on now. */
	inFlight(slot: number): number;
	/** Peak-sensitive average in milliseconds as of {@link latencyAt}; 0 = not known. */
	latency(slot: number): number;
	/** Milliseconds since the epoch. */
	latencyAt(slot: number): number;
	/** Bytes sent and received since the start. */
	traffic(slot: number): number;
	/** Attempts that have ended, since the start. */
	attempts(slot: number): number;
}

/** What a policy is told from outside, so that it is a function of nothing else. */
export interface PickContext {
	readonly loads: Loads;
	/** The pool's next number: 0, 1, 2 and so on to 2^32 - 1, and from 0 again. No two threads get the same one. */
	turn(): number;
	/** Whole, 0 to 2^32 - 1. */
	random(): number;
	/** Milliseconds since the epoch, the same in all threads. */
	wall(): number;
}

/** A member that this exchange has already failed at. */
export interface Tried {
	readonly slot: number;
}

/** Picks among the candidates that it was made for. Lifetime: until a member's health, state or weight changes. */
export interface Picker {
	/**
	 * Hot path: allocates nothing.
	 *
	 * @param key what the client is told by, as {@link keyHash} gives it, or {@link NO_KEY}; only consistent hashing looks at it
	 * @param tried is not picked again
	 * @returns index of a candidate, or -1 when all were tried
	 */
	pick(key: number, tried: readonly Tried[]): number;
}

/** How a pool picks a member: makes of candidates what picks among them. What can be reckoned once is reckoned here. */
export type Policy = (candidates: readonly Candidate[], context: PickContext) => Picker;

/** The request has nothing that a key could be made of. */
export const NO_KEY = -1;

export function isTried(tried: readonly Tried[], slot: number): boolean {
	for (let i = 0; i < tried.length; i++) if (tried[i]?.slot === slot) return true;
	return false;
}
