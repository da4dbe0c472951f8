/** The members of one kind of traffic, and how they are chosen. */
import type { HealthPlan } from "./health.ts";

export interface PoolPlan {
	/** `is/servlet`. */
	readonly name: string;
	readonly service: number;
	readonly kind: string;
	/** Indexes into {@link Plan.members}. */
	readonly members: readonly number[];
	readonly policy: PolicyName;
	/** What `consistentHash` tells clients by; null for the other policies. */
	readonly key: KeySource | null;
	/** Of `consistentHash`: a member takes up to this many times its share of what is in flight; at least 1, or 0 for any number. */
	readonly bound: number;
	readonly slowStart: SlowStart | null;
	readonly health: HealthPlan;
	readonly overload: OverloadPlan;
	/** Of the requests of the last 10 seconds `share` (0 to 1) may be retries, and at least `min` a second. */
	readonly retryBudget: { readonly share: number; readonly min: number };
	readonly keepAlive: {
		/** Requests a connection may carry before it is closed; Tomcat closes at 200. */
		readonly maxRequests: number;
		/** Milliseconds an idle connection is kept; below Tomcat's keepAliveTimeout. */
		readonly idle: number;
		/** Idle connections kept per member and worker. */
		readonly maxIdle: number;
	};
}

/** What a pool's members may be loaded with, over all threads; 0 = no limit. */
export interface OverloadPlan {
	/** Requests in flight at one member, tunnels too. */
	readonly maxRequests: number;
	/** Open connections to one member, idle ones too. */
	readonly maxConnections: number;
	/** Requests that wait for a member of the pool; 0 = none waits. */
	readonly queue: number;
	/** Milliseconds that one waits. */
	readonly queueTimeout: number;
}

export type PolicyName =
	| "roundRobin"
	| "leastConnections"
	| "twoChoices"
	| "peakEwma"
	| "byTraffic"
	| "byBusyness"
	| "consistentHash"
	| "random";

/** What a client is told by where members are picked by a hash. Names of headers are lower case. */
export type KeySource =
	| { readonly from: "client" }
	| { readonly from: "path" }
	| { readonly from: "header"; readonly name: string }
	/** `older`: the name that counts where there is none of the other. */
	| { readonly from: "cookie"; readonly name: string; readonly older?: string };

/** How a member that comes up is given its share: little by little, since a Carbon server answers slowly until its classes, caches and pools are warm. */
export interface SlowStart {
	/** Milliseconds until it has its full weight; 0 = at once. */
	readonly window: number;
	/** The share of its weight that it begins with, above 0 and up to 1: it has to get something to warm up. */
	readonly minimum: number;
	/** 1: in proportion to time. Above 1: faster at first; below 1: slower at first. As Envoy's. */
	readonly aggression: number;
}
