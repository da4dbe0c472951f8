/**
 * The fronts of a service: the sets of public hosts that it has, and what it serves at each. Most services have one. API Manager may serve its
 * APIs on hosts of their own, and tenants may have hosts of their own. All fronts share the service's nodes and pools. Pure.
 */
import type { PathMapping } from "../plan/service.ts";
import type { Context } from "../products/product.ts";
import { isFree, productFor } from "../products/products.ts";
import { LABEL } from "../route/wildcardHost.ts";
import { publicOrigin, serviceHosts, tenantHostKey } from "./hosts.ts";
import { covers, prefixMapping, publicPattern, specialized, withoutSlash } from "./patterns.ts";
import { kindOf, type RouteScope, type RouteSpec, routeSpecs } from "./routeSpecs.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";

export interface Front {
	/** Null: the service's own. `gateway`, `gateway@foo.com`. */
	readonly name: string | null;
	/** As `authorityKey` makes them; the first one is canonical. Empty if what the file says is no host. */
	readonly hosts: readonly string[];
	readonly mapping: PathMapping;
	/** Other mappings than that one, for a part of the paths. */
	readonly special: readonly PathMapping[];
	readonly specs: readonly RouteSpec[];
	/** The tenant that nodes are told of with every request, or null. */
	readonly tenant: string | null;
	/** Public hosts of the service that stand for these: nodes know one `hostname`, and name it on pages of all. */
	readonly elsewhere: readonly string[];
}

/** Kinds of traffic that can have hosts of their own, in the order in which the others follow the first. */
const TRAFFIC = ["gateway", "websocket", "websub"] as const;
type Traffic = (typeof TRAFFIC)[number];

type TrafficHost = NonNullable<ServiceConfig["gateway"]>;

/** The service's own front first. */
export function frontsOf(config: Config, name: string, service: ServiceConfig): Front[] {
	const own = serviceHosts(config, name, service);
	const base = { special: [], tenant: null, elsewhere: [] } as const;
	if (isFree(service)) {
		const nothing: PathMapping = { from: "", to: "" };
		return [{ ...base, name: null, hosts: own, mapping: nothing, specs: routeSpecs(name, service) }];
	}
	const kinds = productFor(service).pools.map(({ kind }) => kind);
	if (isGatewayOnly(service)) return gatewayFronts(config, name, service, own);
	const apart = TRAFFIC.filter((kind) => kinds.includes(kind) && isApart(config, own, service[kind]));
	const home = (kind: string): string => {
		if (apart.some((each) => each === kind)) return kind;
		return isTraffic(kind) && apart.includes("gateway") ? "gateway" : "";
	};
	const mapping = prefixMapping(service.prefix ?? "/");
	const scope =
		apart.length === 0
			? null
			: scopeOf(
					service,
					kinds.filter((kind) => home(kind) === ""),
					false,
				);
	const fronts: Front[] = [{ ...base, name: null, hosts: own, mapping, specs: routeSpecs(name, service, scope) }];
	for (const kind of apart) {
		const block = service[kind] ?? {};
		const specs = routeSpecs(
			name,
			service,
			scopeOf(
				service,
				kinds.filter((each) => home(each) === kind),
				true,
			),
		);
		const written = writtenIn(block);
		const hosts = written.length === 0 ? own : authorities(config, written);
		fronts.push({ ...base, name: kind, hosts, mapping: { from: withoutSlash(block.prefix ?? "/"), to: "" }, specs });
	}
	return [...fronts.map((front) => withAliases(front, service)), ...tenantFronts(config, name, service, fronts)];
}

/** No node has anything but APIs. */
export function isGatewayOnly({ nodes }: ServiceConfig): boolean {
	return nodes.every(({ roles }) => roles.every((role) => role === "gateway"));
}

/** Then every path of the service is an API's. */
function gatewayFronts(config: Config, name: string, service: ServiceConfig, hosts: readonly string[]): Front[] {
	const specs = routeSpecs(name, service, scopeOf(service, trafficKinds(service), true));
	const own: Front = { name: null, hosts, mapping: prefixMapping(service.prefix ?? "/"), special: [], specs, tenant: null, elsewhere: [] };
	return [withAliases(own, service), ...tenantFronts(config, name, service, [own])];
}

