/** What members are loaded with, and what follows when they fail: the route's word, else the pool's, else the service's. Pure. */
import type { OverloadPlan, PoolPlan } from "../plan/pool.ts";
import type { RetryPlan, RoutePlan } from "../plan/route.ts";
import type { PoolSpec } from "../products/product.ts";
import type { RouteSpec } from "./routeSpecs.ts";
import type { RouteConfig, ServiceConfig } from "./schema.ts";

export const QUEUE = 1000;
/** Milliseconds. */
export const QUEUE_TIMEOUT = 5000;
const BUDGET = 0.2;
const BUDGET_MIN = 3;
const ATTEMPTS = 4;
const KEEP_BODY = 64 * 1024;
const PRIORITIES = { high: 0, normal: 1, low: 2 } as const;

export function overloadPlan(service: ServiceConfig, pool: PoolSpec): Pick<PoolPlan, "overload" | "retryBudget"> {
	const own = Object.entries(service.pools).find(([kind]) => kind === pool.kind)?.[1].overload ?? {};
	const settings = { ...service.overload, ...own };
	const maxRequests = settings.maxRequests ?? pool.maxRequests;
	const overload: OverloadPlan = {
		maxRequests,
		maxConnections: settings.maxConnections ?? maxRequests,
		queue: settings.queue ?? QUEUE,
		queueTimeout: settings.queueTimeout ?? QUEUE_TIMEOUT,
	};
	return { overload, retryBudget: { share: service.retry.budget ?? BUDGET, min: service.retry.budgetMin ?? BUDGET_MIN } };
}

export function retryPlan(service: ServiceConfig, spec: RouteSpec, route: RouteConfig | undefined): Pick<RoutePlan, "retry" | "priority"> {
	const settings = { ...service.retry, ...route?.retry };
	const retry: RetryPlan = {
		attempts: settings.attempts ?? ATTEMPTS,
		perTry: settings.perTry ?? 0,
		redispatch: settings.redispatch ?? true,
		statuses: settings.statuses ?? [],
		keepBody: settings.keepBody ?? KEEP_BODY,
		repeat: route?.retry?.repeat ?? spec.repeat,
	};
	return { retry, priority: PRIORITIES[route?.priority ?? "normal"] };
}
