import type { WatchedMember, WatchedPool } from "../health/watch/memberRecord.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * What the health monitor watches of a plan.
 *
 * @param slots on the scoreboard, of each member in the plan's order
 */
export function watchedPools({ pools, members }: Plan, slots: readonly number[]): WatchedPool[] {
	return pools.map(({ name, service, kind, health, members: own }) => ({
		name,
		service,
		kind,
		health,
		members: own.flatMap((index): WatchedMember[] => {
			const member = members[index];
			if (member === undefined) return [];
			const { name, node, host, port, tls } = member;
			return [{ name, node, slot: slots[index] ?? index, address: { host, port, tls } }];
		}),
	}));
}
