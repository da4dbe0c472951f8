/**
 * Which route takes a request. Every refusal names its rule. The order of the checks is the order of `decide`: method, host, path, the
 * route's gates, the route's methods. An odd path is refused before a response could show whether its route exists or is blocked.
 */

import type { ErrorCode } from "../errors.ts";
import type { OwnRoutePlan } from "../plan/ownRoute.ts";
import type { Plan } from "../plan/plan.ts";
import type { MatchPlan, RoutePlan } from "../plan/route.ts";
import type { GateRefusal } from "./gates.ts";
import { type Bound, hostsAt, meetAt } from "./hostBindings.ts";
import { HostRoutes } from "./hostRoutes.ts";
import { toNodePath } from "./mapPath.ts";
import { firstDangerous, firstRefused, PATH_RULES, type PathRuleId } from "./pathRules.ts";
import { patternShape } from "./pattern.ts";
import { ownEntry, ownMatch, type RouteEntry, type RouteSet, routeEntry, writtenOf } from "./routeSet.ts";
import { type ServletView, servletView } from "./servletView.ts";
import { findRoutes } from "./trie.ts";
import { wildcardOf, withLabel } from "./wildcardHost.ts";

export interface RouteQuery {
	/** As made by `authorityKey`. */
	readonly authority: string;
	/** Raw, without the query. */
	readonly path: string;
	readonly method: string;
	/** Lower case: `websocket`; null if no upgrade is asked for. */
	readonly upgrade: string | null;
	/** The verified address of the client. */
	readonly clientAddress: string;
	/** Bytes of the request body as its head states them; not given: none. */
	readonly bodyLength?: number;
}

export interface Routed {
	readonly kind: "route";
	readonly route: RoutePlan;
	/** The route's index in the plan. */
	readonly index: number;
	/** Raw path for the node. */
	readonly nodePath: string;
}

export interface Refused {
	readonly kind: "refused";
	readonly code: ErrorCode;
	/** A {@link RouteRule}, or the rule of a gate. */
	readonly rule: string;
	/** The route that the path leads to, if it is known. */
	readonly route: RoutePlan | null;
	/** The route's index in the plan, or -1. */
	readonly index: number;
	/** For the Allow header of a 405. */
	readonly allow?: readonly string[];
}

/** A redirect or a fixed response takes it. */
export interface OwnRouted {
	readonly kind: "own";
	readonly route: null;
	/** Index into {@link Plan.ownRoutes}. */
	readonly index: number;
	readonly id: string;
}

export type RouteDecision = Routed | OwnRouted | Refused;

/** The part of a plan that routes are made of. */
export interface RouterPlan extends Pick<Plan, "routes" | "services"> {
	readonly ownRoutes?: Plan["ownRoutes"];
	/** False if not given. */
	readonly maintenance?: boolean;
}

/** What TRACE and CONNECT are told instead. */
const USUAL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const DOT = 0x2e;

/** The routes of a plan. Lives as long as the snapshot; immutable. */
export class Router {
	readonly #hosts: ReadonlyMap<string, HostRoutes>;
	/** For hosts that are not in the map; null: they are refused. */
	readonly #elsewhere: HostRoutes | null;

	/** Hosts of all listeners. */
	readonly #listed: ReadonlySet<string>;

	private constructor(hosts: ReadonlyMap<string, HostRoutes>, elsewhere: HostRoutes | null, listed: ReadonlySet<string>) {
		this.#hosts = hosts;
		this.#listed = listed;
		this.#elsewhere = elsewhere;
	}

	/**
	 * Throws Error if two routes are ambiguous, or a pattern or CIDR block is not one.
	 *
	 * @param listener name of the listener whose hosts count; null: all hosts, and where services of several listeners
	 * have the same routes on a host, the first service counts
	 */
	static build(plan: RouterPlan, listener: string | null = null): Router {
		const clash = findAmbiguity(plan.routes, plan.services) ?? findOwnAmbiguity(plan);
		if (clash !== null) throw new Error(`routes ${clash.a.id} and ${clash.b.id} take the same requests`);

		const hosts = new Map<string, HostRoutes>();
		const served = plan.services.map((service) => hostsAt(service, listener));
		for (const own of served) {
			for (const host of own) if (!hosts.has(host)) hosts.set(host, new HostRoutes());
		}
		for (const [index, route] of plan.routes.entries()) {
			const settings = plan.services[route.service]?.maintenance ?? null;
			const entry = routeEntry(route, index, plan.maintenance === true || settings?.on === true ? settings : null);
			for (const host of new Set(served[route.service])) hosts.get(host)?.add(entry);
		}
		addOwnRoutes(plan, hosts);
		const elsewhere = hosts.get(ANY_HOST) ?? null;
		hosts.delete(ANY_HOST);
		return new Router(hosts, elsewhere, new Set(plan.services.flatMap((service) => service.hosts)));
	}

