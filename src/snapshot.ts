import { CookieAffinity } from "./affinity/cookieAffinity.ts";
import { type AffinityKey, affinityKey } from "./affinity/cookieValue.ts";
import { Balancer } from "./balance/balancer.ts";
import type { PickContext } from "./balance/picker.ts";
import { policyOf } from "./balance/policies.ts";
import { keepsClients } from "./health/eligibility.ts";
import { CidrSet } from "./http/cidr.ts";
import type { Plan, PoolPlan, RoutePlan, ServicePlan } from "./plan.ts";
import { ResponseRewriter } from "./rewrite/responseHeaders.ts";
import { Router } from "./route/router.ts";
import type { Scoreboard } from "./scoreboard/scoreboard.ts";
import type { AttemptTimeouts } from "./upstream/connection.ts";
import type { UpstreamMember } from "./upstream/member.ts";

/** A pool as the data path sees it. Lifetime: snapshot. */
export class Pool {
	readonly plan: PoolPlan;
	readonly members: readonly UpstreamMember[];
	readonly #balancer: Balancer;
	readonly #scoreboard: Scoreboard;

	constructor(plan: PoolPlan, members: readonly UpstreamMember[], balancer: Balancer, scoreboard: Scoreboard) {
		this.plan = plan;
		this.members = members;
		this.#balancer = balancer;
		this.#scoreboard = scoreboard;
	}

	/** The node's member, if it goes on with clients that it has and is not in `tried`; else null. */
	keep(node: string, tried: readonly UpstreamMember[]): UpstreamMember | null {
		for (const member of this.members) {
			if (member.plan.node !== node) continue;
			const { slot } = member;
			const keeps = keepsClients(this.#scoreboard.health(slot), this.#scoreboard.adminState(slot));
			return keeps && !tried.includes(member) ? member : null;
		}
		return null;
	}

	/**
	 * An eligible member that is not in `tried`, or null.
	 * @param key as {@link requestKey} makes it
	 */
	pick(key: number, tried: readonly UpstreamMember[]): UpstreamMember | null {
		return this.members[this.#balancer.pick(key, tried)] ?? null;
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
	/** By service; null where no route has affinity. */
	readonly #affinity: readonly (CookieAffinity | null)[];

	/** @param members by their index in the plan */
	constructor(plan: Plan, members: readonly UpstreamMember[], scoreboard: Scoreboard, chance: Pick<PickContext, "random" | "wall">) {
		this.plan = plan;
		this.router = Router.build(plan);
		this.rewriter = ResponseRewriter.build(plan);
		this.trustedProxies = CidrSet.of(plan.trustedProxies);
		this.pools = plan.pools.map((pool, index) => {
			const own = pool.members.map((index) => members[index] as UpstreamMember);
			const balanced = own.map(({ slot, plan }) => ({ slot, node: plan.node, zone: plan.zone, standby: plan.standby }));
			const settings = {
				policy: policyOf(pool.policy, pool.bound),
				zone: plan.zone,
				overProvisioning: plan.overProvisioning,
				slowStart: pool.slowStart,
			};
			const context = { loads: scoreboard, turn: () => scoreboard.turn(index), random: chance.random, wall: chance.wall };
			return new Pool(pool, own, new Balancer(balanced, settings, scoreboard, context), scoreboard);
		});
		const ring = plan.affinityKeys.map(affinityKey);
		this.#affinity = plan.services.map((service, index) => cookieAffinity(plan, service, index, ring));
		for (const route of plan.routes) this.#timeouts.set(route, { ...plan.timeouts, ...route.timeouts });
	}

	timeoutsOf(route: RoutePlan): AttemptTimeouts {
		return this.#timeouts.get(route) ?? this.plan.timeouts;
	}

	/** What keeps clients of the route on a node, or null. */
	affinityOf(route: RoutePlan): CookieAffinity | null {
		return route.affinity ? (this.#affinity[route.service] ?? null) : null;
	}
}

function cookieAffinity(plan: Plan, service: ServicePlan, index: number, ring: readonly AffinityKey[]): CookieAffinity | null {
	if (service.affinityCookie === null) return null;
	const members = plan.pools.filter((pool) => pool.service === index).flatMap((pool) => pool.members);
	const nodes = new Set(members.flatMap((member) => plan.members[member]?.node ?? []));
	return new CookieAffinity(service.name, service.affinityCookie, [...nodes], ring, service.publicOrigin.startsWith("https:"));
}
