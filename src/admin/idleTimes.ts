/** How long clients may be idle and are still kept. Pure. */
import type { AffinityPlan } from "../plan/affinity.ts";
import type { Plan } from "../plan/plan.ts";

const known = new WeakMap<Plan, ReadonlyMap<string, number>>();

/** Milliseconds by the member's name; members that keep nobody are left out. */
export function idleTimes(plan: Plan): ReadonlyMap<string, number> {
	const made = known.get(plan);
	if (made !== undefined) return made;
	const times = new Map<string, number>();
	for (const { affinity, pool } of plan.routes) {
		if (affinity === null || !keepsClients(affinity)) continue;
		for (const index of plan.pools[pool]?.members ?? []) {
			const name = plan.members[index]?.name ?? "";
			times.set(name, Math.max(times.get(name) ?? 0, affinity.sessionIdle));
		}
	}
	known.set(plan, times);
	return times;
}

/** A hash moves clients as soon as their node drains. */
function keepsClients({ mode, flows }: AffinityPlan): boolean {
	return flows || (mode !== "client" && mode !== "header");
}
