import { affinityKey } from "./affinity/cookieValue.ts";
import type { AffinityContext } from "./affinity/routeAffinity.ts";
import type { PasswordChecks } from "./auth/passwordChecks.ts";
import { Balancer } from "./balance/balancer.ts";
import type { ClientShares } from "./balance/clientShares.ts";
import { consistentHashBoundedBy } from "./balance/consistentHash.ts";
import type { PickContext, Policy } from "./balance/picker.ts";
import { policyOf } from "./balance/policies.ts";
import { Pool } from "./balance/pool.ts";
import type { TurnClock } from "./clock.ts";
import { BasicAuthGate } from "./exchange/basicAuthGate.ts";
import { type CompiledOwnRoute, compileOwnRoutes } from "./exchange/compiledOwnRoute.ts";
import { compileRoutes } from "./exchange/compiledRoute.ts";
import type { DecisionRules } from "./exchange/decide.ts";
import { NO_FULL_GATES } from "./exchange/fullGate.ts";
import type { Route } from "./exchange/route.ts";
import { rulesByListener } from "./exchange/rulesByListener.ts";
import { pagesByHost, servicePages } from "./exchange/servicePages.ts";
import { CidrSet } from "./http/cidr.ts";
import { ErrorPages } from "./http/errorPages.ts";
import type { AffinityPlan } from "./plan/affinity.ts";
import type { Plan } from "./plan/plan.ts";
import { compileHeaderRules, type HeaderRules } from "./rewrite/headerRules.ts";
import { LeakRules } from "./rewrite/leaks.ts";
import { hasLoginCookie } from "./rewrite/loginsUnderWay.ts";
import { ResponseRewriter } from "./rewrite/responseHeaders.ts";
import { BareContexts } from "./route/bareContexts.ts";
import { Router } from "./route/router.ts";
import { ofHost } from "./route/wildcardHost.ts";
import type { Scoreboard } from "./scoreboard/scoreboard.ts";
import type { UpstreamMember } from "./upstream/member.ts";

/** What a snapshot needs beside the plan. */
export interface Chance extends Pick<PickContext, "random" | "wall">, Pick<AffinityContext, "newSession"> {
	readonly clock: TurnClock;
	readonly passwords: PasswordChecks;
	/** Those of a pool, by its name; they outlive the snapshot. */
	sharesOf(pool: string): ClientShares;
}

/** A client that affinity sends by a hash goes to its member however busy that is. */
const unboundedHash = consistentHashBoundedBy(0);

/**
 * The compiled configuration that exchanges see: immutable and swapped as a whole. An exchange ends on the one it began with.
 */
export class Snapshot implements DecisionRules<Route> {
	readonly plan: Plan;
	readonly router: Router;
	readonly bare: BareContexts;
	readonly routes: readonly Route[];
	readonly ownRoutes: readonly CompiledOwnRoute[];
	readonly rewriter: ResponseRewriter;
	/** `responseHeaders` of the file, for responses of Portico itself to requests without a route; null for none. */
	readonly responseRules: HeaderRules | null;
	/** Of the file, for requests of no service. */
	readonly errorPages: ErrorPages | null;
	readonly #pagesByHost: ReadonlyMap<string, ErrorPages | null>;
	readonly leaks: LeakRules;
	readonly trustedProxies: CidrSet;
	/** Some hosts are served by some listeners alone: {@link rulesAt} has the rules. */
	readonly isBound: boolean;
	readonly #byListener: (listener: string) => DecisionRules<Route>;
	readonly #pools: readonly Pool[];

