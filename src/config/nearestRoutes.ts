/** What may have been meant by a path that no route covers. */

import type { Plan } from "../plan/plan.ts";
import { listedHost } from "../route/wildcardHost.ts";
import { distance } from "./suggest.ts";

const MOST = 3;
/** The cost of a comparison is the product of the lengths. */
const LONGEST = 100;

/** Public patterns on this host, the nearest first; none that has little in common with the path. */
export function nearestRoutes({ services, routes }: Plan, authority: string, path: string): string[] {
	const host = listedHost(services, authority);
	const here = routes.filter(({ service }) => services[service]?.hosts.includes(host) === true);
	const rated = new Map<string, number>();
	for (const { pattern } of here) {
		// What is below a route belongs to it, so the path is compared as far as the pattern goes.
		const head = path.split("/").slice(0, pattern.split("/").length).join("/").slice(0, LONGEST);
		const away = distance(head.toLowerCase(), pattern.toLowerCase().slice(0, LONGEST));
		if (away <= Math.max(3, head.length / 2)) rated.set(pattern, away);
	}
	return [...rated]
		.sort(([a, farA], [b, farB]) => farA - farB || a.length - b.length || (a < b ? -1 : 1))
		.slice(0, MOST)
		.map(([pattern]) => pattern);
}
