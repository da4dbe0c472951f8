/** How golden files write a plan and where requests go by it, and how they tell a difference. */
import { diff } from "node:util";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";
import { type RouteDecision, Router } from "../route/router.ts";

const WIDTH = 180;
const FIRST = ["id", "name", "pattern", "like"];

/**
 * The whole plan as JSON. Keys have an order of their own, so that of the compiler's lines does not matter.
 * The first route of a service is written in full. Any other is `like` an earlier one, but for what stands
 * beside that. An affinity or query values that are the very object of an earlier route are `like` that one.
 *
 * @param rename for texts that differ from run to run
 */
export function planText(plan: Pick<Plan, "routes">, rename: (text: string) => string): string {
	return `${lines(tidy({ ...plan, routes: shortRoutes(plan.routes) }, rename), "")}\n`;
}

function shortRoutes(routes: readonly RoutePlan[]): object[] {
	/** Ids of routes: of the first one with an object, and of the first one with these settings. */
	const owners = new Map<object, string>();
	const models = new Map<string, string>();
	const bases = new Map<number, { readonly id: string; readonly texts: ReadonlyMap<string, string> }>();
	return routes.map((route) => {
		const { id, pattern, affinity, queryValues } = route;
		for (const part of [affinity, queryValues]) if (part !== null && !owners.has(part)) owners.set(part, id);
		const named = (part: object | null): object | null => (part === null ? null : { like: owners.get(part) });
		const told = (part: object | null): object | null => (part !== null && owners.get(part) === id ? part : named(part));

		const settings = { ...route, id: "", pattern: "", affinity: named(affinity), queryValues: named(queryValues) };
		const texts = new Map(Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)]));
		const whole = JSON.stringify([...texts]);
		const model = models.get(whole);
		if (model !== undefined) return { id, pattern, like: model };
		models.set(whole, id);

		const full = { ...route, affinity: told(affinity), queryValues: told(queryValues) };
		const base = bases.get(route.service);
		if (base === undefined) bases.set(route.service, { id, texts });
		if (base === undefined) return full;
		const others = Object.entries(full).filter(([key]) => texts.get(key) !== base.texts.get(key));
		return { ...Object.fromEntries(others), id, pattern, like: base.id };
	});
}

function tidy(value: unknown, rename: (text: string) => string): unknown {
	if (typeof value === "string") return rename(value);
	if (Array.isArray(value)) return value.map((each) => tidy(each, rename));
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, tidy(each, rename)]);
	return Object.fromEntries(entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

function rank(key: string): number {
	const at = FIRST.indexOf(key);
	return at === -1 ? FIRST.length : at;
}

/** What fits in a line stands in one. */
function lines(value: unknown, indent: string): string {
	const flat = JSON.stringify(value);
	if (typeof value !== "object" || value === null || indent.length + flat.length <= WIDTH) return flat;
	const deeper = `${indent}\t`;
	const list = Array.isArray(value);
	const parts = Object.entries(value).map(([key, each]) => `${deeper}${list ? "" : `${JSON.stringify(key)}: `}${lines(each, deeper)}`);
	return `${list ? "[" : "{"}\n${parts.join(",\n")}\n${indent}${list ? "]" : "}"}`;
}

const ARROW = " → ";
const SHOW = "show ";
const REQUEST = /^(?:(?<method>[A-Z]+) )?(?:(?<upgrade>websocket) )?(?<path>\/\S*)(?: at (?<host>\S+))?(?: from (?<client>\S+))?$/;

/**
 * The requests with what becomes of each: `/is-carbon → access.blocked by is:/carbon`. A request may have a
 * method or `websocket` before its path, `at` a host and `from` a client after it. A line `show maxBody,
 * timeouts` adds these settings of the route to all lines below it. Comments and empty lines stay.
 */
export function answered(plan: Plan, requests: string): string {
	const router = Router.build(plan);
	let shown: readonly string[] = [];
	const answer = (line: string): string => {
		if (line === "" || line.startsWith("#")) return line;
		if (line.startsWith(SHOW)) {
			shown = line.slice(SHOW.length).split(", ");
			return line;
		}
		const [request = ""] = line.split(ARROW);
		return `${request}${ARROW}${outcome(plan, decide(router, request), shown)}`;
	};
	return requests.split("\n").map(answer).join("\n");
}

function decide(router: Router, request: string): RouteDecision {
	const groups = REQUEST.exec(request)?.groups;
	if (groups === undefined) throw new Error(`not a request: ${request}`);
	const { method = "GET", upgrade = null, path = "/", host = "sso.example.com", client = "192.0.2.1" } = groups;
	return router.decide({ authority: host, path, method, upgrade, clientAddress: client });
}

function outcome(plan: Plan, decision: RouteDecision, shown: readonly string[]): string {
	if (decision.kind === "own") return `own by ${decision.id}`;
	const { route } = decision;
	const what = decision.kind === "route" ? `${nameOfPool(plan, decision.route)} ${decision.nodePath}` : decision.rule;
	if (route === null) return what;
	const settings = new Map<string, unknown>(Object.entries(route));
	const setting = (name: string): string => {
		if (!settings.has(name)) throw new Error(`a route has no ${name}`);
		return `${name} ${JSON.stringify(tidy(settings.get(name), (text) => text))}`;
	};
	return [`${what} by ${route.id}`, ...shown.map(setting)].join(", ");
}

/** In its service: `servlet`. */
function nameOfPool({ pools }: Plan, { pool }: RoutePlan): string {
	return pools[pool]?.name.replace(/^.*\//, "") ?? "";
}

const AROUND = 2;
const MOST_LINES = 100;

/** Lines that are no longer there have a `-`, new ones a `+`; two lines stand around them. */
export function changes(recorded: string, now: string): string {
	const marked = diff(now.split("\n"), recorded.split("\n"));
	const near = (at: number): boolean => marked.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(([sign]) => sign !== 0);
	const told = marked.flatMap(([sign, text], at) => {
		if (near(at)) return `${sign === 0 ? " " : sign > 0 ? "+" : "-"} ${text}`;
		return near(at - 1) ? "…" : [];
	});
	const more = told.length - MOST_LINES;
	return [...told.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} lines`] : [])].join("\n");
}