/** On hosts or below a prefix of its own. */
function isApart(config: Config, own: readonly string[], block: TrafficHost | undefined): boolean {
	if (block === undefined) return false;
	const hosts = authorities(config, writtenIn(block));
	return withoutSlash(block.prefix ?? "/") !== "" || hosts.some((host) => !own.includes(host));
}

function writtenIn({ host, hosts = [] }: TrafficHost): string[] {
	return host === undefined ? hosts : [host];
}

function authorities(config: Config, written: readonly string[]): string[] {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	return [...new Set(written.flatMap((host) => tenantHostKey(host, scheme) ?? []))];
}

function isTraffic(kind: string): kind is Traffic {
	return TRAFFIC.some((each) => each === kind);
}

function trafficKinds(service: ServiceConfig): string[] {
	return productFor(service).pools.flatMap(({ kind }) => (isTraffic(kind) ? [kind] : []));
}

/** The part of the table for some kinds of traffic. @param isAlone every path there is an API's */
function scopeOf(service: ServiceConfig, kinds: readonly string[], isAlone: boolean): RouteScope {
	const { contexts, qualifiers } = productFor(service);
	const own = contexts.filter(({ pool = "servlet" }) => kinds.includes(pool));
	return {
		contexts: isAlone ? apisAlone(own, kinds) : own,
		qualifiers: isAlone ? [{ path: "" }] : qualifiers,
		pathOf: (path, route) => (path === "/" || kinds.some((kind) => isOfKind(service, path, route, kind)) ? path : null),
	};
}

