/**
 * A service's routes before they have public paths: the preset's table for its version in every tenant and organisation form, with the file's
 * `access` and `routes` applied. Pure.
 */

import type { RetryPlan } from "../plan/route.ts";
import { unqualified } from "../products/carbon/tenants.ts";
import type { Access, Context } from "../products/product.ts";
import { isFree, productFor } from "../products/products.ts";
import { canonicalPattern, covers, specialized, specificity } from "./patterns.ts";
import type { RouteConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** A context after the file's own settings, in one of its forms. */
export interface RouteSpec {
	/** Node path pattern. */
	readonly path: string;
	readonly access: Access;
	readonly pool: string;
	readonly exact: boolean;
	readonly upgrade: string | null;
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

export function routeSpecs(name: string, service: ServiceConfig): RouteSpec[] {
	if (isFree(service)) return service.routes.map((route, index) => freeRoute(route, index, ["services", name, "routes", index, "path"]));
	const { contexts, qualifiers } = productFor(service);
	const rows = contexts.flatMap((context) => forms(context, qualifiers, ["services", name, "prefix"]));
	return applyRoutes(applyAccess(rows, name, service, qualifiers), name, service.routes, qualifiers);
}

function freeRoute(route: RouteConfig, settings: number, origin: ConfigPath): RouteSpec {
	return {
		path: route.path,
		access: route.access ?? "public",
		pool: "http",
		exact: route.exact,
		upgrade: route.upgrade ?? null,
		flows: false,
		bodies: false,
		named: true,
		bare: false,
		repeat: "idempotent",
		settings,
		origin,
	};
}

function forms(context: Context, qualifiers: readonly string[], origin: ConfigPath): Row[] {
	return (context.qualified === false ? [""] : qualifiers).map((qualifier) => ({
		path: qualifier + context.path,
		base: context.path,
		context,
		access: context.access,
		pool: context.pool ?? "servlet",
		exact: false,
		upgrade: context.upgrade ?? null,
		flows: context.flows === true,
		bodies: context.bodies === true,
		named: (context.pool ?? "servlet") === "servlet" && context.inside !== true,
		bare: (context.pool ?? "servlet") === "servlet",
		repeat: context.repeat ?? "idempotent",
		settings: -1,
		origin,
	}));
}

/** An access class that the file gives to a path and all below it. */
export interface AccessSetting {
	readonly path: string;
	readonly access: Access;
	readonly origin: ConfigPath;
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
			(path, index): AccessSetting => ({ path: canonicalPattern(path), access, origin: ["services", name, "access", key, index] }),
		),
	);
	const fromRoutes = service.routes.flatMap((route, index): AccessSetting[] =>
		route.access === undefined || route.exact || route.upgrade !== undefined
			? []
			: [{ path: canonicalPattern(route.path), access: route.access, origin: ["services", name, "routes", index, "access"] }],
	);
	return [...fromLists, ...fromRoutes];
}

/** Every row follows the most specific setting that covers it; a setting for a path that has no row adds one. */
function applyAccess(table: readonly Row[], name: string, service: ServiceConfig, qualifiers: readonly string[]): Row[] {
	const settings = accessSettings(name, service);
	// `/` stands for all rows there are; it does not end the allow-list.
	const missing = settings.filter(({ path }) => path !== "/" && !table.some((row) => isAt(row, path)));
	const rows = [
		...table,
		...missing.flatMap(({ path, origin }) => newRows(table, path, qualifiers, origin)),
		...settings.flatMap(({ path }) => rowsThrough(table, path)),
	];
	return rows.map((row) => {
		const [setting] = settings
			.filter(({ path }) => covers(path, row.base) || covers(path, row.path))
			.sort((a, b) => specificity(b.path) - specificity(a.path));
		if (setting === undefined) return row;
		const access = isAt(row, setting.path) ? setting.access : accessBelow(row.access, setting.access);
		return { ...row, access, origin: setting.origin };
	});
}

/** Deeper rows that reach below `path` through a parameter: a copy of each for what is below `path`, since the deepest pattern wins. */
function rowsThrough(table: readonly Row[], path: string): Row[] {
	return table.flatMap((row) => {
		const own = specialized(row.path, path);
		const isKnown = own === null || table.some((other) => canonicalPattern(other.path) === canonicalPattern(own));
		return own === null || isKnown ? [] : [{ ...row, path: own, base: unqualified(own) }];
	});
}

/** What a setting for a path does to the rows below it: opening and restricting leave blocked ones blocked. */
function accessBelow(now: Access, wanted: Access): Access {
	return now === "blocked" ? "blocked" : wanted;
}

function isAt(row: Row, path: string): boolean {
	return canonicalPattern(row.base) === path || canonicalPattern(row.path) === path;
}

/**
 * New rows at `path`, like those that cover it now: same pools, same access. What nothing covers is a servlet context, in all forms; a path
 * below one is in all forms too, but an API stays the one it is.
 */
function newRows(table: readonly Row[], path: string, qualifiers: readonly string[], origin: ConfigPath): Row[] {
	const isForm = unqualified(path) !== path;
	const models = closest(table, path);
	if (isForm || models.some((model) => model.context.qualified === false)) return like(models, path, unqualified(path), origin);
	return qualifiers.flatMap((qualifier) => like(closest(table, qualifier + path), qualifier + path, path, origin));
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
		exact: false,
		upgrade: null,
		flows: false,
		bodies: false,
		named: true,
		bare: true,
		repeat: "idempotent",
		settings: -1,
		origin,
	};
	return models.length === 0 ? [plain] : models.map((model) => ({ ...model, path, base, origin }));
}

/** `routes` of a WSO2 service: settings for rows that exist, or new rows. Those for one tenant form come after those for all. */
function applyRoutes(table: readonly Row[], name: string, routes: readonly RouteConfig[], qualifiers: readonly string[]): Row[] {
	let rows = [...table];
	const ordered = routes.map((route, index) => ({ route, index })).sort((a, b) => rankOf(a.route) - rankOf(b.route));
	for (const { route, index } of ordered) {
		const origin: ConfigPath = ["services", name, "routes", index, "path"];
		const path = canonicalPattern(route.path);
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

function added(rows: readonly Row[], route: RouteConfig, qualifiers: readonly string[], origin: ConfigPath): Row[] {
	const models = newRows(rows, route.path, qualifiers, origin).map((row) => ({
		...row,
		exact: route.exact,
		upgrade: route.upgrade ?? row.upgrade,
	}));
	// With an upgrade or a pool of its own the route needs one row, not one for each pool that covers it.
	const isFirst = (row: Row, index: number): boolean =>
		models.findIndex((other) => other.path === row.path && other.upgrade === row.upgrade) === index;
	return models.filter(isFirst).filter((row) => route.pool === undefined || route.upgrade !== undefined || row.upgrade === null);
}

function configured(row: Row, route: RouteConfig, settings: number, origin: ConfigPath): Row {
	// Without these two `access` has been applied already, to what is below the path too.
	const ownAccess = route.exact || route.upgrade !== undefined ? route.access : undefined;
	return { ...row, access: ownAccess ?? row.access, pool: route.pool ?? row.pool, settings, origin };
}
