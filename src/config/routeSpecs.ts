/**
 * A service's routes before they have public paths: the preset's table for its version in every tenant and organisation form, with the file's
 * `access` and `routes` applied. Pure.
 */

import type { RetryPlan } from "../plan/route.ts";
import type { PathMapping } from "../plan/service.ts";
import { unqualified } from "../products/carbon/tenants.ts";
import { type Access, type Context, type Qualifier, type Role, rolesOf } from "../products/product.ts";
import { isFree, productFor } from "../products/products.ts";
import { covers, samePattern, specialized, specificity, withoutSlash } from "./patterns.ts";
import type { RouteConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** A context after the file's own settings, in one of its forms. */
export interface RouteSpec {
	/** Node path pattern. */
	readonly path: string;
	readonly access: Access;
	readonly pool: string;
	/** As {@link Context.roles}. */
	readonly roles: readonly Role[];
	readonly exact: boolean;
	/**
	 * Upper-case methods that it is for, or null for all. Rows for all leave the methods of others at their
	 * path to these.
	 */
	readonly methods: readonly string[] | null;
	readonly upgrade: string | null;
	/** Node path if it is another one than `path`. */
	readonly to: string | null;
	/** A swap of node path prefixes, `from` being the one in `path`, or null. */
	readonly mapped: PathMapping | null;
	/** The part of `path` that the file wrote, as a pattern: `/` for a row of the preset. */
	readonly written: string;
	/** As {@link Context.flows}. */
	readonly flows: boolean;
	/** As {@link Context.bodies}. */
	readonly bodies: boolean;
	/** Pages name the path without an origin, and mean this one. */
	readonly named: boolean;
	/** A context of the servlet port: the product's pages may ask for it without the service's prefix. */
	readonly bare: boolean;
	readonly repeat: RetryPlan["repeat"];
	/** Index into the service's `routes` whose settings apply, or -1. */
	readonly settings: number;
	/** Where in the file it comes from. */
	readonly origin: ConfigPath;
}

/** A row of the table in one of its forms, once the file has had its say. */
interface Row extends RouteSpec {
	/** Its path without tenant and organisation; settings for this one hold for all forms. */
	readonly base: string;
	/** The table's row it is or came from. */
	readonly context: Omit<Context, "source">;
}

/** A part of a product's table, and of what the file says about it. */
export interface RouteScope {
	readonly contexts: readonly Context[];
	readonly qualifiers: readonly Qualifier[];
	/** The path in this part that a path of the file means, or null if it means none here. */
	readonly pathOf: (path: string, route: Pick<RouteConfig, "pool" | "upgrade"> | null) => string | null;
}

/** A setting of the file with its index. */
interface WrittenRoute {
	readonly route: RouteConfig;
	readonly index: number;
}

/** @param scope null: all of the product's table */
export function routeSpecs(name: string, service: ServiceConfig, scope: RouteScope | null = null): RouteSpec[] {
	if (isFree(service)) return service.routes.map((route, index) => freeRoute(route, index, ["services", name, "routes", index, "path"]));
	const { contexts, qualifiers, pathOf } = scope ?? { ...productFor(service), pathOf: (path: string) => path };
	const rows = contexts.flatMap((context) => forms(context, qualifiers, ["services", name, "prefix"]));
	const access = accessSettings(name, service).flatMap((setting): AccessSetting[] => {
		const path = pathOf(setting.path, setting.route);
		return path === null ? [] : [{ ...setting, path }];
	});
	const routes = service.routes.flatMap((route, index): WrittenRoute[] => {
		const path = pathOf(route.path, route);
		return path === null ? [] : [{ route: { ...route, path }, index }];
	});
	const settled = applyRoutes(applyAccess(rows, access, qualifiers), name, routes, qualifiers);
	const settings = [...routes.map(({ route }) => route), ...access.map(({ path }) => ({ path, exact: false }))];
	return withWritten(settled, settings);
}

/** What kind of traffic a path is by the product's table: that of the most specific row that covers it, or null. */
export function kindsOf(service: ServiceConfig): (path: string) => string | null {
	const { contexts, qualifiers } = productFor(service);
	const rows = contexts.flatMap((context) => forms(context, qualifiers, []));
	return (path) => closest(rows, path).find(({ upgrade }) => upgrade === null)?.pool ?? null;
}

/** Each row once, the first one of its kind. */
export function withoutRepeats<T extends Pick<RouteSpec, "path" | "upgrade" | "exact" | "methods">>(rows: readonly T[]): T[] {
	const isSame = (a: T, b: T): boolean => a.path === b.path && a.upgrade === b.upgrade && a.exact === b.exact && a.methods === b.methods;
	return rows.filter((row, index) => rows.findIndex((other) => isSame(other, row)) === index);
}

function freeRoute(route: RouteConfig, settings: number, origin: ConfigPath): RouteSpec {
	return {
		path: route.path,
		access: route.access ?? "public",
		pool: "http",
		roles: [],
		exact: route.exact,
		methods: null,
		upgrade: route.upgrade ?? null,
		to: null,
		mapped: null,
		written: route.path,
		flows: false,
		bodies: false,
		named: true,
		bare: false,
		repeat: "idempotent",
		settings,
		origin,
	};
}

function forms(context: Context, qualifiers: readonly Qualifier[], origin: ConfigPath): Row[] {
	const methods = context.methods === undefined ? null : withImplied(context.methods);
	return qualifiersOf(context, qualifiers).map((qualifier) => ({
		path: qualifier + context.path,
		base: context.path,
		context,
		access: context.access,
		pool: context.pool ?? "servlet",
		roles: rolesOf(context),
		exact: false,
		methods,
		upgrade: context.upgrade ?? null,
		to: context.to ?? null,
		mapped: null,
		written: "/",
		flows: context.flows === true,
		bodies: context.bodies === true,
		named: (context.pool ?? "servlet") === "servlet" && context.inside !== true,
		bare: (context.pool ?? "servlet") === "servlet",
		repeat: context.repeat ?? "idempotent",
		settings: -1,
		origin,
	}));
}

/**
 * HEAD goes where GET goes (RFC 9110 section 9.3.2). OPTIONS is how browsers of other origins ask before any
 * of them (CORS preflight).
 */
function withImplied(methods: readonly string[]): readonly string[] {
	return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function qualifiersOf(
	{ qualified = true, organization = false }: Pick<Context, "qualified" | "organization">,
	all: readonly Qualifier[],
): string[] {
	if (!qualified) return [""];
	return all.filter((qualifier) => organization || qualifier.isWithoutId !== true).map(({ path }) => path);
}

/** An access class that the file gives to a path and all below it. */
export interface AccessSetting {
	readonly path: string;
	readonly access: Access;
	readonly origin: ConfigPath;
	/** The route that has it, or null for one of the lists. */
	readonly route: RouteConfig | null;
}

/** From `access.open`, `.restrict` and `.block`, and from `access` of routes. */
export function accessSettings(name: string, service: ServiceConfig): AccessSetting[] {
	const lists = [
		["open", "public"],
		["restrict", "restricted"],
		["block", "blocked"],
	] as const;
	const fromLists = lists.flatMap(([key, access]) =>
		service.access[key].map(
			(path, index): AccessSetting => ({
				path: settingPath(path),
				access,
				origin: ["services", name, "access", key, index],
				route: null,
			}),
		),
	);
	const fromRoutes = service.routes.flatMap((route, index): AccessSetting[] =>
		route.access === undefined || route.exact || route.upgrade !== undefined
			? []
			: [{ path: settingPath(route.path), access: route.access, origin: ["services", name, "routes", index, "access"], route }],
	);
	return [...fromLists, ...fromRoutes];
}

/** It covers what is below it, so a slash at its end says nothing. */
function settingPath(path: string): string {
	return withoutSlash(path) || "/";
}

/** Every row follows the most specific setting that covers it; a setting for a path that has no row adds one. */
function applyAccess(table: readonly Row[], settings: readonly AccessSetting[], qualifiers: readonly Qualifier[]): Row[] {
	// `/` stands for all rows there are; it does not end the allow-list.
	const missing = settings.filter(({ path }) => path !== "/" && !table.some((row) => isAt(row, path)));
	const rows = [...table, ...missing.flatMap(({ path, origin }) => newRows(table, path, qualifiers, origin))];
	for (const { path } of settings) rows.push(...rowsThrough(rows, path));
	return rows.map((row) => {
		const [setting] = settings
			.filter(({ path }) => covers(path, row.base) || covers(path, row.path))
			.sort((a, b) => specificity(b.path) - specificity(a.path));
		if (setting === undefined) return row;
		const access = isAt(row, setting.path) ? setting.access : accessBelow(row.access, setting.access);
		return { ...row, access, origin: setting.origin };
	});
}

/**
 * Deeper rows that reach below `path` through a parameter: a copy of each for what is below `path`, since the
 * deepest pattern wins there. None for a path that has rows of its own.
 */
function rowsThrough(table: readonly Row[], path: string): Row[] {
	const copies = table.flatMap((row): Row[] => {
		const own = specialized(row.path, path);
		if (own === null) return [];
		const isTaken = table.some((other) => samePattern(other.path, own) && (other.upgrade === null || other.upgrade === row.upgrade));
		return isTaken ? [] : [{ ...row, path: own, base: unqualified(own) }];
	});
	return withoutRepeats(copies);
}

/**
 * Each row with what of its path the file wrote. What is below a path that the file wrote belongs to it; rows
 * that reach there through their parameters are copied, so that they still win over a shallower row of the
 * same service.
 */
function withWritten(table: readonly Row[], settings: readonly Pick<RouteConfig, "path" | "exact">[]): Row[] {
	const longestFirst = [...settings].sort((a, b) => specificity(b.path) - specificity(a.path));
	const rows = [...table];
	for (const { path, exact } of longestFirst) if (!exact) rows.push(...rowsThrough(rows, path));
	const isWritten = (row: Row, { path, exact }: Pick<RouteConfig, "path" | "exact">): boolean =>
		exact ? row.exact && samePattern(row.path, path) : covers(path, row.path);
	return rows.map((row) => ({ ...row, written: longestFirst.find((setting) => isWritten(row, setting))?.path ?? "/" }));
}

/** What a setting for a path does to the rows below it: opening and restricting leave blocked ones blocked. */
function accessBelow(now: Access, wanted: Access): Access {
	return now === "blocked" ? "blocked" : wanted;
}

function isAt(row: Row, path: string): boolean {
	return samePattern(row.base, path) || samePattern(row.path, path);
}

/**
 * New rows at `path`, like those that cover it now: same pools, same access. What nothing covers is a servlet context, in all forms; a path
 * below one is in all forms too, but an API stays the one it is.
 */
function newRows(table: readonly Row[], path: string, qualifiers: readonly Qualifier[], origin: ConfigPath): Row[] {
	const isForm = unqualified(path) !== path;
	const models = closest(table, path);
	// `/` covers every form anyway.
	if (path === "/" || isForm || models.some((model) => model.context.qualified === false))
		return like(models, path, unqualified(path), origin);
	return qualifiers.flatMap((qualifier) => {
		const covering = closest(table, qualifier.path + path);
		// Without an id, `/o` stands before nothing but what the preset has there.
		return covering.length === 0 && qualifier.isWithoutId === true ? [] : like(covering, qualifier.path + path, path, origin);
	});
}

function closest(table: readonly Row[], path: string): Row[] {
	const covering = table.filter((row) => !row.exact && covers(row.path, path));
	const best = Math.max(...covering.map((row) => specificity(row.path)));
	return covering.filter((row) => specificity(row.path) === best);
}

function like(models: readonly Row[], path: string, base: string, origin: ConfigPath): Row[] {
	const plain: Row = {
		path,
		base,
		context: { path: base, access: "public" },
		access: "public",
		pool: "servlet",
		roles: rolesOf({}),
		exact: false,
		methods: null,
		upgrade: null,
		to: null,
		mapped: null,
		written: "/",
		flows: false,
		bodies: false,
		named: true,
		bare: true,
		repeat: "idempotent",
		settings: -1,
		origin,
	};
	return models.length === 0 ? [plain] : models.map((model) => ({ ...model, path, base, to: null, origin }));
}

/** `routes` of a WSO2 service: settings for rows that exist, or new rows. Those for one tenant form come after those for all. */
function applyRoutes(table: readonly Row[], name: string, routes: readonly WrittenRoute[], qualifiers: readonly Qualifier[]): Row[] {
	let rows = [...table];
	const ordered = [...routes].sort((a, b) => rankOf(a.route) - rankOf(b.route));
	for (const { route, index } of ordered) {
		const origin: ConfigPath = ["services", name, "routes", index, "path"];
		const { path } = route;
		const isMeant = (row: Row): boolean =>
			isAt(row, path) && row.exact === route.exact && (route.upgrade === undefined || row.upgrade === route.upgrade);
		if (!rows.some(isMeant)) rows = [...rows, ...added(rows, route, qualifiers, origin)];
		rows = rows.map((row) => (isMeant(row) ? configured(row, route, index, origin) : row));
	}
	return rows;
}

/** Settings that name less come first, so that those that name more win. */
function rankOf(route: RouteConfig): number {
	return (unqualified(route.path) === route.path ? 0 : 2) + (route.upgrade === undefined ? 0 : 1);
}

function added(rows: readonly Row[], route: RouteConfig, qualifiers: readonly Qualifier[], origin: ConfigPath): Row[] {
	const models = newRows(rows, route.path, qualifiers, origin).map((row) => ({
		...row,
		exact: route.exact,
		upgrade: route.upgrade ?? row.upgrade,
	}));
	// With an upgrade or a pool of its own the route needs one row, not one for each pool that covers it.
	const isFirst = (row: Row, index: number): boolean =>
		models.findIndex((other) => other.path === row.path && other.upgrade === row.upgrade && other.methods === row.methods) === index;
	return models.filter(isFirst).filter((row) => route.pool === undefined || route.upgrade !== undefined || row.upgrade === null);
}

function configured(row: Row, route: RouteConfig, settings: number, origin: ConfigPath): Row {
	// Without these two `access` has been applied already, to what is below the path too.
	const ownAccess = route.exact || route.upgrade !== undefined ? route.access : undefined;
	const pool = route.pool ?? row.pool;
	const roles = pool === row.pool ? row.roles : rolesOf({ pool });
	return { ...row, access: ownAccess ?? row.access, pool, roles, settings, origin };
}
