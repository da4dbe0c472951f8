import { affinityKey } from "./affinity/cookieValue.ts";
import { type AffinityContext, RouteAffinity } from "./affinity/routeAffinity.ts";
import { Balancer } from "./balance/balancer.ts";
import { consistentHashBoundedBy } from "./balance/consistentHash.ts";
import type { PickContext, Policy } from "./balance/picker.ts";
import { policyOf } from "./balance/policies.ts";
import { Pool } from "./balance/pool.ts";
import { BodyRules } from "./body/bodyRules.ts";
import { CidrSet } from "./http/cidr.ts";
import type { AffinityPlan } from "./plan/affinity.ts";
import type { Plan } from "./plan/plan.ts";
import type { RoutePlan } from "./plan/route.ts";
import type { ServicePlan } from "./plan/service.ts";
import { CookieNames } from "./rewrite/cookieNames.ts";
import { LeakRules } from "./rewrite/leaks.ts";
import { hasLoginCookie } from "./rewrite/loginsUnderWay.ts";
import { ResponseRewriter } from "./rewrite/responseHeaders.ts";
import { SessionFrames } from "./rewrite/sessionFrames.ts";
import { BareContexts } from "./route/bareContexts.ts";
import { Router } from "./route/router.ts";
import type { Scoreboard } from "./scoreboard/scoreboard.ts";
import type { AttemptTimeouts } from "./upstream/http1/connection.ts";
import type { UpstreamMember } from "./upstream/member.ts";

/** What cannot be told from the plan. */
export interface Chance extends Pick<PickContext, "random" | "wall">, Pick<AffinityContext, "newSession"> {
	/** Milliseconds; never goes back. */
	now(): number;
}

/** A client that affinity sends by a hash goes to its member however busy that is. */
const unboundedHash = consistentHashBoundedBy(0);

/** The compiled configuration that exchanges see: immutable, swapped as a whole; an exchange ends on the one it began with. */
export class Snapshot {
	readonly plan: Plan;
	readonly router: Router;
	/** For paths that the router does not know. */
	readonly bare: BareContexts;
	readonly rewriter: ResponseRewriter;
	readonly frames: SessionFrames;
	readonly leaks: LeakRules;
	/** Of the routes whose bodies are rewritten. */
	readonly bodies: ReadonlyMap<RoutePlan, BodyRules>;
	readonly trustedProxies: CidrSet;
	readonly pools: readonly Pool[];
	readonly #timeouts = new Map<RoutePlan, AttemptTimeouts>();
	readonly #affinity = new Map<AffinityPlan, RouteAffinity>();

	/** @param members by their index in the plan @param poolSlots rows of the scoreboard, by the pool's index */
	constructor(plan: Plan, members: readonly UpstreamMember[], poolSlots: readonly number[], scoreboard: Scoreboard, chance: Chance) {
		this.plan = plan;
		this.router = Router.build(plan);
		this.bare = new BareContexts(plan, this.router, {
			ownsFlow: (route, { query, headers }) =>
				this.affinityOf(route)?.ownsFlow(query, chance.wall()) === true ||
				hasLoginCookie(plan.services[route.service] as ServicePlan, query, headers),
			ownsForm: (route, form, { headers }) =>
				this.affinityOf(route)?.ownsForm(form, chance.wall()) === true ||
				hasLoginCookie(plan.services[route.service] as ServicePlan, form, headers),
			hasCookie: (route, headers) => this.affinityOf(route)?.hasCookie(headers, chance.wall()) ?? null,
		});
		this.rewriter = ResponseRewriter.build(plan);
		this.frames = SessionFrames.build(plan);
		this.leaks = LeakRules.build(plan);
		this.bodies = BodyRules.build(plan);
		this.trustedProxies = CidrSet.of(plan.trustedProxies);
		this.pools = plan.pools.map((pool, index) => {
			const slot = poolSlots[index] ?? index;
			const own = pool.members.map((index) => members[index] as UpstreamMember);
			const balanced = own.map(({ slot, plan }) => ({ slot, node: plan.node, zone: plan.zone, standby: plan.standby }));
			const settings = { zone: plan.zone, overProvisioning: plan.overProvisioning, slowStart: pool.slowStart };
			const context = { loads: scoreboard, turn: () => scoreboard.turn(slot), random: chance.random, wall: chance.wall };
			const balancerFor = (policy: Policy): Balancer => new Balancer(balanced, { ...settings, policy }, scoreboard, context);
			const hashed = plan.routes.some((route) => route.pool === index && isHashed(route.affinity)) ? balancerFor(unboundedHash) : null;
			return new Pool(pool, slot, own, balancerFor(policyOf(pool.policy, pool.bound)), hashed, scoreboard, chance.now);
		});
		const affinity = { memory: scoreboard.memory, ring: plan.affinityKeys.map(affinityKey), newSession: chance.newSession };
		for (const route of plan.routes) {
			this.#timeouts.set(route, { ...plan.timeouts, ...route.timeouts });
			if (route.affinity !== null && !this.#affinity.has(route.affinity))
				this.#affinity.set(route.affinity, routeAffinity(plan, route, affinity));
		}
	}

	/** To be called again and again, see {@link Pool.look}. */
	look(): void {
		for (const pool of this.pools) pool.look();
	}

	timeoutsOf(route: RoutePlan): AttemptTimeouts {
		return this.#timeouts.get(route) ?? this.plan.timeouts;
	}

	/** What keeps clients of the route on a node, or null. */
	affinityOf({ affinity }: RoutePlan): RouteAffinity | null {
		return affinity === null ? null : (this.#affinity.get(affinity) ?? null);
	}
}

function isHashed(affinity: AffinityPlan | null): boolean {
	return affinity?.mode === "client" || affinity?.mode === "header";
}

function routeAffinity(plan: Plan, route: RoutePlan, context: AffinityContext): RouteAffinity {
	const [service, affinity] = [plan.services[route.service], route.affinity];
	if (service === undefined || affinity === null) throw new Error(`the route ${route.id} has no service`);
	const members = plan.pools.filter((pool) => pool.service === route.service).flatMap((pool) => pool.members);
	return new RouteAffinity(
		affinity,
		CookieNames.of(service).clientNames(affinity.name),
		service,
		members.flatMap((member) => plan.members[member] ?? []),
		context,
	);
}
