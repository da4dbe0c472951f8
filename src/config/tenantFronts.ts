/** The fronts of tenants, and the names that tenants have in public paths. Pure. */
import type { PathMapping } from "../plan/service.ts";
import type { Context } from "../products/product.ts";
import { productFor } from "../products/products.ts";
import { LABEL } from "../route/wildcardHost.ts";
import { authorities, type Front, PLAIN_FRONT } from "./front.ts";
import { covers, publicPattern, specialized } from "./patterns.ts";
import { type RouteScope, type RouteSpec, routeSpecs, withoutRepeats } from "./routeSpecs.ts";
import type { Config, ServiceConfig } from "./schema.ts";
import { isTraffic, type KindTest, ownScope, trafficKinds } from "./trafficScope.ts";

/** The part of a path that names a tenant. */
const TENANT = /^\/t\/[^/]+/;
/** The developer portal, by version. */
const PORTALS = ["/devportal", "/store"];

/** The paths of a tenant once more, under the name that the file gives it. */
export function withAliases(front: Front, { tenants }: ServiceConfig): Front {
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
		specs.push(...withoutRepeats(copies));
		special.push({ from: publicPattern(front.mapping, mapped.from), to: mapped.to });
	}
	return special.length === 0 ? front : { ...front, special, specs: [...front.specs, ...specs] };
}

/** `/t/{tenant}/x` is of every tenant. */
function isOfTenant(path: string, tenant: string): boolean {
	const [start] = TENANT.exec(path) ?? [];
	return start !== undefined && covers(start, `/t/${tenant}`);
}

function aliasOf(spec: RouteSpec, mapped: PathMapping): RouteSpec {
	const path = spec.path === "/" ? mapped.from : spec.path.replace(TENANT, mapped.from);
	return { ...spec, path, written: mapped.from, mapped };
}

/** @param own the service's own front */
export function tenantFronts(config: Config, name: string, service: ServiceConfig, own: Front, isOfKind: KindTest): Front[] {
	return [...service.tenants, ...namedTenants(service)].flatMap(({ tenant, gateway, devportal }) => [
		...(gateway === undefined ? [] : [apisOf(config, name, service, tenant, gateway, isOfKind)]),
		...(devportal === undefined ? [] : [portalOf(config, service, own, tenant, devportal)]),
	]);
}

function apisOf(config: Config, name: string, service: ServiceConfig, tenant: string, host: string, isOfKind: KindTest): Front {
	return {
		...PLAIN_FRONT,
		name: `gateway@${tenant}`,
		hosts: authorities(config, [host]),
		mapping: { from: "", to: `/t/${tenant}` },
		specs: routeSpecs(name, service, tenantScope(service, tenant, isOfKind)),
	};
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
function tenantScope(service: ServiceConfig, tenant: string, isOfKind: KindTest): RouteScope {
	const all = ownScope(service, trafficKinds(service), isOfKind);
	const isAny = ({ path }: Context): boolean => path === "/" || (path.startsWith("/{context}/") && !path.startsWith("/t/"));
	return {
		...all,
		contexts: all.contexts.filter(isAny),
		pathOf: (path, route) => {
			if (path === "/") return path;
			const isMeant = isOfTenant(path, tenant) && all.pathOf(path, route) !== null;
			return isMeant ? path.replace(TENANT, "") || "/" : null;
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
function portalOf(config: Config, service: ServiceConfig, own: Front, tenant: string, host: string): Front {
	const hosts = authorities(config, [host]);
	const { specs } = own;
	const portal = productFor(service).contexts.find(({ path }) => PORTALS.includes(path))?.path ?? "/devportal";
	const mapped: PathMapping = { from: "", to: portal };
	const open = specs.filter(({ pool, access }) => pool === "servlet" && access === "public");
	const closed = specs.filter(({ access }) => access !== "public").flatMap((spec) => closedBelow(spec, open));
	const pages = [...open, ...withoutRepeats(closed)];
	const root = specs.flatMap((spec) => atRoot(spec, portal, mapped)).filter((spec) => !pages.some((page) => takes(page, spec)));
	return {
		...PLAIN_FRONT,
		name: `devportal@${tenant}`,
		hosts,
		special: [mapped],
		specs: [...root, ...pages],
		tenant,
		elsewhere: own.hosts.filter((each) => !hosts.includes(each)),
	};
}
