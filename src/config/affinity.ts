/** Which routes keep their clients on a node, and with which cookie. Pure. */
import { serviceHosts } from "./hosts.ts";
import type { PoolSpec } from "./presets/preset.ts";
import { PRESETS } from "./routeSpecs.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";

/** The route's own word, else the service's for pools with sessions, else the product's. */
export function hasAffinity(service: ServiceConfig, pool: PoolSpec | undefined, settings: RouteConfig | undefined): boolean {
	if (settings?.affinity !== undefined) return settings.affinity.mode === "cookie";
	return pool?.sessions === true && serviceMode(service) === "cookie";
}

/** Name of the service's cookie, or null if it needs none. */
export function affinityCookie(name: string, service: ServiceConfig): string | null {
	const isUsed = serviceMode(service) === "cookie" || service.routes.some(({ affinity }) => affinity?.mode === "cookie");
	return isUsed ? (service.affinity.name ?? `portico-${name}`) : null;
}

/** Names of all affinity cookies that browsers send to the service: its own and those of services with a host in common. */
export function ownCookies(config: Config, name: string, service: ServiceConfig): string[] {
	const hosts = serviceHosts(config, name, service);
	const neighbours = Object.entries(config.services).filter(([other, settings]) =>
		serviceHosts(config, other, settings).some((host) => hosts.includes(host)),
	);
	return [...new Set(neighbours.flatMap(([other, settings]) => affinityCookie(other, settings) ?? []))];
}

function serviceMode(service: ServiceConfig): "cookie" | "off" {
	return service.affinity.mode ?? PRESETS[service.product].affinity;
}
