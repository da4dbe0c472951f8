/** The parts of a product's table of contexts for kinds of traffic that have hosts of their own. Pure. */
import type { Context } from "../products/product.ts";
import { productFor } from "../products/products.ts";
import { kindsOf, type RouteScope } from "./routeSpecs.ts";
import type { RouteConfig, ServiceConfig } from "./schema.ts";

/** Kinds of traffic that can have hosts of their own. The others follow the first. */
export const TRAFFIC = ["gateway", "websocket", "websub"] as const;
export type Traffic = (typeof TRAFFIC)[number];

export function isTraffic(kind: string): kind is Traffic {
	return TRAFFIC.some((each) => each === kind);
}

/** Those that the service's version of the product has. */
export function trafficKinds(service: ServiceConfig): Traffic[] {
	return productFor(service).pools.flatMap(({ kind }) => (isTraffic(kind) ? [kind] : []));
}

/** The hosts of a kind of traffic, as written. */
export function writtenHostsOf({ host, hosts = [] }: NonNullable<ServiceConfig["gateway"]>): readonly string[] {
	return host === undefined ? hosts : [host];
}

/** What the file means by a path: whether it is one of this kind of traffic. */
export type KindTest = (path: string, route: Pick<RouteConfig, "pool" | "upgrade"> | null, kind: string) => boolean;

/** Settings for an API are for all its kinds of traffic. */
export function kindTest(service: ServiceConfig): KindTest {
	const kindOf = kindsOf(service);
	return (path, route, kind) => {
		if (route?.pool !== undefined) return route.pool === kind;
		if (route?.upgrade !== undefined) return kind === "websocket";
		const known = kindOf(path) ?? "servlet";
		return known === "gateway" ? isTraffic(kind) : known === kind;
	};
}

/** The rows of some kinds of traffic, where they share their hosts with others. */
export function sharedScope(service: ServiceConfig, kinds: readonly string[], isOfKind: KindTest): RouteScope {
	const { contexts, qualifiers } = productFor(service);
	return { contexts: ofKinds(contexts, kinds), qualifiers, pathOf: pathsOf(kinds, isOfKind) };
}

/** The rows of some kinds of traffic on hosts of their own: every path there is an API's. */
export function ownScope(service: ServiceConfig, kinds: readonly string[], isOfKind: KindTest): RouteScope {
	const contexts = ofKinds(productFor(service).contexts, kinds);
	return { contexts: apisAlone(contexts, kinds), qualifiers: [{ path: "" }], pathOf: pathsOf(kinds, isOfKind) };
}

function ofKinds(contexts: readonly Context[], kinds: readonly string[]): Context[] {
	return contexts.filter(({ pool = "servlet" }) => kinds.includes(pool));
}

function pathsOf(kinds: readonly string[], isOfKind: KindTest): RouteScope["pathOf"] {
	return (path, route) => (path === "/" || kinds.some((kind) => isOfKind(path, route, kind)) ? path : null);
}

/** What stands for "any context" becomes the whole of the host. */
function apisAlone(contexts: readonly Context[], kinds: readonly string[]): Context[] {
	if (!kinds.includes("gateway")) return wholeHost(contexts);
	return contexts.flatMap((context) => {
		if (context.path === "/t/{tenant}") return [];
		return context.path === "/{context}" ? [{ ...context, path: "/" }] : [context];
	});
}

/** A host for WebSocket or WebSub alone: one row of each kind. */
function wholeHost(contexts: readonly Context[]): Context[] {
	const first = contexts.filter(({ pool }, index) => contexts.findIndex((other) => other.pool === pool) === index);
	return first.map((context) => ({ ...context, path: "/" }));
}
