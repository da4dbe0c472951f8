/** What Portico knows about a product, as data: one {@link Product} for each, in a folder of its own, listed in products.ts. Pure. */

import type { FailureKind } from "../plan/health.ts";
import type { LoginPlan } from "../plan/service.ts";
import type { DoctorFacts } from "./doctorFacts.ts";
import type { SourceId } from "./sources.ts";
import { isIn, type Versioned } from "./version.ts";

export type Access = "public" | "restricted" | "blocked";

/** What a node of a distributed deployment does, in the words of WSO2's profiles. A node with `all` has every role. */
export const ROLES = ["control-plane", "gateway", "key-manager", "traffic-manager", "publisher", "devportal"] as const;
export type Role = (typeof ROLES)[number];

/** One kind of traffic of a product, and its ports without offset. */
export interface PoolSpec extends Versioned {
	readonly kind: string;
	readonly https: number;
	readonly http: number;
	readonly pathRules: "servlet" | "gateway";
	/** Largest request body unless the file says otherwise; bytes, 0 = no limit. */
	readonly maxBody: number;
	/** Requests in flight at one member unless the file says otherwise; 0 = no limit. */
	readonly maxRequests: number;
	/** Requests on one connection unless the file says otherwise: a node that closes after so many should not be the first to. */
	readonly keepAliveRequests: number;
	/** Its clients may have sessions on a node; affinity is for those. */
	readonly sessions: boolean;
	readonly health: PoolHealth;
	readonly source?: SourceId;
}

/** How the members of a pool are watched, unless the file says otherwise. */
export interface PoolHealth {
	/** In the order in which they are tried: the next one only where a node does not have the one before. None: no active check. */
	readonly endpoints: readonly Endpoint[];
	/** Kind of the pool whose member on the same node must be up first, or null. */
	readonly gatedBy: string | null;
	/** Failures of each kind in a row that eject a member; 0: never. The circuit breaker counts the kinds that are not 0. */
	readonly failures: Readonly<Record<FailureKind, number>>;
}

/** What a health check requests. */
export interface Endpoint extends Versioned {
	/** Null: only whether the port accepts connections. */
	readonly path: string | null;
	/** What the body of the response must contain, or null. */
	readonly contains: string | null;
	readonly source: SourceId;
}

/** A row of a product's context table: a path of the product and all that is below it. */
export interface Context extends Versioned {
	/** As the node knows it; may hold `{name}` at the end of a segment. */
	readonly path: string;
	readonly access: Access;
	/** `servlet` unless told. */
	readonly pool?: string;
	/**
	 * Roles that have it. Nodes with the first one that any node of the service has get its requests, together
	 * with those that have all roles. See {@link rolesOf} for rows without.
	 */
	readonly roles?: readonly Role[];
	/**
	 * Methods that it is for, in upper case; HEAD goes with GET, and OPTIONS with all. Other methods are for
	 * the row of this path that names none, if there is one, else refused with 405. All methods unless told.
	 */
	readonly methods?: readonly string[];
	readonly upgrade?: "websocket";
	/** Whether {@link Product.qualifiers} may stand before it; true unless told. */
	readonly qualified?: boolean;
	/** An API for organizations, so that the qualifiers without an id may stand before it too. */
	readonly organization?: boolean;
	/** The node's path for it, if that is another one. Only for contexts that are not qualified. */
	readonly to?: string;
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
	/** Paths below a guarded context that may be opened all the same. */
	readonly openable?: readonly string[];
	/** May not even be restricted: it is for Portico's own health checks. */
	readonly health?: boolean;
	readonly source: SourceId;
}

/** A role that nodes of the product may have, in the versions that know it. */
export interface RoleSpec extends Versioned {
	readonly role: Role;
	/** The names of its profile or distribution. */
	readonly profiles: readonly string[];
}

/** Every server that is not only a gateway or a traffic manager; those come last. */
const SERVLET_ROLES: readonly Role[] = ["control-plane", "key-manager", "publisher", "devportal", "traffic-manager", "gateway"];
const TRAFFIC_ROLES: readonly Role[] = ["gateway"];

export function rolesOf({ roles, pool = "servlet" }: Pick<Context, "roles" | "pool">): readonly Role[] {
	return roles ?? (pool === "servlet" ? SERVLET_ROLES : TRAFFIC_ROLES);
}

/** What may stand before a context. */
export interface Qualifier extends Versioned {
	/** Pattern; empty: the context itself. */
	readonly path: string;
	/** Only before contexts with {@link Context.organization}. */
	readonly isWithoutId?: boolean;
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
	/** Holds a session: nodes must see it and set it, so Portico's own cookie cannot have its name. */
	readonly session?: boolean;
	readonly source: SourceId;
}

/** How large a head its nodes take, request line and fields: Tomcat's `maxHttpHeaderSize` as the product sets it. */
export interface HeadLimit extends Versioned {
	readonly bytes: number;
	/** What updates of the version raise it to. */
	readonly updated?: number;
	readonly source: SourceId;
}

/** A query parameter in which the product's pages send a public URL that its nodes only know without the prefix. */
export interface QueryValueSpec {
	/** Node paths that get it, in every tenant's form, of any service. */
	readonly path: string;
	readonly parameter: string;
	/** Web applications of the product that send it: their node path, and what follows it in the URL. */
	readonly applications: readonly string[];
	readonly suffix: string;
}

export interface Product {
	/** Nothing is known of it: nodes have a `url`, and the file names all routes. */
	readonly isFree: boolean;
	/** Empty for a free product. */
	readonly defaultVersion: string;
	/** Oldest first. Beside them a whole line may be named (`7.x`), which is its newest. */
	readonly versions: readonly string[];
	/** Affinity of the pools with sessions, unless the file says otherwise. */
	readonly affinity: "cookie" | "off";
	/** Milliseconds in which a member that came up ramps to its full share, unless the file says otherwise; 0 = at once. */
	readonly slowStart: number;
	readonly pools: readonly PoolSpec[];
	readonly contexts: readonly Context[];
	readonly qualifiers: readonly Qualifier[];
	readonly cookies: readonly CookieSpec[];
	/** Roles that its nodes may have. */
	readonly roles: readonly RoleSpec[];
	/** One for each version; none where it is not known. */
	readonly heads: readonly HeadLimit[];
	readonly logins: LoginPlan;
	/** Parts of paths at which logins and logouts send browsers away, to relying parties and identity providers: see RoutePlan.leadsAway. */
	readonly leadsAway: readonly string[];
	readonly queryValues: readonly QueryValueSpec[];
	/** What makes the nodes write the public origin into their pages, for messages. */
	readonly publicOriginSetting: (publicPort: number) => string;
	/** What `portico doctor` requests and prints. */
	readonly doctor: DoctorFacts;
}

/** What of a product one version has. */
export function versionOf(product: Product, version: string = product.defaultVersion): Product {
	const has = (row: Versioned): boolean => isIn(version, row);
	const { pools, contexts, qualifiers, cookies, heads, roles } = product;
	return {
		...product,
		pools: pools.filter(has),
		contexts: contexts.filter(has),
		qualifiers: qualifiers.filter(has),
		cookies: cookies.filter(has),
		heads: heads.filter(has),
		roles: roles.filter(has),
	};
}