	/** A host that is listed goes before a wildcard, also if only another listener serves it. */
	#wildcard(authority: string): HostRoutes | undefined {
		return this.#listed.has(authority) ? undefined : this.#hosts.get(wildcardOf(authority));
	}

	/** The decision and what led to it, as plain sentences in the order of the checks. */
	explain(query: RouteQuery): readonly string[] {
		const told: string[] = [];
		this.decide(query, told);
		return told;
	}

	/** Hot path. Its cost does not depend on the number of routes. @param told gets a sentence for each check */
	decide(query: RouteQuery, told: string[] | null = null): RouteDecision {
		const { path, method, upgrade } = query;
		if (method === "TRACE" || method === "TRACK") return refuse(told, "method_refused", "method.trace", null, USUAL_METHODS);
		if (method === "CONNECT") return refuse(told, "method_refused", "method.connect", null, USUAL_METHODS);
		const routes = this.#hosts.get(query.authority) ?? this.#wildcard(query.authority) ?? this.#elsewhere;
		if (routes === null) return refuse(told, "misdirected_request", "host.unknown", null);
		told?.push(routes === this.#elsewhere ? `Host ${query.authority} is unknown.` : `Host ${query.authority} is served here.`);
		if (!path.startsWith("/")) return refuse(told, "request_target_refused", path === "*" ? "target.asterisk" : "target.form", null);

		const view = servletView(path);
		const { only } = routes;
		let set: RouteSet | null;
		if (told !== null) set = lookUp(routes, view, query, told);
		else set = only === null ? routes.find(view.segments, method, upgrade) : findRoutes(only, view.segments, upgrade);
		if (set === null) {
			const danger = firstDangerous(view.violations);
			return danger === null ? refuse(told, "route_not_found", "path.unknown", null) : refuse(told, "path_refused", danger, null);
		}
		const chosen = set.pick(method, upgrade);
		const entry = chosen ?? set.first(upgrade);
		const { match, route } = entry;
		told?.push(`The most specific is ${match.id} (${match.pattern}${match.exact ? ", exact" : ""}), ${match.access}.`);

		const violation = view.violations.length === 0 ? null : firstRefused(view.violations, match);
		if (violation !== null) return refuse(told, "path_refused", violation, entry);
		const nodePath = toNodePath(match.mapping, path);
		if (nodePath === null) return refuse(told, "path_refused", "path.encoded-prefix", entry);
		// A plain path has one reading, and so has the node's, unless a dash form cuts a segment so that dots are left (`/apim-..` to `/..`).
		const isCertain = view.plain && path.charCodeAt(match.mapping.from.length) !== DOT;
		const doubt = isCertain ? null : findDoubt(routes, view, set, entry, nodePath, query);
		if (doubt !== null) return refuse(told, "path_refused", doubt, entry);

		const refusal = entry.gates.length === 0 ? null : askGates(entry, query);
		if (refusal !== null) return refuse(told, refusal.code, refusal.rule, entry);
		if (chosen === null) return refuse(told, "method_refused", "method.route", entry, set.methods(upgrade));
		if (route === null) return own(told, entry);
		const sent = entry.hasLabel ? withLabel(nodePath, query.authority) : nodePath;
		told?.push(`Sent to the node as ${sent}.`);
		return { kind: "route", route, index: entry.index, nodePath: sent };
	}
}

function askGates({ gates }: RouteEntry, { clientAddress, bodyLength = 0 }: RouteQuery): GateRefusal | null {
	for (const gate of gates) {
		const refusal = gate({ clientAddress, bodyLength });
		if (refusal !== null) return refusal;
	}
	return null;
}

function lookUp(routes: HostRoutes, view: ServletView, { method, upgrade }: RouteQuery, told: string[]): RouteSet | null {
	told.push(`A servlet container reads the path as /${view.segments.join("/")}.`);
	for (const id of view.violations) told.push(`${id}: ${PATH_RULES[id].text}`);
	return routes.explain(view.segments, method, upgrade, told);
}

/**
 * What is doubtful about a path that the rules of the route let pass, or null. Every reading of it must lead to the same routes, and
 * the node must read in the mapped path what we read in the public one.
 */
function findDoubt(
	routes: HostRoutes,
	view: ServletView,
	set: RouteSet,
	{ match, decodedMapping }: RouteEntry,
	nodePath: string,
	{ method, upgrade }: RouteQuery,
): PathRuleId | null {
	if (routes.find(view.opaque, method, upgrade) !== set) return "path.ambiguous";
	// Behind servlet routes there are servlet containers: they cut parameters off.
	if (match.pathRules === "gateway" && routes.find(view.raw, method, upgrade) !== set) return "path.ambiguous";
	if (routes.find(view.twice, method, upgrade) !== set) return "path.ambiguous";
	const nodeView = servletView(nodePath);
	const mapped = toNodePath(decodedMapping, `/${view.segments.join("/")}`);
	const mappedTwice = toNodePath(decodedMapping, `/${view.twice.join("/")}`);
	if (mapped === `/${nodeView.segments.join("/")}` && mappedTwice === `/${nodeView.twice.join("/")}`) return null;
	return firstRefused(nodeView.violations, match) ?? "path.ambiguous";
}

