/** A route, and what it allows. */
import type { AffinityPlan } from "./affinity.ts";
import type { HeaderRulePlan } from "./headers.ts";
import type { TimeoutsPlan } from "./limits.ts";
import type { PathMapping } from "./service.ts";

export interface RoutePlan {
	/** Unique; shown by logs and explain: `is:/oauth2/token`. */
	readonly id: string;
	/** Index into {@link Plan.services}. */
	readonly service: number;
	/**
	 * Public path pattern. Segments are literal or hold one `{name}` at their end, which takes the rest of that segment: `/is-oauth2/token`,
	 * `/is-t/{tenant}/oauth2`, `/apim-{context}`. `/` matches everything. A pattern covers what is below it, on segment boundaries.
	 */
	readonly pattern: string;
	/**
	 * For a row of a preset, what of its pattern the file wrote: its service's prefix (`/is-{any}`), or more.
	 * Null: the file wrote the route.
	 */
	readonly written: string | null;
	/** Only the path itself, not what is below it. */
	readonly exact: boolean;
	/** Upper-case methods, or null for all. */
	readonly methods: readonly string[] | null;
	/** Header fields that name another method than the request's (`X-HTTP-Method-Override`) go to the node; always false where `methods` are listed. */
	readonly methodOverride: boolean;
	/** Only requests that ask for this upgrade (lower case, `websocket`); null: any request, upgrades relayed too. */
	readonly upgrade: string | null;
	readonly access: "public" | "restricted" | "blocked";
	/** Clients that may use the route: CIDRs. Null: every client, or none if the route is restricted. */
	readonly allow: readonly string[] | null;
	/** Clients that may not use it, unless `allow` has a longer prefix for them: CIDRs. */
	readonly deny: readonly string[];
	/** Index into {@link Plan.userLists} of the users that sign in with basic authentication; -1: nobody has to. */
	readonly users: number;
	/** Index into {@link Plan.pools}; -1 for a blocked route, and where no node has a role that serves it. */
	readonly pool: number;
	/** What keeps its clients on a node, or null. Routes with the same settings share one object. */
	readonly affinity: AffinityPlan | null;
	/** Public prefix to node prefix for this route. */
	readonly mapping: PathMapping;
	/** Requests without the service's prefix may be meant for it: see route/bareContexts.ts. */
	readonly bare: boolean;
	/**
	 * `servlet`: a path whose servlet view differs from its raw form is refused. `gateway`: encoded slashes and `;` pass as sent, as long as the
	 * path cannot leave its prefix.
	 */
	readonly pathRules: "servlet" | "gateway";
	/** Ids of path rules switched off for this route (see route/pathRules.ts). */
	readonly allowPath: readonly string[];
	/** Host sent to the node: the public one or the member's own. */
	readonly host: "public" | "node";
	/** Bytes; 0 = no limit. */
	readonly maxBody: number;
	/** Content type set where the node sent none (the article's ForceType), or null. */
	readonly defaultType: string | null;
	/** What happens to header fields on the way to the node, after Portico has set its own. */
	readonly requestHeaders: readonly HeaderRulePlan[];
	/** What happens to header fields of responses, also of those that Portico makes itself. */
	readonly responseHeaders: readonly HeaderRulePlan[];
	/** URLs in bodies of responses become public ones: see body/. */
	readonly rewriteBodies: boolean;
	/** Values of a query parameter that its node knows without the prefix, or null. Routes with the same values share one object. */
	readonly queryValues: QueryValuesPlan | null;
	/** Logins and logouts leave from it for relying parties and identity providers, which may have private addresses. */
	readonly leadsAway: boolean;
	/** Some of its text bodies are searched for internal addresses: pages of a known product. */
	readonly sampleBodies: boolean;
	/** What may be done when an attempt fails. */
	readonly retry: RetryPlan;
	/** Who goes first where requests wait for a member: 0 before 1 before 2. */
	readonly priority: number;
	/** Overrides of {@link TimeoutsPlan} for this route. */
	readonly timeouts: Partial<Pick<TimeoutsPlan, "firstByte" | "upstreamIdle" | "tunnelIdle">>;
}

export interface QueryValuesPlan {
	readonly parameter: string;
	/** Decoded; what clients send, and what the node gets. */
	readonly values: readonly (readonly [client: string, node: string])[];
}

/** What a route allows when an attempt fails. */
export interface RetryPlan {
	/** Attempts in all, at least 1. */
	readonly attempts: number;
	/**
	 * Milliseconds that an attempt gets until its response begins, if another one could follow it; 0 = no more than the time-out of the request. The last possible
	 * attempt is not bound by it.
	 */
	readonly perTry: number;
	/** Which requests may be repeated once bytes of them were written: by their method, all of them, or none. */
	readonly repeat: "idempotent" | "always" | "never";
	/** Another member may be asked. Without it the client's member is asked again where a kept connection was closed, and else nobody. */
	readonly redispatch: boolean;
	/** Statuses of responses that are as good as none, as long as another member can be asked. */
	readonly statuses: readonly number[];
	/** Bytes of a request's body that are kept for another attempt. */
	readonly keepBody: number;
}

/** What the router needs of a route to find it. */
export type MatchPlan = Pick<
	RoutePlan,
	"id" | "pattern" | "written" | "exact" | "methods" | "upgrade" | "access" | "mapping" | "pathRules" | "allowPath"
>;
