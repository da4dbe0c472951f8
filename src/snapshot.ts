import type { Candidate, Policy } from "./balance/policy.ts";
import { RoundRobin } from "./balance/roundRobin.ts";
import { isEligible } from "./health/eligibility.ts";
import { CidrSet } from "./http/cidr.ts";
import type { Plan, PoolPlan, RoutePlan } from "./plan.ts";
import { ResponseRewriter } from "./rewrite/responseHeaders.ts";
import { Router } from "./route/router.ts";
import type { Scoreboard } from "./scoreboard/scoreboard.ts";
import type { AttemptTimeouts } from "./upstream/connection.ts";
import type { UpstreamMember } from "./upstream/member.ts";

/** A pool as the data path sees it. Lifetime: snapshot. */
export class Pool {
	readonly plan: PoolPlan;
	readonly members: readonly UpstreamMember[];
	readonly #policy: Policy;
	readonly #scoreboard: Scoreboard;
	/** Reused from pick to pick: candidates, and the members they stand for. */
	readonly #candidates: Candidate[] = [];

	constructor(plan: PoolPlan, members: readonly UpstreamMember[], policy: Policy, scoreboard: Scoreboard) {
		this.plan = plan;
		this.members = members;
		this.#policy = policy;
		this.#scoreboard = scoreboard;
	}

	/** An eligible member that is not in `tried`, or null. */
	pick(tried: readonly UpstreamMember[]): UpstreamMember | null {
		const candidates = this.#candidates;
		candidates.length = 0;
		for (const member of this.members) {
			if (tried.includes(member)) continue;
			const { slot } = member;
			if (isEligible(this.#scoreboard.health(slot), this.#scoreboard.adminState(slot))) candidates.push(member);
		}
		return candidates.length === 0 ? null : (candidates[this.#policy.pick(candidates)] as UpstreamMember);
	}
}

/** The compiled configuration that exchanges see: immutable, swapped as a whole; an exchange ends on the one it began with. */
export class Snapshot {
	readonly plan: Plan;
	readonly router: Router;
	readonly rewriter: ResponseRewriter;
	readonly trustedProxies: CidrSet;
	readonly pools: readonly Pool[];
	readonly #timeouts = new Map<RoutePlan, AttemptTimeouts>();

	/** @param members by their index in the plan */
	constructor(plan: Plan, members: readonly UpstreamMember[], scoreboard: Scoreboard) {
		this.plan = plan;
		this.router = Router.build(plan);
		this.rewriter = ResponseRewriter.build(plan);
		this.trustedProxies = CidrSet.of(plan.trustedProxies);
		this.pools = plan.pools.map((pool) => {
			const own = pool.members.map((index) => members[index] as UpstreamMember);
			return new Pool(pool, own, new RoundRobin(), scoreboard);
		});
		for (const route of plan.routes) this.#timeouts.set(route, { ...plan.timeouts, ...route.timeouts });
	}

	timeoutsOf(route: RoutePlan): AttemptTimeouts {
		return this.#timeouts.get(route) ?? this.plan.timeouts;
	}
}
