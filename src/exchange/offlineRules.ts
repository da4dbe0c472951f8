import { affinityKey } from "../affinity/cookieValue.ts";
import type { AffinityMemory, AffinityStore } from "../affinity/memory.ts";
import { soleCookie } from "../http/cookie.ts";
import type { Plan } from "../plan/plan.ts";
import { hasLoginCookie } from "../rewrite/loginsUnderWay.ts";
import { BareContexts } from "../route/bareContexts.ts";
import { Router } from "../route/router.ts";
import { compileOwnRoutes } from "./compiledOwnRoute.ts";
import { type CompiledRoute, compileRoutes } from "./compiledRoute.ts";
import type { DecisionRules } from "./decide.ts";

const NOTHING: AffinityStore = { get: () => -1, put: () => undefined, drop: () => undefined };
const NO_MEMORY: AffinityMemory = { sessions: NOTHING, flows: NOTHING, learned: NOTHING, secret: new Uint8Array(32) };
/** Stands for the key that a process makes for itself: no cookie was sealed with it. */
const NO_KEY = { id: "none", secret: "" };

/**
 * What requests are decided by if no server runs: no login and no session is known, and affinity cookies are taken to be genuine unless the
 * configuration has their key.
 *
 * @param flow index of the service that logins in progress belong to; -1: none
 * @param now milliseconds since the epoch
 * @param listener name of the one that is asked; null: all hosts are served
 */
export function offlineRules(plan: Plan, flow: number, now: number, listener: string | null = null): DecisionRules<CompiledRoute> {
	const keys = plan.affinityKeys.length === 0 ? [NO_KEY] : plan.affinityKeys;
	const routes = compileRoutes(plan, { memory: NO_MEMORY, ring: keys.map(affinityKey), newSession: () => "" });
	const router = Router.build(plan, listener);
	const byPlan = new Map(routes.map((route) => [route.plan, route]));
	const bare = new BareContexts(plan, router, {
		ownsFlow: (route, { query, headers }) => {
			const service = byPlan.get(route)?.service;
			return route.service === flow || (service !== undefined && hasLoginCookie(service, query, headers));
		},
		ownsForm: () => false,
		hasCookie: (route, headers) => {
			if (route.affinity?.mode !== "cookie") return null;
			if (plan.affinityKeys.length === 0) return soleCookie(headers, route.affinity.name) !== null;
			return byPlan.get(route)?.affinity?.hasCookie(headers, now) ?? null;
		},
	});
	return { router, bare, routes, ownRoutes: compileOwnRoutes(plan) };
}
