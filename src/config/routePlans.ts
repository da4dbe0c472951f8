/** A service's routes as the data path sees them: public patterns, mappings, and all settings merged. Pure. */
import type { AffinityPlan } from "../plan/affinity.ts";
import type { HeaderRulePlan } from "../plan/headers.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { PathMapping } from "../plan/service.ts";
import type { PoolSpec } from "../products/product.ts";
import { isFree, PRODUCTS, productFor } from "../products/products.ts";
import { LABEL } from "../route/wildcardHost.ts";
import { accessOf } from "./access.ts";
import { affinityPlans } from "./affinity.ts";
import type { Front } from "./front.ts";
import { type HeaderOrigins, mergedHeaderRules } from "./headerRules.ts";
import { retryPlan } from "./overload.ts";
import { publicPattern, routeMapping, withoutSlash } from "./patterns.ts";
import type { DraftRoute } from "./queryValues.ts";
import type { RouteSpec } from "./routeSpecs.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** Where a front of a service stands in the plan. */
export interface FrontPlace {
	readonly service: string;
	readonly index: number;
	/** Index of the pool of a row, or -1; and what its name has beside its kind: `-key-manager`, or nothing. */
	readonly poolOf: (spec: RouteSpec) => { readonly index: number; readonly suffix: string };
}

/**
 * The routes, each with the place in the file that it comes from.
 *
 * @param headerOrigins gets the places of their header rules
 */
export function routePlans(
	config: Config,
	service: ServiceConfig,
	front: Front,
	{ service: name, index, poolOf }: FrontPlace,
	headerOrigins: HeaderOrigins,
): { readonly route: DraftRoute; readonly origin: ConfigPath }[] {
	const { pools: specs } = productFor(service);
	const { mapping, specs: all } = front;
	const taken = new Set<string>();
	const affinityOf = affinityPlans(name, service);
	const label = front.name === null ? name : `${name}/${front.name}`;
	return all.flatMap((spec) => {
		const pool = specs.find(({ kind }) => kind === spec.pool);
		const settings = service.routes[spec.settings];
		const methods = methodsOf(spec, settings?.methods, service.methods, all);
		if (methods?.length === 0) return [];
		const { index: poolIndex, suffix } = poolOf(spec);
		const affinity = spec.access === "blocked" ? null : affinityOf(pool, settings, spec.flows, suffix);
		const place = {
			...placeOf(service, mapping, spec, settings),
			id: routeId(label, spec, settings, taken),
			service: index,
			pool: spec.access === "blocked" ? -1 : poolIndex,
		};
		const methodOverride = methods === null && (settings?.methodOverride ?? service.methodOverride ?? true);
		const merged = headerRulesOf(config, name, service, spec, settings, headerOrigins);
		const headers = { ...merged, requestHeaders: [...merged.requestHeaders, ...tenantHeader(front.tenant)] };
		return [
			{
				route: { ...place, methods, methodOverride, ...headers, ...settled(config, service, front, spec, settings, pool, affinity) },
				origin: spec.origin,
			},
		];
	});
}

/**
 * The methods of a row: what the file lists for its path, if that is the only row there. Else what the file
 * allows is shared out: a row with methods gets its own, the row without gets the others. Empty: it is no route.
 */
function methodsOf(
	spec: RouteSpec,
	own: readonly string[] | undefined,
	ofService: readonly string[] | undefined,
	all: readonly RouteSpec[],
): readonly string[] | null {
	const allowed = own ?? ofService ?? null;
	if (allowed === null) return spec.methods;
	const rivals = all.filter(
		(other) => other !== spec && other.upgrade === spec.upgrade && other.exact === spec.exact && other.path === spec.path,
	);
	if (rivals.length === 0 && own !== undefined) return own;
	if (spec.methods !== null) return spec.methods.filter((method) => allowed.includes(method));
	return allowed.filter((method) => !rivals.some(({ methods }) => methods?.includes(method)));
}

function placeOf(
	service: ServiceConfig,
	mapping: PathMapping,
	spec: RouteSpec,
	settings: RouteConfig | undefined,
): Pick<DraftRoute, "pattern" | "mapping" | "written"> {
	if (!isFree(service)) {
		const pattern = publicPattern(mapping, spec.path);
		const written = publicPattern(mapping, spec.written);
		return { pattern, mapping: mappingOf(mapping, spec, pattern), written };
	}
	const own = routeMapping(spec.path, settings?.to);
	const pattern = spec.exact ? spec.path : withoutSlash(spec.path) || "/";
	return { pattern, mapping: typeof own === "string" ? { from: "", to: "" } : own, written: null };
}

