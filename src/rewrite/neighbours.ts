import type { Plan } from "../plan/plan.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { parsePattern } from "../route/pattern.ts";
import { RouteSet, routeEntry } from "../route/routeSet.ts";
import { servletView } from "../route/servletView.ts";
import { findRoutes, TrieNode } from "../route/trie.ts";
import type { PrefixIndex } from "./prefixIndex.ts";
import { publicPrefixes } from "./publicPaths.ts";

/** What is public on one host: the prefixes of its services, and their routes. Lifetime: snapshot. */
export class Neighbours {
	readonly prefixes: PrefixIndex<PathMapping>;
	readonly #routes: ReadonlyMap<ServicePlan, TrieNode>;

	private constructor(prefixes: PrefixIndex<PathMapping>, routes: ReadonlyMap<ServicePlan, TrieNode>) {
		this.prefixes = prefixes;
		this.#routes = routes;
	}

	static on(host: string, plan: Pick<Plan, "services" | "routes">): Neighbours {
		const here = plan.services.filter(({ hosts }) => hosts.includes(host));
		const routes = new Map<ServicePlan, TrieNode>();
		for (const [index, route] of plan.routes.entries()) {
			const service = plan.services[route.service];
			if (service === undefined || !here.includes(service)) continue;
			const pattern = parsePattern(route.pattern, route.exact);
			// A pattern for everything says nothing about whose a path is.
			if (pattern.length === 0 || pattern[0]?.literal === "") continue;
			const root = routes.get(service) ?? new TrieNode(0);
			routes.set(service, root);
			const node = root.insert(pattern);
			const set = (route.exact ? node.exact : node.covering) ?? new RouteSet(node.depth);
			if (route.exact) node.exact = set;
			else node.covering = set;
			set.add(routeEntry(route, index));
		}
		return new Neighbours(publicPrefixes(here.flatMap(({ mappings }) => mappings)), routes);
	}

	/** Whether a route of another service takes this public path. Patterns whose first segment may be anything do not count. */
	answers(path: string, own: ServicePlan): boolean {
		if (this.#routes.size === 0 || (this.#routes.size === 1 && this.#routes.has(own))) return false;
		const { segments } = servletView(path);
		for (const [service, routes] of this.#routes) {
			if (service !== own && findRoutes(routes, segments, null) !== null) return true;
		}
		return false;
	}
}
