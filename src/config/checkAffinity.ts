/** Affinity: cookies that would overwrite each other or that browsers refuse, settings that mean nothing in their mode, nodes and keys that cannot be told apart. */
import type { AffinityMode } from "../plan/affinity.ts";
import { PRODUCTS } from "../products/products.ts";
import { affinityCookie, modesOf, serviceMode } from "./affinity.ts";
import { publicOrigin, serviceHosts } from "./hosts.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** Sessions of the products, in lower case. */
const PRODUCT_COOKIES: ReadonlySet<string> = new Set(
	Object.values(PRODUCTS).flatMap(({ cookies }) => cookies.flatMap(({ name, session }) => (session === true ? name.toLowerCase() : []))),
);
/** Modes by a cookie of the application. */
const APP_MODES: ReadonlySet<string> = new Set<AffinityMode>(["jvmRoute", "prefix", "learn"]);
/** Modes that keep a client. */
const KEEPING: ReadonlySet<string> = new Set<AffinityMode>(["cookie", "jvmRoute", "prefix", "learn"]);
/** Cookies tell their time in minutes. */
const LEAST_AGE = 300_000;

export function checkAffinity(config: Config, report: ProblemReport): void {
	checkKeys(config, report);
	checkOwnCookies(config, report);
	for (const [name, service] of Object.entries(config.services)) {
		checkSettings(service, ["services", name, "affinity"], report);
		for (const [index, route] of service.routes.entries())
			checkRoute(service, route, ["services", name, "routes", index, "affinity"], report);
		checkJvmRoutes(service, ["services", name, "nodes"], report);
	}
}

function checkKeys(config: Config, report: ProblemReport): void {
	const seen = new Set<string>();
	config.secrets.affinity.forEach(({ id }, index) => {
		if (seen.has(id))
			report.problem(["secrets", "affinity", index, "id"], `the key id ${quote(id)} is already in use`, "give each key its own id");
		seen.add(id);
	});
}

function checkOwnCookies(config: Config, report: ProblemReport): void {
	const placed: { readonly service: string; readonly cookie: string; readonly hosts: readonly string[] }[] = [];
	for (const [service, settings] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", service, "affinity", "name"];
		const hosts = serviceHosts(config, service, settings);
		const cookie = affinityCookie(service, settings);
		if (cookie === null) continue;
		if (PRODUCT_COOKIES.has(cookie.toLowerCase()))
			report.problem(
				path,
				`${quote(cookie)} is a cookie of the product`,
				"choose another name for Portico's cookie, or use mode jvmRoute, prefix or learn",
			);
		if (/^__(?:host|secure)-/i.test(cookie) && publicOrigin(config)?.scheme === "http")
			report.problem(path, `browsers accept ${quote(cookie)} only over https`, "choose another name, or make the public origin https");
		const rival = placed.find((other) => other.cookie === cookie && other.hosts.some((host) => hosts.includes(host)));
		if (rival !== undefined)
			report.problem(
				path,
				`the cookie ${quote(cookie)} is already in use by service ${quote(rival.service)}`,
				"give each service a cookie of its own",
			);
		placed.push({ service, cookie, hosts });
	}
	for (const [service, settings] of Object.entries(config.services)) {
		const hosts = serviceHosts(config, service, settings);
		for (const { name, path } of appCookies(service, settings)) {
			const rival = placed.find((other) => other.cookie === name && other.hosts.some((host) => hosts.includes(host)));
			if (rival === undefined) continue;
			report.problem(
				path,
				`${quote(name)} is Portico's own cookie for service ${quote(rival.service)}`,
				"set the name of the application's cookie",
			);
		}
	}
}

/** Names that the file gives to cookies of applications. */
function appCookies(service: string, settings: ServiceConfig): { readonly name: string; readonly path: ConfigPath }[] {
	const { name } = settings.affinity;
	const own = name !== undefined && APP_MODES.has(serviceMode(settings)) ? [{ name, path: ["services", service, "affinity", "name"] }] : [];
	const ofRoutes = settings.routes.flatMap(({ affinity }, index) =>
		affinity?.name === undefined ? [] : [{ name: affinity.name, path: ["services", service, "routes", index, "affinity", "name"] }],
	);
	return [...own, ...ofRoutes];
}