function mappingOf(mapping: PathMapping, { to, mapped }: RouteSpec, pattern: string): PathMapping {
	if (to !== null) return { from: pattern, to };
	return mapped === null ? mapping : { from: mapped.from === "" ? mapping.from : publicPattern(mapping, mapped.from), to: mapped.to };
}

function routeId(name: string, spec: RouteSpec, settings: RouteConfig | undefined, taken: Set<string>): string {
	const own = `${name}:${spec.exact ? "=" : ""}${spec.path}${spec.upgrade === null ? "" : `+${spec.upgrade}`}`;
	const plain = spec.methods === null ? own : `${own}[${spec.methods.join(",")}]`;
	const id = taken.has(plain) && settings?.methods !== undefined ? `${plain}[${settings.methods.join(",")}]` : plain;
	taken.add(id);
	return id;
}

function headerRulesOf(
	config: Config,
	name: string,
	service: ServiceConfig,
	spec: RouteSpec,
	settings: RouteConfig | undefined,
	origins: HeaderOrigins,
): Pick<DraftRoute, "requestHeaders" | "responseHeaders"> {
	const merged = (key: "requestHeaders" | "responseHeaders") =>
		mergedHeaderRules(
			[
				{ ...config[key], path: [key] },
				{ ...service[key], path: ["services", name, key] },
				...(settings === undefined ? [] : [{ ...settings[key], path: ["services", name, "routes", spec.settings, key] }]),
			],
			origins,
		);
	return { requestHeaders: merged("requestHeaders"), responseHeaders: merged("responseHeaders") };
}

/** Settings of the route, else of the service, else of the product. */
function settled(
	config: Config,
	service: ServiceConfig,
	{ mapping }: Front,
	spec: RouteSpec,
	settings: RouteConfig | undefined,
	pool: PoolSpec | undefined,
	affinity: AffinityPlan | null,
): Omit<
	DraftRoute,
	"id" | "service" | "pattern" | "mapping" | "written" | "methods" | "methodOverride" | "pool" | "requestHeaders" | "responseHeaders"
> {
	const pathRules = pool?.pathRules ?? "servlet";
	return {
		exact: spec.exact,
		upgrade: spec.upgrade,
		access: spec.access,
		...accessOf(config, service, spec.access, settings),
		affinity,
		pathRules,
		allowPath: settings?.allowPath ?? [],
		host: settings?.host ?? "public",
		maxBody: settings?.maxBody ?? service.maxBody ?? pool?.maxBody ?? 0,
		defaultType: settings?.defaultType ?? null,
		...retryPlan(service, spec, settings),
		bare: spec.bare && service.bareContexts !== "off" && mapping.from !== "",
		rewriteBodies: rewritesBodies(service, spec, settings, pool),
		leadsAway: leadsAway(service, spec),
		sampleBodies: !isFree(service) && pathRules === "servlet",
		timeouts: timeoutsOf(settings),
	};
}

/** Of any other client the header passes: it may browse the public APIs of another tenant. */
function tenantHeader(tenant: string | null): HeaderRulePlan[] {
	return tenant === null ? [] : [{ action: "set", name: "X-WSO2-Tenant", value: tenant.replace(LABEL, "{host.label}") }];
}

/** API traffic is never looked into: it is its publishers', and may be signed. */
function rewritesBodies(service: ServiceConfig, spec: RouteSpec, settings: RouteConfig | undefined, pool: PoolSpec | undefined): boolean {
	if (spec.access === "blocked" || pool?.pathRules !== "servlet") return false;
	return settings?.rewriteBodies ?? service.rewriteBodies ?? spec.bodies;
}

/** By its path: `/identity/saml/slo` and `/t/{tenant}/oauth2/token` do, at a node of whatever product. */
function leadsAway(service: ServiceConfig, { path }: RouteSpec): boolean {
	return PRODUCTS[service.product].leadsAway.some((part) => `${path}/`.includes(`${part}/`));
}

function timeoutsOf(settings: RouteConfig | undefined): RoutePlan["timeouts"] {
	if (settings === undefined) return {};
	const { firstByte, upstreamIdle, tunnelIdle } = settings.timeouts;
	return {
		...(firstByte === undefined ? {} : { firstByte }),
		...(upstreamIdle === undefined ? {} : { upstreamIdle }),
		...(tunnelIdle === undefined ? {} : { tunnelIdle }),
	};
}