	/** @param members by their index in the plan @param poolSlots rows of the scoreboard, by the pool's index */
	constructor(plan: Plan, members: readonly UpstreamMember[], poolSlots: readonly number[], scoreboard: Scoreboard, chance: Chance) {
		this.plan = plan;
		this.#pools = poolsOf(plan, members, poolSlots, scoreboard, chance);
		const affinity = { memory: scoreboard.memory, ring: plan.affinityKeys.map(affinityKey), newSession: chance.newSession };
		const compiled = compileRoutes(plan, affinity);
		const signIns = plan.userLists.map((list) => [new BasicAuthGate(list, chance.passwords)]);
		this.routes = compiled.map((route) => ({
			...route,
			pool: this.#pools[route.plan.pool] ?? null,
			gates: signIns[route.plan.users] ?? NO_FULL_GATES,
		}));
		this.ownRoutes = compileOwnRoutes(plan);
		this.router = Router.build(plan);
		this.bare = bareContexts(plan, this.router, this.routes, chance);
		this.isBound = plan.services.some(({ bindings }) => bindings.length > 0);
		const { routes, ownRoutes } = this;
		this.#byListener = this.isBound
			? rulesByListener(plan, (router) => ({ router, bare: bareContexts(plan, router, routes, chance), routes, ownRoutes }))
			: () => this;
		this.rewriter = ResponseRewriter.build(plan);
		this.responseRules = compileHeaderRules(plan.responseHeaders);
		this.errorPages = ErrorPages.of(plan.errorPages);
		this.#pagesByHost = pagesByHost(plan.services, plan.services.map(servicePages));
		this.leaks = LeakRules.build(plan);
		this.trustedProxies = CidrSet.of(plan.trustedProxies);
	}

	/** Error pages of a request that no route takes. @param authority that it asked, or null */
	pagesAt(authority: string | null): ErrorPages | null {
		return authority === null ? this.errorPages : (ofHost(this.#pagesByHost, authority) ?? this.errorPages);
	}

	/** What the requests of one listener are decided by. */
	rulesAt(listener: string): DecisionRules<Route> {
		return this.#byListener(listener);
	}

	/** Each pool of these services has a member that takes requests. A name without a service counts for nothing. */
	serves(services: readonly string[]): boolean {
		if (services.length === 0) return true;
		const { plan } = this;
		return this.#pools.every((pool) => {
			const { name = "" } = plan.services[pool.plan.service] ?? {};
			return !services.includes(name) || pool.members.length === 0 || pool.hasOther([]);
		});
	}

	/** Called at intervals, see {@link Pool.look}. */
	look(): void {
		for (const pool of this.#pools) pool.look();
	}
}

function poolsOf(
	plan: Plan,
	members: readonly UpstreamMember[],
	poolSlots: readonly number[],
	scoreboard: Scoreboard,
	{ random, wall, clock, sharesOf }: Chance,
): Pool[] {
	return plan.pools.map((pool, index) => {
		const slot = poolSlots[index] ?? index;
		const own = pool.members.map((index) => members[index] as UpstreamMember);
		const balanced = own.map(({ slot, plan }) => ({ slot, node: plan.node, zone: plan.zone, standby: plan.standby }));
		const settings = { zone: plan.zone, overProvisioning: plan.overProvisioning, slowStart: pool.slowStart };
		const context = { loads: scoreboard, turn: () => scoreboard.turn(slot), random, wall };
		const balancerFor = (policy: Policy): Balancer => new Balancer(balanced, { ...settings, policy }, scoreboard, context);
		const hashed = plan.routes.some((route) => route.pool === index && isHashed(route.affinity)) ? balancerFor(unboundedHash) : null;
		return new Pool(pool, slot, own, balancerFor(policyOf(pool.policy, pool.bound)), hashed, scoreboard, clock, sharesOf(pool.name));
	});
}

function bareContexts(plan: Plan, router: Router, routes: readonly Route[], { wall }: Chance): BareContexts {
	const byPlan = new Map(routes.map((route) => [route.plan, route]));
	return new BareContexts(plan, router, {
		ownsFlow: (plan, { query, headers }) => {
			const route = byPlan.get(plan);
			return route !== undefined && (route.affinity?.ownsFlow(query, wall()) === true || hasLoginCookie(route.service, query, headers));
		},
		ownsForm: (plan, form, { headers }) => {
			const route = byPlan.get(plan);
			return route !== undefined && (route.affinity?.ownsForm(form, wall()) === true || hasLoginCookie(route.service, form, headers));
		},
		hasCookie: (plan, headers) => byPlan.get(plan)?.affinity?.hasCookie(headers, wall()) ?? null,
	});
}

function isHashed(affinity: AffinityPlan | null): boolean {
	return affinity?.mode === "client" || affinity?.mode === "header";
}
