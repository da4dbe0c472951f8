/** Where a request without its service's prefix goes, judged by what a configuration and a request tell; a running server knows more. */

import { affinityKey } from "../affinity/cookieValue.ts";
import type { AffinityMemory, KeptMembers } from "../affinity/memory.ts";
import { RouteAffinity } from "../affinity/routeAffinity.ts";
import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import { hasLoginCookie } from "../rewrite/loginsUnderWay.ts";
import { type BareAnswer, BareContexts, type BareRequest } from "../route/bareContexts.ts";
import type { Router } from "../route/router.ts";

export interface BareExplanation {
	readonly answer: BareAnswer | null;
	readonly steps: readonly string[];
}

/**
 * @param flow index of the service that the login under way is taken to belong to; -1: none
 * @param now milliseconds since the epoch
 */
export function explainBare(plan: Plan, router: Router, request: BareRequest, flow: number, now: number): BareExplanation {
	const bare = new BareContexts(plan, router, {
		ownsFlow: (route, { query, headers }) =>
			route.service === flow || hasLoginCookie(plan.services[route.service] as ServicePlan, query, headers),
		ownsForm: () => false,
		hasCookie: (route, headers) => hasCookie(plan, route, headers, now),
	});
	const notes: string[] = [];
	const steps = bare.explain(request);
	if (steps.length > 0 && flow === -1 && request.asked.method === "POST")
		notes.push("A login under way that its form names counts like one of its query: give that service with --flow.");
	if (steps.length > 0 && flow === -1 && request.query !== "") notes.push("Logins under way are known to the running server alone.");
	if (steps.length > 0 && plan.affinityKeys.length === 0 && request.headers.has("cookie"))
		notes.push("Affinity cookies are taken to be genuine: only the running server knows the key.");
	return { answer: bare.decide(request), steps: [...notes, ...steps] };
}

const NOTHING: KeptMembers = { get: () => -1, put: () => undefined, drop: () => undefined };
const NO_MEMORY: AffinityMemory = { sessions: NOTHING, flows: NOTHING, learned: NOTHING, secret: new Uint8Array(32) };

function hasCookie(plan: Plan, { affinity, service: index }: RoutePlan, headers: HeaderList, now: number): boolean | null {
	const service = plan.services[index];
	if (affinity?.mode !== "cookie" || service === undefined) return null;
	if (plan.affinityKeys.length === 0) return soleCookie(headers, affinity.name) !== null;
	const members = plan.pools.filter((pool) => pool.service === index).flatMap((pool) => pool.members);
	const nodes = members.flatMap((member) => plan.members[member] ?? []);
	const context = { memory: NO_MEMORY, ring: plan.affinityKeys.map(affinityKey), newSession: () => "" };
	return new RouteAffinity(affinity, [affinity.name], service, nodes, context).hasCookie(headers, now);
}
