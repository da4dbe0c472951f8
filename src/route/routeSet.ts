import type { RoutePlan } from "../plan/route.ts";
import type { PathMapping } from "../plan/service.ts";
import { type Gate, gatesOf } from "./gates.ts";
import { type PatternSegment, parsePattern, statedBy } from "./pattern.ts";
import { decode } from "./percent.ts";
import { LABEL } from "./wildcardHost.ts";

/** A route, with what is worth working out once. Lives as long as the snapshot. */
export interface RouteEntry {
	readonly route: RoutePlan;
	/** Its index in the plan. */
	readonly index: number;
	readonly gates: readonly Gate[];
	/** The mapping as it applies to decoded paths. */
	readonly decodedMapping: PathMapping;
	/** The node's path names the first label of the host. */
	readonly hasLabel: boolean;
}

export function routeEntry(route: RoutePlan, index: number): RouteEntry {
	return { route, index, gates: gatesOf(route), decodedMapping: decodedMapping(route.mapping), hasLabel: route.mapping.to.includes(LABEL) };
}

/** The same object where nothing is encoded. */
function decodedMapping(mapping: PathMapping): PathMapping {
	const [from, to] = [decode(mapping.from), decode(mapping.to)];
	return from === mapping.from && to === mapping.to ? mapping : { from, to };
}

/** The routes that share one pattern, the most specific first: those for an upgrade, then those for some methods, then the rest. */
export class RouteSet {
	readonly pattern: readonly PatternSegment[];
	/** Number of its segments. */
	readonly depth: number;
	/** How much of it the file wrote: see {@link statedBy}. */
	written = 0;
	readonly #entries: RouteEntry[] = [];

	constructor(pattern: readonly PatternSegment[]) {
		this.pattern = pattern;
		this.depth = pattern.length;
	}

	add(entry: RouteEntry): void {
		this.#entries.push(entry);
		this.#entries.sort((a, b) => specificity(b.route) - specificity(a.route));
		this.written = Math.max(this.written, writtenOf(entry.route));
	}

	/** Whether any route here takes requests with this upgrade (null: none asked for). */
	serves(upgrade: string | null): boolean {
		for (const { route } of this.#entries) {
			if (route.upgrade === null || route.upgrade === upgrade) return true;
		}
		return false;
	}

	/** The route for a request, or null if none takes its method. */
	pick(method: string, upgrade: string | null): RouteEntry | null {
		for (const entry of this.#entries) {
			const { route } = entry;
			if (route.upgrade !== null && route.upgrade !== upgrade) continue;
			if (route.methods === null || route.methods.includes(method)) return entry;
		}
		return null;
	}

	/** The first route for an upgrade that `serves`, whatever the method. */
	first(upgrade: string | null): RouteEntry {
		const entry = this.#entries.find(({ route }) => route.upgrade === null || route.upgrade === upgrade);
		if (entry === undefined) throw new Error("no route here serves this upgrade");
		return entry;
	}

	/** The methods that the routes for an upgrade list. */
	methods(upgrade: string | null): string[] {
		const served = this.#entries.filter(({ route }) => route.upgrade === null || route.upgrade === upgrade);
		return [...new Set(served.flatMap(({ route }) => route.methods ?? []))];
	}

	/** Ids, for `explain`. */
	toString(): string {
		return this.#entries.map(({ route }) => route.id).join(" and ");
	}
}

/** How much of its pattern the file wrote: see {@link statedBy}. Throws Error for a bad pattern. */
export function writtenOf({ pattern, written, exact }: Pick<RoutePlan, "pattern" | "written" | "exact">): number {
	return statedBy(written === null ? parsePattern(pattern, exact) : parsePattern(written, false));
}

function specificity(route: RoutePlan): number {
	return (route.upgrade === null ? 0 : 2) + (route.methods === null ? 0 : 1);
}
