/** What a preset is: data about one product, and how its table becomes routes. Pure. */

import { isIn, type Versioned } from "../../health/productVersion.ts";
import type { RetryPlan } from "../../plan/route.ts";
import type { ConfigPath } from "../source.ts";
import type { SourceId } from "./sources.ts";

export type Access = "public" | "restricted" | "blocked";

/** One kind of traffic of a product, and its ports without offset. */
export interface PoolSpec extends Versioned {
	readonly kind: string;
	readonly https: number;
	readonly http: number;
	readonly pathRules: "servlet" | "gateway";
	/** Largest request body unless the file says otherwise; bytes, 0 = no limit. */
	readonly maxBody: number;
	/** Its clients may have sessions on a node; affinity is for those. */
	readonly sessions: boolean;
	readonly source?: SourceId;
}

/** A row of a product's context table: a path of the product and all that is below it. */
export interface Context extends Versioned {
	/** As the node knows it; may hold `{name}` at the end of a segment. */
	readonly path: string;
	readonly access: Access;
	/** `servlet` unless told. */
	readonly pool?: string;
	readonly upgrade?: "websocket";
	/** Whether `/t/{tenant}`, `/o/{org}` and `/t/{tenant}/o/{org}` may stand before it; true unless told. */
	readonly qualified?: boolean;
	/** Its redirects hold a login under way, or requests come back with one: see AffinityPlan.flows. */
	readonly flows?: boolean;
	/** Whether its requests may be repeated once bytes of them were written, whatever their method: see RetryPlan.repeat. */
	readonly repeat?: "always" | "never";
	/** Its pages and documents name other URLs of the product: see RoutePlan.rewriteBodies. Not what is read, changed and put back. */
	readonly bodies?: boolean;
	/** Applications have paths of that name below their own context, so a path that begins with it may be meant below another one. */
	readonly inside?: boolean;
	/** May never be opened: no setting makes it public. */
	readonly guarded?: boolean;
	/** May not even be restricted: it is for Portico's own health checks. */
	readonly health?: boolean;
	readonly source: SourceId;
}

/** A cookie that the product sets, or that its pages do. */
export interface CookieSpec extends Versioned {
	/** Exact, or the beginning of many: `sessionNonceCookie-*`. */
	readonly name: string;
	/** Code in browsers reads or writes it under this name, so it has to keep it. */
	readonly kept?: boolean;
	/** Where scripts read one that is kept and set at `/`: node paths. The nodes read it elsewhere too. */
	readonly copiedTo?: readonly string[];
	/** The product's scripts ask for paths without a prefix that need it. */
	readonly bare?: boolean;
	/** Every login attempt leaves one more. */
	readonly piles?: boolean;
	readonly source: SourceId;
}

/** How large a head its nodes take, request line and fields: Tomcat's `maxHttpHeaderSize` as the product sets it. */
export interface HeadLimit extends Versioned {
	readonly bytes: number;
	/** What updates of the version raise it to. */
	readonly updated?: number;
	readonly source: SourceId;
}

export interface Preset {
	readonly defaultVersion: string;
	/** Oldest first. Beside them a whole line may be named (`7.x`), which is its newest. */
	readonly versions: readonly string[];
	/** Affinity of the pools with sessions, unless the file says otherwise. */
	readonly affinity: "cookie" | "off";
	readonly pools: readonly PoolSpec[];
	readonly contexts: readonly Context[];
	readonly cookies: readonly CookieSpec[];
	/** One for each version; none where it is not known. */
	readonly heads: readonly HeadLimit[];
}

/** What of a preset one version has. */
export function presetOf(preset: Preset, version: string = preset.defaultVersion): Preset {
	const has = (row: Versioned): boolean => isIn(version, row);
	const { pools, contexts, cookies, heads } = preset;
	return { ...preset, pools: pools.filter(has), contexts: contexts.filter(has), cookies: cookies.filter(has), heads: heads.filter(has) };
}

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

/** WSO2's qualified URLs: the tenant and organisation that may stand before a context. */
export const QUALIFIERS: readonly string[] = ["", "/t/{tenant}", "/o/{org}", "/t/{tenant}/o/{org}"];
