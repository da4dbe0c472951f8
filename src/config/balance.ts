/** How the pools of a service pick their members: the pool's own word, else the service's, else the product's. Pure. */

import { DEFAULT_BOUND } from "../balance/consistentHash.ts";
import { RAMP } from "../balance/slowStart.ts";
import type { KeySource, PolicyName, PoolPlan } from "../plan/pool.ts";
import { PRODUCTS } from "../products/products.ts";
import type { BalanceConfig, ServiceConfig } from "./schema.ts";

export function balancePlan(service: ServiceConfig, kind: string): Pick<PoolPlan, "policy" | "key" | "bound" | "slowStart"> {
	const own = poolBalance(service, kind);
	const policy = policyFor(service, kind);
	const window = own?.slowStart ?? service.balance.slowStart ?? PRODUCTS[service.product].slowStart;
	return {
		policy,
		key: policy === "consistentHash" ? keySource(own?.hash ?? service.balance.hash) : null,
		bound: own?.bound ?? service.balance.bound ?? DEFAULT_BOUND,
		slowStart: window === 0 ? null : { ...RAMP, window },
	};
}

export function policyFor(service: ServiceConfig, kind: string): PolicyName {
	return poolBalance(service, kind)?.policy ?? service.balance.policy ?? "roundRobin";
}

function poolBalance({ pools }: ServiceConfig, kind: string): BalanceConfig | undefined {
	return Object.entries(pools).find(([name]) => name === kind)?.[1].balance;
}

function keySource(hash: BalanceConfig["hash"]): KeySource {
	const { on = "client", name = "" } = hash ?? {};
	if (on === "header") return { from: on, name: name.toLowerCase() };
	return on === "cookie" ? { from: on, name } : { from: on };
}
