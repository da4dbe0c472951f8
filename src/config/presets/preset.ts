/** What a preset is: data about one product, and how its table becomes routes. Pure. */
import type { ConfigPath } from "../source.ts";

export type Access = "public" | "restricted" | "blocked";

/** One kind of traffic of a product, and its ports without offset. */
export interface PoolSpec {
	readonly kind: string;
	readonly https: number;
	readonly http: number;
	readonly pathRules: "servlet" | "gateway";
	/** Largest request body unless the file says otherwise; bytes, 0 = no limit. */
	readonly maxBody: number;
	/** Its clients may have sessions on a node; affinity is for those. */
	readonly sessions: boolean;
}

/** A row of a product's context table: a path of the product and all that is below it. */
export interface Context {
	/** As the node knows it; may hold `{name}` at the end of a segment. */
	readonly path: string;
	readonly access: Access;
	/** First version that has it; none: all up to `until`. */
	readonly since?: string;
	/** Last version that has it. */
	readonly until?: string;
	/** `servlet` unless told. */
	readonly pool?: string;
	readonly upgrade?: "websocket";
	/** Whether `/t/{tenant}`, `/o/{org}` and `/t/{tenant}/o/{org}` may stand before it; true unless told. */
	readonly qualified?: boolean;
	/** May never be opened: no setting makes it public. */
	readonly guarded?: boolean;
	/** May not even be restricted: it is for Portico's own health checks. */
	readonly health?: boolean;
}

export interface Preset {
	readonly defaultVersion: string;
	/** Affinity of the pools with sessions, unless the file says otherwise. */
	readonly affinity: "cookie" | "off";
	readonly pools: readonly PoolSpec[];
	readonly contexts: readonly Context[];
}

/** A context after the file's own settings, in one of its forms. */
export interface RouteSpec {
	/** Node path pattern. */
	readonly path: string;
	readonly access: Access;
	readonly pool: string;
	readonly exact: boolean;
	readonly upgrade: string | null;
	/** Index into the service's `routes` whose settings apply, or -1. */
	readonly settings: number;
	/** Where in the file it comes from. */
	readonly origin: ConfigPath;
}

/** WSO2's qualified URLs: the tenant and organisation that may stand before a context. */
export const QUALIFIERS: readonly string[] = ["", "/t/{tenant}", "/o/{org}", "/t/{tenant}/o/{org}"];

/** Whether a product of `version` has the context. `4.x` counts as the newest 4. */
export function isPresent(context: Context, version: string): boolean {
	const wanted = rank(version);
	if (context.since !== undefined && wanted < rank(context.since)) return false;
	return context.until === undefined || wanted <= rank(context.until);
}

/** Versions as numbers that compare: 5.10 is 5010, 4.x and 4 are 4999. */
function rank(version: string): number {
	const [major = "0", minor = "x"] = version.split(".");
	return Number(major) * 1000 + (minor === "x" ? 999 : Number(minor));
}
