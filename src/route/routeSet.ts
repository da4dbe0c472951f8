import type { OwnRoutePlan } from "../plan/ownRoute.ts";
import type { MaintenancePlan } from "../plan/pages.ts";
import type { MatchPlan, RoutePlan } from "../plan/route.ts";
import type { PathMapping } from "../plan/service.ts";
import { type Gate, gatesOf } from "./gates.ts";
import { type PatternSegment, parsePattern, statedBy } from "./pattern.ts";
import { decode } from "./percent.ts";
import { LABEL } from "./wildcardHost.ts";

/** A route, with what is worth working out once. Lives as long as the snapshot. */
export interface RouteEntry {
	/** How it is found. */
	readonly match: MatchPlan;
	/** Null: Portico itself responds. */
	readonly route: RoutePlan | null;
	/** Its index in the plan, among the routes or the own routes. */
	readonly index: number;
	readonly gates: readonly Gate[];
	/** The mapping as it applies to decoded paths. */
	readonly decodedMapping: PathMapping;
	/** The node's path names the first label of the host. */
	readonly hasLabel: boolean;
}

/** @param maintenance null: its service is not in maintenance */
export function routeEntry(route: RoutePlan, index: number, maintenance: MaintenancePlan | null): RouteEntry {
	const hasLabel = route.mapping.to.includes(LABEL);
	return { match: route, route, index, gates: gatesOf(route, maintenance), decodedMapping: decodedMapping(route.mapping), hasLabel };
}

const WHOLE: PathMapping = { from: "", to: "" };

/** The file wrote it, so it goes before rows of presets. Odd paths are refused, so that what it keeps of one has one reading. */
export function ownMatch({ id, pattern, exact }: OwnRoutePlan): MatchPlan {
	const open = { methods: null, upgrade: null, access: "public", pathRules: "servlet", allowPath: [] } as const;
	return { id, pattern, exact, written: null, mapping: WHOLE, ...open };
}

export function ownEntry(plan: OwnRoutePlan, index: number): RouteEntry {
	return { match: ownMatch(plan), route: null, index, gates: [], decodedMapping: WHOLE, hasLabel: false };
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

	/** Its routes are for the path itself, not for what is below it. */
	get isExact(): boolean {
		return this.#entries[0]?.match.exact === true;
	}

	add(entry: RouteEntry): void {
		this.#entries.push(entry);
		this.#entries.sort((a, b) => specificity(b.match) - specificity(a.match));
		this.written = Math.max(this.written, writtenOf(entry.match));
	}

	/** Whether any route here takes requests with this upgrade (null: none asked for). */
	serves(upgrade: string | null): boolean {
		for (const { match } of this.#entries) {
			if (match.upgrade === null || match.upgrade === upgrade) return true;
		}
		return false;
	}

	/** The route for a request, or null if none takes its method. */
	pick(method: string, upgrade: string | null): RouteEntry | null {
		for (const entry of this.#entries) {
			const { match } = entry;
			if (match.upgrade !== null && match.upgrade !== upgrade) continue;
			if (match.methods === null || match.methods.includes(method)) return entry;
		}
		return null;
	}

	/** The first route for an upgrade that `serves`, whatever the method. */
	first(upgrade: string | null): RouteEntry {
		const entry = this.#entries.find(({ match }) => match.upgrade === null || match.upgrade === upgrade);
		if (entry === undefined) throw new Error("no route here serves this upgrade");
		return entry;
	}

	/** The methods that the routes for an upgrade list. */
	methods(upgrade: string | null): string[] {
		const served = this.#entries.filter(({ match }) => match.upgrade === null || match.upgrade === upgrade);
		return [...new Set(served.flatMap(({ match }) => match.methods ?? []))];
	}

	/** Ids, for `explain`. */
	toString(): string {
		return this.#entries.map(({ match }) => match.id).join(" and ");
	}
}

/** How much of its pattern the file wrote: see {@link statedBy}. Throws Error for a bad pattern. */
export function writtenOf({ pattern, written, exact }: Pick<MatchPlan, "pattern" | "written" | "exact">): number {
	return statedBy(written === null ? parsePattern(pattern, exact) : parsePattern(written, false));
}

function specificity({ upgrade, methods }: MatchPlan): number {
	return (upgrade === null ? 0 : 2) + (methods === null ? 0 : 1);
}
