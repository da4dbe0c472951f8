import type { Plan } from "../plan/plan.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { meetAt } from "../route/hostBindings.ts";
import { parsePattern } from "../route/pattern.ts";
import { RouteSet, routeEntry } from "../route/routeSet.ts";
import { servletView } from "../route/servletView.ts";
import { findRoutes, TrieNode } from "../route/trie.ts";
import type { PrefixIndex } from "./prefixIndex.ts";
import { publicPrefixes } from "./publicPaths.ts";

type PublicPlan = Pick<Plan, "services" | "routes">;
type Routes = ReadonlyMap<ServicePlan, TrieNode>;

/** What is public beside a service on one of its hosts: the prefixes and routes of all that share a listener with it there. Lifetime: snapshot. */
export class Neighbours {
	readonly prefixes: PrefixIndex<PathMapping>;
	readonly #services: ReadonlySet<ServicePlan>;
	readonly #plan: PublicPlan;
	/** Made when it is first needed: most plans have no service that asks. */
	#routes: Routes | null = null;

	private constructor(services: readonly ServicePlan[], plan: PublicPlan) {
		this.prefixes = publicPrefixes(services.flatMap(({ mappings }) => mappings));
		this.#services = new Set(services);
		this.#plan = plan;
	}

	/** Of each service by host; where the services are the same, they share one object. */
	static byHost(plan: PublicPlan): Map<ServicePlan, Map<string, Neighbours>> {
		const known = new Map<string, Neighbours>();
		const at = (own: ServicePlan, host: string): Neighbours => {
			const services = plan.services.filter((other) => meetAt(own, other, host));
			const key = services.map((each) => plan.services.indexOf(each)).join();
			const neighbours = known.get(key) ?? new Neighbours(services, plan);
			known.set(key, neighbours);
			return neighbours;
		};
		return new Map(plan.services.map((own) => [own, new Map(own.hosts.map((host) => [host, at(own, host)]))]));
	}

	/** Whether a route of another service takes everything that no one else does. */
	hasOtherForAll(own: ServicePlan): boolean {
		return this.#plan.routes.some((route) => {
			const service = this.#plan.services[route.service];
			return route.pattern === "/" && !route.exact && service !== undefined && service !== own && this.#services.has(service);
		});
	}

	/** Whether a route of another service takes this public path. Patterns whose first segment may be anything do not count. */
	answers(path: string, own: ServicePlan): boolean {
		this.#routes ??= routesOf(this.#plan, this.#services);
		const { segments } = servletView(path);
		for (const [service, routes] of this.#routes) {
			if (service !== own && findRoutes(routes, segments, null) !== null) return true;
		}
		return false;
	}
}

function routesOf(plan: PublicPlan, services: ReadonlySet<ServicePlan>): Routes {
	const routes = new Map<ServicePlan, TrieNode>();
	for (const [index, route] of plan.routes.entries()) {
		const service = plan.services[route.service];
		if (service === undefined || !services.has(service)) continue;
		const pattern = parsePattern(route.pattern, route.exact);
		// A pattern for everything says nothing about whose a path is.
		if (pattern.length === 0 || pattern[0]?.literal === "") continue;
		const root = routes.get(service) ?? new TrieNode(0);
		routes.set(service, root);
		const node = root.insert(pattern);
		const set = (route.exact ? node.exact : node.covering) ?? new RouteSet(pattern);
		if (route.exact) node.exact = set;
		else node.covering = set;
		set.add(routeEntry(route, index, null));
	}
	return routes;
}
