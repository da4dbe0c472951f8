/**
 * What the members of a pool owe each other.
 *
 * Ejection: traffic takes out at most `maxEjected` of the pool's enabled members, yet always up to one, and never the last one that could take traffic. A pool of one
 * keeps its member. A check that fails takes a member out whatever the others do: it was seen not to work.
 *
 * Panic: when no member is left, then
 *   `passive` (the default) lets in those that traffic alone had taken out: they answer their checks, or have none;
 *   `all` lets in also those whose checks fail, until one of them is well again: better where the check itself may be what is wrong;
 *   `off` lets in no one.
 * A member that an operator disabled or drains stays so.
 */

import { type AdminState, type Health, isEligible } from "../balance/eligibility.ts";
import type { HealthPlan } from "../plan/health.ts";

/** One member as the others see it. */
export interface MemberStatus {
	/** By its checks and its gate alone. */
	readonly checked: Health;
	/** Traffic has taken it out: ejected, or its circuit is open. */
	readonly out: boolean;
	readonly admin: AdminState;
}

type Rules = Pick<HealthPlan, "maxEjected" | "panic">;

const couldServe = ({ checked, admin }: MemberStatus): boolean => isEligible(checked, admin, false);
const serves = (standing: MemberStatus): boolean => couldServe(standing) && !standing.out;

/** Whether traffic may take out the member at `index`. */
export function mayEject(pool: readonly MemberStatus[], index: number, { maxEjected }: Rules): boolean {
	if (pool[index]?.out === true) return true;
	const enabled = pool.filter(({ admin }) => admin !== "disabled").length;
	const out = pool.filter((standing) => standing.out && standing.admin !== "disabled").length;
	const room = Math.max(1, Math.floor(enabled * maxEjected));
	return out < room && pool.some((standing, at) => at !== index && serves(standing));
}

/** Indexes of the members to let in although they are out. Empty when there is no need, or nobody to let in. */
export function letInByPanic(pool: readonly MemberStatus[], { panic }: Rules): number[] {
	if (panic === "off" || pool.some(serves)) return [];
	const passive = pool.flatMap((standing, index) => (couldServe(standing) ? [index] : []));
	if (passive.length > 0 || panic === "passive") return passive;
	return pool.flatMap(({ admin }, index) => (admin === "enabled" ? [index] : []));
}