function checkSettings(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const { affinity } = service;
	const mode = serviceMode(service);
	const modes = modesOf(service);
	const needs = (field: keyof typeof affinity, isNeeded: boolean, hint: string): void => {
		if (affinity[field] !== undefined && !isNeeded) refuse([...path, field], field, mode, hint, report);
	};
	needs("name", mode === "off" || KEEPING.has(mode) || modes.has("cookie"), "it is the name of a cookie");
	needs("header", mode === "header", "it applies only to mode header");
	for (const field of ["maxIdle", "maxLife", "preserve", "postOnly"] as const)
		needs(field, modes.has("cookie"), "it applies only to mode cookie");
	const keeps = [...modes].some((each) => KEEPING.has(each));
	needs("sessionIdle", keeps, "this mode remembers no clients");
	needs("onMemberLost", keeps, "this mode keeps no client on a node");
	const waits = affinity.onMemberLost === "wait" || service.routes.some((route) => route.affinity?.onMemberLost === "wait");
	if (affinity.waitTime !== undefined && !waits) unwaited([...path, "waitTime"], report);
	if (mode === "header" && affinity.header === undefined)
		report.problem([...path, "mode"], "mode header needs `header`", "affinity: { mode: header, header: X-User }");
	for (const field of ["maxIdle", "maxLife"] as const) {
		const age = affinity[field] ?? 0;
		if (age > 0 && age < LEAST_AGE)
			report.problem([...path, field], `\`${field}\` must be at least 5m`, "cookies contain their age in minutes");
	}
}

function checkRoute(service: ServiceConfig, { affinity }: RouteConfig, path: ConfigPath, report: ProblemReport): void {
	if (affinity === undefined) return;
	const mode = affinity.mode ?? serviceMode(service);
	if (affinity.name !== undefined && !APP_MODES.has(mode)) {
		const hint =
			mode === "cookie"
				? "a service has one affinity cookie: set its name at the service"
				: "it is the name of a cookie of the application";
		refuse([...path, "name"], "name", mode, hint, report);
	}
	if (affinity.header !== undefined && mode !== "header")
		refuse([...path, "header"], "header", mode, "it applies only to mode header", report);
	const header = affinity.header ?? (serviceMode(service) === "header" ? service.affinity.header : undefined);
	if (affinity.mode === "header" && header === undefined)
		report.problem([...path, "mode"], "mode header needs `header`", "affinity: { mode: header, header: X-User }");
	if (affinity.flows !== undefined && mode === "off") refuse([...path, "flows"], "flows", mode, "remove one of them", report);
	if (affinity.onMemberLost !== undefined && !KEEPING.has(mode))
		refuse([...path, "onMemberLost"], "onMemberLost", mode, "this mode keeps no client on a node", report);
	if (affinity.waitTime !== undefined && (affinity.onMemberLost ?? service.affinity.onMemberLost) !== "wait")
		unwaited([...path, "waitTime"], report);
}

function refuse(path: ConfigPath, field: string, mode: string, hint: string, report: ProblemReport): void {
	report.problem(path, `\`${field}\` has no effect in mode ${mode}`, hint, "key");
}

function unwaited(path: ConfigPath, report: ProblemReport): void {
	report.problem(path, "`waitTime` has no effect without `onMemberLost: wait`", "remove it, or set `onMemberLost: wait`", "key");
}

function checkJvmRoutes(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const isUsed = modesOf(service).has("jvmRoute");
	const seen = new Map<string, string>();
	for (const [index, { name, route }] of service.nodes.entries()) {
		if (!isUsed) {
			if (route !== undefined)
				report.problem([...path, index, "route"], "`route` has no effect without affinity mode jvmRoute", "remove it", "key");
			continue;
		}
		const own = route ?? name;
		const at: ConfigPath = [...path, index, route === undefined ? "name" : "route"];
		const rival = seen.get(own);
		if (rival !== undefined)
			report.problem(at, `the route ${quote(own)} is already in use by node ${quote(rival)}`, "give each node a jvmRoute of its own");
		else if (own.includes("."))
			report.problem(at, `${quote(own)} is not a route: a route contains no dot`, "give the node its jvmRoute as `route`");
		seen.set(own, name);
	}
}
