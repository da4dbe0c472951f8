import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityPlan, memberPlan, planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import type { PoolPlan } from "../plan/pool.ts";
import { idleTimes } from "./idleTimes.ts";

/** Pool 0 has member 0, and so on; each route leads to the pool of its number. */
function timesOf(...affinities: readonly (readonly [pool: number, affinity: Partial<AffinityPlan> | null])[]): Record<string, number> {
	const members = [0, 1, 2].map((index) => memberPlan({ name: `m${index}` }));
	const pools = members.map((_, index) => ({ members: [index] }) as unknown as PoolPlan);
	const routes = affinities.map(([pool, affinity]) => routePlan({ pool, affinity: affinity === null ? null : affinityPlan(affinity) }));
	return Object.fromEntries(idleTimes({ ...planOf([servicePlan()], routes), members, pools }));
}

test("members that routes with affinity lead to, with the longest idle time of those", () => {
	assert.deepEqual(timesOf([0, {}], [0, { sessionIdle: 5 }], [1, { mode: "learn", sessionIdle: 7 }], [2, null]), { m0: 1_800_000, m1: 7 });
	assert.deepEqual(timesOf([-1, {}]), {});
});

test("a hash keeps nobody, but logins under way are kept", () => {
	assert.deepEqual(timesOf([0, { mode: "client" }], [1, { mode: "header" }], [2, { mode: "client", flows: true }]), { m2: 1_800_000 });
});
