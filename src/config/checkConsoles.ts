/**
 * Routes of product `http` to the servlet port of a product that has a preset. The preset blocks its
 * consoles, but such a route goes before the preset, so it serves them too unless the file blocks them. Pure.
 */
import { unqualified } from "../products/carbon/tenants.ts";
import { isFree, productFor } from "../products/products.ts";
import { toPublicPath } from "../route/mapPath.ts";
import { memberOf } from "./nodes.ts";
import { covers, routeMapping, withoutSlash } from "./patterns.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";

const CONSOLES = ["/carbon", "/services"] as const;

export function checkConsoles(config: Config, report: ProblemReport): void {
	const servletPorts = new Map<string, string>();
	for (const [name, service] of Object.entries(config.services)) {
		if (!isFree(service)) for (const address of addressesOf(service, "servlet")) servletPorts.set(address, name);
	}
	for (const [name, service] of Object.entries(config.services)) {
		if (!isFree(service)) continue;
		const behind = addressesOf(service, "http").flatMap((address) => servletPorts.get(address) ?? [])[0];
		if (behind === undefined) continue;
		for (const [index, route] of service.routes.entries()) {
			const open = openConsoles(route, service.routes);
			if (open.length === 0) continue;
			const rows = open.map((path) => `{ path: ${path}, access: blocked }`).join(", ");
			report.warning(
				["services", name, "routes", index, "path"],
				`this route also serves the consoles of ${quote(behind)}: ${open.map(quote).join(" and ")}`,
				`block them: ${rows}`,
			);
		}
	}
}

function addressesOf(service: ServiceConfig, kind: string): string[] {
	const pools = productFor(service).pools.filter((pool) => pool.kind === kind);
	return service.nodes.flatMap((node) =>
		pools.map((pool) => {
			const { host, port } = memberOf(service, node, pool, { ca: null });
			return `${host} ${port}`;
		}),
	);
}

/** Public paths of the consoles that a route serves to everyone. */
function openConsoles(route: RouteConfig, routes: readonly RouteConfig[]): string[] {
	const isPublic = ({ access }: RouteConfig): boolean => access === undefined || access === "public";
	const mapping = routeMapping(route.path, route.to);
	if (!isPublic(route) || route.exact || route.upgrade !== undefined || typeof mapping === "string") return [];
	const root = withoutSlash(mapping.to);
	if (unqualified(root) !== "/") return [];
	return CONSOLES.flatMap((console) => {
		const path = toPublicPath([mapping], root + console);
		const isShut = routes.some((other) => path !== null && !isPublic(other) && covers(other.path, path));
		return path === null || isShut || !covers(route.path, path) ? [] : [path];
	});
}
