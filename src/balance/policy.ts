/** A member as a policy sees it. */
export interface Candidate {
	/** Slot on the scoreboard; identifies the member. */
	readonly slot: number;
	/** 1 or more. */
	readonly weight: number;
}

/** How a pool picks a member. Health is asked before: a policy only ever sees candidates that may be picked. */
export interface Policy {
	/** The index of the chosen candidate, or -1 when there is none. */
	pick(candidates: readonly Candidate[]): number;
}
