import { type AffinityContext, RouteAffinity } from "../affinity/routeAffinity.ts";
import { BodyRules } from "../body/bodyRules.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import type { HeaderRulePlan } from "../plan/headers.ts";
import type { Plan } from "../plan/plan.ts";
import type { KeySource } from "../plan/pool.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { CookieNames } from "../rewrite/cookieNames.ts";
import { cutPrefix } from "../rewrite/forwardedPrefix.ts";
import { compileHeaderRules, type HeaderRules } from "../rewrite/headerRules.ts";

import { type ServicePages, servicePages } from "./servicePages.ts";

/** Milliseconds. */
export interface RouteTimeouts {
	/** From the end of the request to the first byte of the response. */
	readonly firstByte: number;
	/** Longest pause inside a response, or while the node does not take the request body. */
	readonly upstreamIdle: number;
	readonly tunnelIdle: number;
}

/** A route with everything that the data path needs of it, so that no map is asked on the way. Lifetime: snapshot. */
export interface CompiledRoute {
	readonly plan: RoutePlan;
	readonly service: ServicePlan;
	readonly pages: ServicePages;
	readonly timeouts: RouteTimeouts;
	/** What keeps a client on a node, or null. */
	readonly affinity: RouteAffinity | null;
	/** What the pool's consistent hash tells clients by, or null. */
	readonly poolKey: KeySource | null;
	/** How response bodies are rewritten, or null. */
	readonly bodies: BodyRules | null;
	/** `requestHeaders` and `responseHeaders`; null for none. */
	readonly requestRules: HeaderRules | null;
	readonly responseRules: HeaderRules | null;
	/** See {@link cutPrefix}. */
	readonly cutPrefix: string;
}

/** @returns the routes in the plan's order */
export function compileRoutes(plan: Plan, context: AffinityContext): CompiledRoute[] {
	const bodies = BodyRules.build(plan);
	const affinities = new Map<AffinityPlan, RouteAffinity>();
	const affinityOf = (route: RoutePlan, service: ServicePlan): RouteAffinity | null => {
		if (route.affinity === null) return null;
		const known = affinities.get(route.affinity) ?? routeAffinity(plan, route.affinity, service, context);
		affinities.set(route.affinity, known);
		return known;
	};
	const known = new Map<string, HeaderRules | null>();
	/** Most routes have the same rules. */
	const rulesOf = (rules: readonly HeaderRulePlan[]): HeaderRules | null => {
		if (rules.length === 0) return null;
		const key = JSON.stringify(rules);
		const made = known.get(key) ?? compileHeaderRules(rules);
		known.set(key, made);
		return made;
	};
	const pages = plan.services.map(servicePages);
	return plan.routes.map((route) => {
		const service = plan.services[route.service];
		const own = pages[route.service];
		if (service === undefined || own === undefined) throw new Error(`the route ${route.id} has no service`);
		return {
			plan: route,
			service,
			pages: own,
			timeouts: { ...plan.timeouts, ...route.timeouts },
			affinity: affinityOf(route, service),
			poolKey: plan.pools[route.pool]?.key ?? null,
			bodies: bodies.get(route) ?? null,
			requestRules: rulesOf(route.requestHeaders),
			responseRules: rulesOf(route.responseHeaders),
			cutPrefix: cutPrefix(route.mapping),
		};
	});
}

function routeAffinity(plan: Plan, affinity: AffinityPlan, service: ServicePlan, context: AffinityContext): RouteAffinity {
	const pools = plan.pools.filter((pool) => plan.services[pool.service]?.name === service.name);
	const members = pools.flatMap((pool) => pool.members).flatMap((member) => plan.members[member] ?? []);
	return new RouteAffinity(affinity, CookieNames.of(service).clientNames(affinity.name), service, members, context);
}
