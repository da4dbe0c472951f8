/**
 * Values of query parameters that nodes know without the service's prefix. The web application of one service sends them to another one too (a portal of API
 * Manager to Identity Server), so routes of all services get those of all services. Pure.
 */
import type { QueryValuesPlan, RoutePlan } from "../plan/route.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { QueryValueSpec } from "../products/product.ts";
import { productNamed } from "../products/products.ts";
import { toPublicPath } from "../route/mapPath.ts";

export type DraftRoute = Omit<RoutePlan, "queryValues">;

export function withQueryValues(services: readonly ServicePlan[], routes: readonly DraftRoute[]): RoutePlan[] {
	const found = services.flatMap((service, index) => {
		const own = routes.filter((route) => route.service === index);
		return productNamed(service.product).queryValues.map((spec) => ({ spec, values: valuesOf(spec, service, own) }));
	});
	const byPath = new Map<string, QueryValuesPlan>();
	for (const { spec, values } of found) {
		const known = byPath.get(spec.path)?.values ?? [];
		if (values.length > 0) byPath.set(spec.path, { parameter: spec.parameter, values: [...known, ...values] });
	}
	// A pattern has a prefix before the node's path, or a tenant: `/is-oidc/checksession`.
	const valuesFor = ({ pattern }: DraftRoute): QueryValuesPlan | null =>
		[...byPath].find(([path]) => pattern.endsWith(path.slice(1)))?.[1] ?? null;
	return routes.map((route) => ({ ...route, queryValues: valuesFor(route) }));
}

/** Of the applications whose pages get the prefix from Portico. */
function valuesOf(
	{ applications, suffix }: QueryValueSpec,
	service: ServicePlan,
	routes: readonly DraftRoute[],
): QueryValuesPlan["values"] {
	const scheme = service.publicOrigin.slice(0, service.publicOrigin.indexOf(":"));
	return applications.flatMap((application): [string, string][] => {
		const outside = toPublicPath(service.mappings, application);
		const isRewritten = routes.some((route) => route.rewriteBodies && route.pattern === outside);
		if (outside === null || outside === "/" || outside === application || !isRewritten) return [];
		return service.hosts.map((host) => [`${scheme}://${host}${outside}${suffix}`, `${scheme}://${host}${application}${suffix}`]);
	});
}
