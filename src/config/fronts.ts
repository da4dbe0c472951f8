/**
 * The fronts of a service. Most services have one. API Manager may serve its APIs on hosts of their own, and tenants may have hosts of their own.
 * All fronts share the service's nodes and pools. Pure.
 */
import { isFree, productFor } from "../products/products.ts";
import { authorities, type Front, PLAIN_FRONT } from "./front.ts";
import { serviceHosts } from "./hosts.ts";
import { prefixMapping, withoutSlash } from "./patterns.ts";
import { routeSpecs } from "./routeSpecs.ts";
import type { Config, ServiceConfig } from "./schema.ts";
import { tenantFronts, withAliases } from "./tenantFronts.ts";
import { isTraffic, type KindTest, kindTest, ownScope, sharedScope, type Traffic, trafficKinds, writtenHostsOf } from "./trafficScope.ts";

/** Lives as long as the configuration: checks and the compiler ask more than once. */
const known = new WeakMap<Config, Map<string, readonly Front[]>>();

/** The service's own front first. */
export function frontsOf(config: Config, name: string, service: ServiceConfig): readonly Front[] {
	const ofConfig = known.get(config) ?? new Map<string, readonly Front[]>();
	known.set(config, ofConfig);
	const made = ofConfig.get(name) ?? makeFronts(config, name, service);
	ofConfig.set(name, made);
	return made;
}

function makeFronts(config: Config, name: string, service: ServiceConfig): Front[] {
	const hosts = serviceHosts(config, name, service);
	if (isFree(service)) return [{ ...PLAIN_FRONT, hosts, specs: routeSpecs(name, service) }];
	const isOfKind = kindTest(service);
	const own = { ...PLAIN_FRONT, hosts, mapping: prefixMapping(service.prefix ?? "/") };
	const apart = apartIn(config, hosts, service);
	const fronts = [
		{ ...own, specs: ownSpecs(name, service, apart, isOfKind) },
		...apart.map((kind) => trafficFront(config, name, service, own, kind, followers(service, apart, kind), isOfKind)),
	] as const;
	return [...fronts.map((front) => withAliases(front, service)), ...tenantFronts(config, name, service, fronts[0], isOfKind)];
}

/** No node has anything but APIs, so every path of the service is an API's. */
export function isGatewayOnly({ nodes }: ServiceConfig): boolean {
	return nodes.every(({ roles }) => roles.every((role) => role === "gateway"));
}

/** Kinds of traffic on hosts, or below a prefix, of their own. */
function apartIn(config: Config, own: readonly string[], service: ServiceConfig): Traffic[] {
	if (isGatewayOnly(service)) return [];
	return trafficKinds(service).filter((kind) => {
		const block = service[kind];
		if (block === undefined) return false;
		return withoutSlash(block.prefix ?? "/") !== "" || authorities(config, writtenHostsOf(block)).some((host) => !own.includes(host));
	});
}

function ownSpecs(name: string, service: ServiceConfig, apart: readonly Traffic[], isOfKind: KindTest): Front["specs"] {
	if (isGatewayOnly(service)) return routeSpecs(name, service, ownScope(service, trafficKinds(service), isOfKind));
	if (apart.length === 0) return routeSpecs(name, service);
	const kinds = productFor(service).pools.map(({ kind }) => kind);
	const isHere = (kind: string): boolean => !isTraffic(kind) || !(apart.includes(kind) || apart.includes("gateway"));
	return routeSpecs(name, service, sharedScope(service, kinds.filter(isHere), isOfKind));
}

/** The kinds at the hosts of a kind: its own, and at those of `gateway` all that have none. */
function followers(service: ServiceConfig, apart: readonly Traffic[], kind: Traffic): Traffic[] {
	return trafficKinds(service).filter((each) => each === kind || (kind === "gateway" && !apart.includes(each)));
}

function trafficFront(
	config: Config,
	name: string,
	service: ServiceConfig,
	own: Pick<Front, "hosts">,
	kind: Traffic,
	kinds: readonly Traffic[],
	isOfKind: KindTest,
): Front {
	const block = service[kind] ?? {};
	const written = writtenHostsOf(block);
	return {
		...PLAIN_FRONT,
		name: kind,
		hosts: written.length === 0 ? own.hosts : authorities(config, written),
		mapping: { from: withoutSlash(block.prefix ?? "/"), to: "" },
		specs: routeSpecs(name, service, ownScope(service, kinds, isOfKind)),
	};
}