/** Settings for an API are for all its kinds of traffic. */
function isOfKind(service: ServiceConfig, path: string, route: Pick<RouteConfig, "pool" | "upgrade"> | null, kind: string): boolean {
	if (route?.pool !== undefined) return route.pool === kind;
	if (route?.upgrade !== undefined) return kind === "websocket";
	const known = kindOf(service, path) ?? "servlet";
	return known === "gateway" ? isTraffic(kind) : known === kind;
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

/** The paths of a tenant once more, under the name that the file gives it. */
function withAliases(front: Front, { tenants }: ServiceConfig): Front {
	const special: PathMapping[] = [];
	const specs: RouteSpec[] = [];
	for (const { tenant, alias } of tenants) {
		if (alias === undefined) continue;
		const mapped = { from: `/t/${alias}`, to: `/t/${tenant}` };
		const own = front.specs.filter(({ path }) => isOfTenant(path, tenant));
		// Where every path is an API's, so are those of tenants.
		const others = front.specs.filter(
			({ path, pool, upgrade }) =>
				path === "/" && isTraffic(pool) && !own.some((spec) => spec.path === "/t/{tenant}" && spec.upgrade === upgrade),
		);
		const copies = [...own, ...others].map((spec) => aliasOf(spec, mapped));
		specs.push(...copies.filter((copy, index) => copies.findIndex((other) => isSameRow(other, copy)) === index));
		special.push({ from: publicPattern(front.mapping, mapped.from), to: mapped.to });
	}
	return special.length === 0 ? front : { ...front, special, specs: [...front.specs, ...specs] };
}

/** `/t/{tenant}/x` is of every tenant. */
function isOfTenant(path: string, tenant: string): boolean {
	const [start] = /^\/t\/[^/]+/.exec(path) ?? [];
	return start !== undefined && covers(start, `/t/${tenant}`);
}

function aliasOf(spec: RouteSpec, mapped: PathMapping): RouteSpec {
	const path = spec.path === "/" ? mapped.from : spec.path.replace(/^\/t\/[^/]+/, mapped.from);
	return { ...spec, path, written: mapped.from, mapped };
}

function isSameRow(a: RouteSpec, b: RouteSpec): boolean {
	return a.path === b.path && a.upgrade === b.upgrade && a.exact === b.exact && a.methods === b.methods;
}

function tenantFronts(config: Config, name: string, service: ServiceConfig, fronts: readonly Front[]): Front[] {
	return [...service.tenants, ...namedTenants(service)].flatMap(({ tenant, gateway, devportal }): Front[] => {
		const base = { special: [], tenant: null, elsewhere: [] } as const;
		const apis: Front[] =
			gateway === undefined
				? []
				: [
						{
							...base,
							name: `gateway@${tenant}`,
							hosts: authorities(config, [gateway]),
							mapping: { from: "", to: `/t/${tenant}` },
							specs: routeSpecs(name, service, tenantScope(service, tenant)),
						},
					];
		if (devportal === undefined) return apis;
		const hosts = authorities(config, [devportal]);
		const elsewhere = (fronts[0]?.hosts ?? []).filter((host) => !hosts.includes(host));
		return [...apis, { ...portalOf(service, fronts), name: `devportal@${tenant}`, hosts, tenant, elsewhere }];
	});
}

type Tenant = Pick<ServiceConfig["tenants"][number], "tenant" | "gateway" | "devportal">;

/** Tenants of a wildcard host that the file has settings for: their hosts are listed, so that the settings hold there. */
function namedTenants(service: ServiceConfig): Tenant[] {
	const paths = [...service.routes.map(({ path }) => path), ...service.access.open, ...service.access.restrict, ...service.access.block];
	const named = new Set(paths.flatMap((path) => /^\/t\/([^/{}]+)/.exec(path)?.[1] ?? []));
	const listed = new Set(service.tenants.map(({ tenant }) => tenant));
	return service.tenants.flatMap(({ tenant: pattern, gateway }): Tenant[] => {
		const [before, after] = pattern.split(LABEL);
		if (before === undefined || after === undefined || gateway === undefined) return [];
		return [...named].flatMap((tenant): Tenant[] => {
			const label = tenant.slice(before.length, tenant.length - after.length);
			const isMeant = before + label + after === tenant && /^[a-z0-9-]+$/.test(label) && !listed.has(tenant);
			return isMeant ? [{ tenant, gateway: gateway.replace(LABEL, label), devportal: undefined }] : [];
		});
	});
}

/** APIs of one tenant. What the file says about `/t/TENANT/x` is about `/x` there. */
function tenantScope(service: ServiceConfig, tenant: string): RouteScope {
	const kinds = trafficKinds(service);
	const { contexts } = scopeOf(service, kinds, true);
	return {
		contexts: contexts
			.filter(({ path }) => path === "/" || path.endsWith("/webhooks_events_receiver_resource"))
			.filter(({ path }) => !path.startsWith("/t/")),
		qualifiers: [{ path: "" }],
		pathOf: (path, route) => {
			if (path === "/") return path;
			const isMeant = isOfTenant(path, tenant) && kinds.some((kind) => isOfKind(service, path, route, kind));
			return isMeant ? path.replace(/^\/t\/[^/]+/, "") || "/" : null;
		},
	};
}

/** A row at or below the portal, as it is at the root: what the file says about `/devportal/x` holds at `/x`. */
function atRoot(spec: RouteSpec, portal: string, mapped: PathMapping): RouteSpec[] {
	const path = covers(portal, spec.path) ? spec.path : specialized(spec.path, portal);
	if (path === null) return [];
	const below = (pattern: string): string => (covers(portal, pattern) ? pattern.slice(portal.length) || "/" : "/");
	return [{ ...spec, path: below(path), written: below(spec.written), mapped }];
}

/** What the file or the preset closes at or below open rows, which would take it otherwise. */
function closedBelow(spec: RouteSpec, open: readonly RouteSpec[]): RouteSpec[] {
	if (open.some((row) => covers(row.path, spec.path))) return [spec];
	return open.flatMap((row) => {
		const path = specialized(spec.path, row.path);
		return path === null ? [] : [{ ...spec, path }];
	});
}

/** The portal's pages have other contexts of the server beside them, which stay what they are. */
function takes(page: RouteSpec, { path }: RouteSpec): boolean {
	return path !== "/" && covers(page.path, path) && page.path !== "/";
}

/** The developer portal at the root of a host, with what its pages need under the paths that they know. */
function portalOf(service: ServiceConfig, fronts: readonly Front[]): Pick<Front, "mapping" | "special" | "specs"> {
	const specs = fronts[0]?.specs ?? [];
	const portal = productFor(service).contexts.find(({ path }) => path === "/devportal" || path === "/store")?.path ?? "/devportal";
	const mapped: PathMapping = { from: "", to: portal };
	const open = specs.filter(({ pool, access }) => pool === "servlet" && access === "public");
	const closed = specs.filter(({ access }) => access !== "public").flatMap((spec) => closedBelow(spec, open));
	const pages = [...open, ...closed.filter((spec, index) => closed.findIndex((other) => isSameRow(other, spec)) === index)];
	const root = specs.flatMap((spec) => atRoot(spec, portal, mapped)).filter((spec) => !pages.some((page) => takes(page, spec)));
	return { mapping: { from: "", to: "" }, special: [mapped], specs: [...root, ...pages] };
}
