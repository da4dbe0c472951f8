import type { Plan } from "../plan/plan.ts";
import { Router } from "../route/router.ts";

/**
 * The rules of each listener, for a plan with bound hosts. A listener that the plan does not have any more drains: it serves the hosts that
 * are bound to none.
 *
 * @param rulesOf what is made of a listener's router
 */
export function rulesByListener<Rules>(plan: Plan, rulesOf: (router: Router) => Rules): (listener: string) => Rules {
	const unbound = rulesOf(Router.build(plan, ""));
	const byName = new Map(plan.listeners.map(({ name }) => [name, rulesOf(Router.build(plan, name))]));
	return (listener) => byName.get(listener) ?? unbound;
}