function refuse(told: string[] | null, code: ErrorCode, rule: string, entry: RouteEntry | null, allow?: readonly string[]): Refused {
	told?.push(`Refused: ${code}, rule ${rule}.`);
	const route = entry?.route ?? null;
	const refused = { kind: "refused", code, rule, route, index: route === null ? -1 : (entry?.index ?? -1) } as const;
	return allow === undefined ? refused : { ...refused, allow };
}

function own(told: string[] | null, { index, match }: RouteEntry): OwnRouted {
	told?.push(`Portico itself responds, by ${match.id}.`);
	return { kind: "own", route: null, index, id: match.id };
}

/** Among the hosts of an own route: those that nothing else is for. */
const ANY_HOST = "*";

/** @param hosts what services have at the listener; gets hosts that only redirect */
function addOwnRoutes({ ownRoutes = [], services }: RouterPlan, hosts: Map<string, HostRoutes>): void {
	const served = new Set(hosts.keys());
	const owned = new Set(services.flatMap((service) => service.hosts));
	const entries = ownRoutes.map((plan, index) => ({ plan, entry: ownEntry(plan, index) }));
	// Of one pattern, the first counts.
	for (const { plan, entry } of [...entries.filter(({ plan }) => !isDefault(plan)), ...entries.filter(({ plan }) => isDefault(plan))]) {
		for (const host of new Set(plan.hosts ?? served)) {
			// Another listener has it.
			if (owned.has(host) && !served.has(host)) continue;
			const routes = hosts.get(host) ?? new HostRoutes();
			hosts.set(host, routes);
			routes.add(entry);
		}
	}
}

/** Of the file, for all hosts: what a service or an entry with hosts has of the same pattern goes before it. */
function isDefault({ hosts }: OwnRoutePlan): boolean {
	return hosts === null;
}

/** An own route and another one, or a route of the file, that no request can tell apart. */
export function findOwnAmbiguity({ ownRoutes = [], routes, services }: RouterPlan): { a: MatchPlan; b: OwnRoutePlan } | null {
	const all = services.flatMap((service) => service.hosts);
	const keyOf = (match: MatchPlan, host: string): string => host + patternShape(match.pattern, match.exact);
	const ofRoutes = routes.filter(({ written, methods, upgrade }) => written === null && methods === null && upgrade === null);
	for (const level of [ownRoutes.filter((plan) => !isDefault(plan)), ownRoutes.filter(isDefault)]) {
		const taken = new Map<string, MatchPlan>();
		for (const route of ofRoutes) for (const host of services[route.service]?.hosts ?? []) taken.set(keyOf(route, host), route);
		for (const plan of level) {
			const match = ownMatch(plan);
			for (const host of new Set(plan.hosts ?? all)) {
				const key = keyOf(match, host);
				const rival = taken.get(key);
				if (rival !== undefined) return { a: rival, b: plan };
				taken.set(key, match);
			}
		}
	}
	return null;
}

/**
 * Two routes that no request can tell apart: one host at one listener, the same pattern but for names of parameters, the same
 * upgrade, and a method that both list (or neither lists any). A route of the file and a row of a preset are
 * told apart by that. Throws Error for a bad pattern.
 */
export function findAmbiguity(routes: readonly RoutePlan[], services: readonly Bound[]): { a: RoutePlan; b: RoutePlan } | null {
	const byShape = new Map<string, RoutePlan[]>();
	for (const route of routes) {
		const shape = patternShape(route.pattern, route.exact);
		for (const host of new Set(services[route.service]?.hosts)) {
			const key = `${host}${shape}?${route.upgrade ?? ""}`;
			const rivals = byShape.get(key) ?? [];
			const rival = rivals.find(
				(other) =>
					overlaps(other.methods, route.methods) &&
					!isBefore(other, route) &&
					!isBefore(route, other) &&
					areTogether(services[other.service], services[route.service], host),
			);
			if (rival !== undefined) return { a: rival, b: route };
			rivals.push(route);
			byShape.set(key, rivals);
		}
	}
	return null;
}

/**
 * Of one pattern: a route of the file goes before a row of a preset, unless the file wrote all of that too.
 */
function isBefore(a: RoutePlan, b: RoutePlan): boolean {
	return a.written === null && b.written !== null && writtenOf(b) < writtenOf(a);
}

function areTogether(a: Bound | undefined, b: Bound | undefined, host: string): boolean {
	return a !== undefined && b !== undefined && meetAt(a, b, host);
}

/** A route for some methods goes before one for all, so these two do not overlap. */
function overlaps(a: readonly string[] | null, b: readonly string[] | null): boolean {
	if (a === null || b === null) return a === b;
	return a.some((method) => b.includes(method));
}
