/** Routes and access: settings that contradict each other or open what must stay shut, and routes that no request could tell apart. */
import { unqualified } from "../products/carbon/tenants.ts";
import type { Context } from "../products/product.ts";
import { isFree, PRODUCTS, productFor } from "../products/products.ts";
import { PATH_RULES } from "../route/pathRules.ts";
import { findAmbiguity, Router } from "../route/router.ts";
import { checkHeaders } from "./checkHeaders.ts";
import { compile } from "./compile.ts";
import { covers, PatternMap, routeMapping } from "./patterns.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import { accessSettings } from "./routeSpecs.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

/** `isSound`: the services are free of problems, so that their routes can be compared. */
export function checkRoutes(config: Config, report: ProblemReport, isSound: boolean): void {
	const before = report.problems.length;
	for (const [name, service] of Object.entries(config.services)) {
		for (const [index, route] of service.routes.entries()) checkRoute(service, route, ["services", name, "routes", index], report);
		checkAccess(name, service, report);
		if (!isFree(service)) checkRepeats(name, service, report);
	}
	if (isSound && report.problems.length === before) checkAmbiguity(config, report);
}

function checkRoute(service: ServiceConfig, route: RouteConfig, path: ConfigPath, report: ProblemReport): void {
	checkHeaders(route, path, report);
	if (isFree(service)) {
		if (route.pool !== undefined)
			report.problem([...path, "pool"], "`pool` has no effect with product http", "each of its nodes has one port", "key");
		const mapping = routeMapping(route.path, route.to);
		if (typeof mapping === "string") report.problem([...path, "path"], mapping, "such as { path: '/app-{page}', to: / }");
		if (route.to?.includes("{")) report.problem([...path, "to"], "`to` cannot contain `{name}`", "the rest of the public path is kept");
		if (route.access === "restricted" && route.allow === undefined && service.access.restricted.allow.length === 0) {
			report.warning(
				[...path, "access"],
				"no client may use this route",
				"list the allowed networks in `access.restricted.allow` of the service",
			);
		}
	} else {
		if (route.to !== undefined)
			report.problem([...path, "to"], `\`to\` has no effect with product ${service.product}`, "its paths are mapped by `prefix`", "key");
		if (route.retry?.repeat === "always") checkRepeat(route, path, report);
		const pools = productFor(service).pools.map(({ kind }) => kind);
		if (route.pool !== undefined && !pools.includes(route.pool))
			report.problem([...path, "pool"], `product ${service.product} has no ${route.pool} port`, `it has: ${pools.join(", ")}`);
	}
	for (const [index, id] of route.allowPath.entries()) checkPathRule(id, [...path, "allowPath", index], report);
}

/** Where a code, a refresh token or a login step is used up by the first try. */
const USED_UP = ["/oauth2/token", "/commonauth"];

function checkRepeat(route: RouteConfig, path: ConfigPath, report: ProblemReport): void {
	const pattern = unqualified(route.path);
	const hit = USED_UP.find((used) => covers(pattern, used) || covers(used, pattern));
	if (hit === undefined) return;
	report.problem(
		[...path, "retry", "repeat"],
		`requests to ${quote(hit)} cannot be repeated`,
		"the first attempt uses up codes, refresh tokens and steps of a login: remove `repeat: always`",
	);
}

function checkPathRule(id: string, path: ConfigPath, report: ProblemReport): void {
	const allowed = Object.entries(PATH_RULES).flatMap(([known, rule]) => (rule.canAllow ? [known] : []));
	if (allowed.includes(id)) return;
	if (Object.hasOwn(PATH_RULES, id)) {
		report.problem(path, `the path rule ${quote(id)} cannot be switched off`, `these can: ${allowed.join(", ")}`);
		return;
	}
	const meant = nearest(id, allowed);
	report.problem(
		path,
		`unknown path rule ${quote(id)}`,
		meant === undefined ? `known are ${allowed.join(", ")}` : `did you mean ${quote(meant)}?`,
	);
}

