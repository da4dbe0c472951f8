/** What keeps the clients of each route on a node. Pure. */
import type { AffinityMode, AffinityPlan } from "../plan/affinity.ts";
import type { PoolSpec } from "../products/product.ts";
import { PRODUCTS, productFor } from "../products/products.ts";
import { SESSION_IDLE_MS, WAIT_MS } from "./affinitySchema.ts";
import { allHosts } from "./hosts.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";

/** The cookie of servlet containers. */
const SERVLET_COOKIE = "JSESSIONID";

/** Mode of the routes that say nothing, in pools with sessions. */
export function serviceMode(service: ServiceConfig): AffinityMode | "off" {
	return service.affinity.mode ?? PRODUCTS[service.product].affinity;
}

/** Affinity modes in use on the service's routes. */
export function modesOf(service: ServiceConfig): Set<AffinityMode | "off"> {
	return new Set([serviceMode(service), ...service.routes.flatMap(({ affinity }) => affinity?.mode ?? [])]);
}

/**
 * Makes the plans of a service's routes; those with the same settings get the same object.
 *
 * @param name of the service
 */
export function affinityPlans(
	name: string,
	service: ServiceConfig,
): (pool: PoolSpec | undefined, settings: RouteConfig | undefined, flows: boolean, suffix: string) => AffinityPlan | null {
	const made = new Map<string, AffinityPlan>();
	return (pool, settings, flows, suffix) => {
		// The route's own word, else the service's for pools with sessions.
		const mode = settings?.affinity?.mode ?? (pool?.sessions === true ? serviceMode(service) : "off");
		if (mode === "off") return null;
		const plan = {
			...affinityPlan(name, service, mode, settings?.affinity, flows),
			...(mode === "cookie" ? cookieOf(name, service, suffix) : {}),
		};
		const key = JSON.stringify(plan);
		const known = made.get(key);
		if (known === undefined) made.set(key, plan);
		return known ?? plan;
	};
}

function affinityPlan(
	name: string,
	service: ServiceConfig,
	mode: AffinityMode,
	route: RouteConfig["affinity"],
	flows: boolean,
): AffinityPlan {
	const { affinity } = service;
	return {
		mode,
		name: nameFor(name, service, mode, route),
		flows: route?.flows ?? affinity.flows ?? flows,
		maxIdle: affinity.maxIdle ?? 0,
		maxLife: affinity.maxLife ?? 0,
		preserve: affinity.preserve ?? false,
		postOnly: affinity.postOnly ?? false,
		sessionIdle: affinity.sessionIdle ?? SESSION_IDLE_MS,
		onMemberLost: route?.onMemberLost ?? affinity.onMemberLost ?? "rebalance",
		memberLostWait: route?.waitTime ?? affinity.waitTime ?? WAIT_MS,
	};
}

/** A name of the service is that of its own mode. */
function nameFor(name: string, service: ServiceConfig, mode: AffinityMode, route: RouteConfig["affinity"]): string {
	const own = mode === serviceMode(service) ? service.affinity : {};
	if (mode === "client") return "";
	if (mode === "header") return (route?.header ?? own.header ?? "").toLowerCase();
	if (mode === "cookie") return service.affinity.name !== undefined && ownsName(service) ? service.affinity.name : `portico-${name}`;
	return route?.name ?? own.name ?? SERVLET_COOKIE;
}

/** `affinity.name` of the service names Portico's own cookie, and not one of the application. */
function ownsName(service: ServiceConfig): boolean {
	const mode = serviceMode(service);
	return mode !== "jvmRoute" && mode !== "prefix" && mode !== "learn";
}

/** Nodes of one role are not those of another: a client has a cookie for each. */
function cookieOf(name: string, service: ServiceConfig, suffix: string): Pick<AffinityPlan, "name"> {
	return { name: nameFor(name, service, "cookie", undefined) + suffix };
}

/** Name of the service's cookie of mode `cookie`, or null if it needs none. */
export function affinityCookie(name: string, service: ServiceConfig): string | null {
	return modesOf(service).has("cookie") ? nameFor(name, service, "cookie", undefined) : null;
}

/** Names of all cookies of mode `cookie` that browsers send to these hosts: those of every service there. */
export function ownCookies(config: Config, hosts: readonly string[]): string[] {
	const neighbours = Object.entries(config.services).filter(([other, settings]) =>
		allHosts(config, other, settings).some((host) => hosts.includes(host)),
	);
	return [...new Set(neighbours.flatMap(([other, settings]) => affinityCookies(other, settings)))];
}

/** With those of nodes that have a role. */
function affinityCookies(name: string, service: ServiceConfig): string[] {
	const cookie = affinityCookie(name, service);
	if (cookie === null) return [];
	const hasRoles = service.nodes.some(({ roles }) => !roles.includes("all"));
	return [cookie, ...(hasRoles ? productFor(service).roles.map(({ role }) => `${cookie}-${role}`) : [])];
}
