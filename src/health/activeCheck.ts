import type { Health } from "../balance/eligibility.ts";
import type { CheckPlan } from "../plan/health.ts";

/** What the active checks know of a member. Immutable. */
export interface ActiveState {
	readonly health: Health;
	/** Results in a row that speak against `health`. */
	readonly against: number;
	/** How many of them change it. */
	readonly limit: number;
	/** The member answers, and asks for nothing new. */
	readonly draining: boolean;
}

/** `held`: it would pass, were its gate not shut. `drain`: it answers a status by which a member drains itself. */
export type ActiveResult = "pass" | "fail" | "held" | "drain";

type Rules = Pick<CheckPlan, "rise" | "fall" | "initial">;

export function initialActive({ initial, rise, fall }: Rules): ActiveState {
	switch (initial) {
		case "up":
			return { health: "up", against: 0, limit: fall, draining: false };
		case "unknown":
			return { health: "unknown", against: 0, limit: 1, draining: false };
		case "mustPass":
			return { health: "down", against: 0, limit: 1, draining: false };
		case "down":
			return { health: "down", against: 0, limit: rise, draining: false };
	}
}

/** The state after one more check; the same object where nothing changed. */
export function afterCheck(state: ActiveState, result: ActiveResult, rules: Rules): ActiveState {
	if (result === "drain" && state.health === "up") return settled(state, "up", rules, true);
	// A gate holds back what is not up yet; what is up has a health of its own. A member that was never up and asks for nothing new is not up.
	const passes = result === "pass" || (result === "held" && state.health === "up");
	const says: Health = passes ? "up" : "down";
	if (says === state.health) return settled(state, says, rules, false);
	const against = state.against + 1;
	if (against >= state.limit) return settled(state, says, rules, false);
	return { ...state, against, draining: false };
}

/** Down at once, without counting: who says so has counted already. */
export function forcedDown(state: ActiveState, rules: Rules): ActiveState {
	return settled(state, "down", rules, false);
}

function settled(state: ActiveState, health: "up" | "down", { rise, fall }: Rules, draining: boolean): ActiveState {
	const limit = health === "up" ? fall : rise;
	const same = state.health === health && state.against === 0 && state.limit === limit && state.draining === draining;
	return same ? state : { health, against: 0, limit, draining };
}

/**
 * Milliseconds until the next check.
 *
 * @param random from 0 to 1: how far into the jitter
 */
export function nextCheckIn(state: ActiveState, plan: CheckPlan, random: number): number {
	const uncertain = state.against > 0 || state.health === "unknown";
	const base = uncertain ? plan.fastInterval : state.health === "down" ? plan.downInterval : plan.interval;
	return Math.round(base * (1 + plan.jitter * (2 * random - 1)));
}