/** Admin consoles may be restricted but not public; health checks are for Portico alone, as WSO2 asks. */
function checkAccess(name: string, service: ServiceConfig, report: ProblemReport): void {
	const seen = new PatternMap<ConfigPath>();
	for (const { path, origin } of accessSettings(name, service)) {
		const first = seen.get(path);
		if (first !== undefined)
			report.problem(origin, `the access of ${quote(path)} is already set in ${report.line(first)}`, "keep one of them");
		seen.set(path, origin);
	}
	const { contexts } = PRODUCTS[service.product];
	const own = service.routes.flatMap((route, index) =>
		route.access !== undefined && (route.exact || route.upgrade !== undefined)
			? [{ path: route.path, access: route.access, origin: ["services", name, "routes", index, "access"] as ConfigPath }]
			: [],
	);
	for (const { path, access, origin } of [...accessSettings(name, service), ...own]) {
		const guard = guardOf(contexts, path);
		if (guard === undefined || access === "blocked") continue;
		if (guard.health)
			report.problem(
				origin,
				`${quote(guard.path)} cannot be opened`,
				"health endpoints are only for Portico's own checks; WSO2 asks to block them at the load balancer",
			);
		else if (access === "public")
			report.problem(
				origin,
				`${quote(guard.path)} cannot be public`,
				`use \`access: { restrict: [${guard.path}], restricted: { allow: [10.0.0.0/8] } }\``,
			);
	}
}

/** The guarded context that a path is at or below, in whatever tenant form. */
function guardOf(contexts: readonly Context[], path: string): Context | undefined {
	const forms = [path, unqualified(path)];
	const isBelow = (outer: string): boolean => forms.some((form) => covers(outer, form));
	return contexts.find((context) => context.guarded && isBelow(context.path) && !(context.openable ?? []).some(isBelow));
}

/** Settings of one row of a preset must be one. */
function checkRepeats(name: string, service: ServiceConfig, report: ProblemReport): void {
	const seenOf = new Map<string, PatternMap<ConfigPath>>();
	service.routes.forEach((route, index) => {
		const path: ConfigPath = ["services", name, "routes", index, "path"];
		const key = JSON.stringify([route.exact, route.upgrade ?? null]);
		const seen = seenOf.get(key) ?? new PatternMap();
		seenOf.set(key, seen);
		const first = seen.get(route.path);
		if (first !== undefined)
			report.problem(
				path,
				`the path ${quote(route.path)} is already listed in ${report.line(first)}`,
				"put all settings of a path in one entry",
			);
		else seen.set(route.path, path);
	});
}

const MOST_CLASHES = 20;

/** By the router's own idea of ambiguity. Every clash is found: one of the two is taken out and the rest looked at again. */
function checkAmbiguity(config: Config, report: ProblemReport): void {
	const { plan, routeOrigins } = compile(
		config,
		{ directory: "/", certificates: new Map(), cas: new Map(), htpasswd: new Map(), pages: new Map() },
		1,
	);
	let routes = [...plan.routes];
	const told = new Set<string>();
	for (let found = 0; found < MOST_CLASHES; found++) {
		const clash = findAmbiguity(routes, plan.services);
		if (clash === null) break;
		const [a, b] = [originOf(plan.routes.indexOf(clash.a)), originOf(plan.routes.indexOf(clash.b))];
		const key = JSON.stringify([a, b]);
		if (!told.has(key)) {
			const where = report.line(a) === report.line(b) ? "" : ` (${report.line(a)})`;
			report.problem(
				b,
				`the routes ${quote(clash.a.id)}${where} and ${quote(clash.b.id)} match the same requests: ${quote(clash.b.pattern)}`,
				"change the path, prefix, host or `listeners` of one of them",
			);
		}
		told.add(key);
		routes = routes.filter((route) => route !== clash.b);
	}
	if (report.problems.length > 0) return;
	try {
		Router.build({ routes: plan.routes, services: plan.services });
	} catch (error) {
		report.problem(["services"], error instanceof Error ? error.message : "the routes cannot be used", undefined, "key");
	}

	function originOf(index: number): ConfigPath {
		return routeOrigins[index] ?? ["services"];
	}
}
