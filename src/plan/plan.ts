/**
 * The plan: what `config/compile.ts` makes of portico.yaml. Plain data (it crosses threads by structured clone), names resolved to
 * indexes, defaults filled in, durations in milliseconds, sizes in bytes. The data path sees nothing else of the configuration.
 */
import type { AdminPlan } from "./admin.ts";
import type { AffinityKeyPlan } from "./affinity.ts";
import type { HeaderRulePlan } from "./headers.ts";
import type { LimitsPlan, TimeoutsPlan } from "./limits.ts";
import type { ListenerPlan } from "./listener.ts";
import type { AccessLogPlan } from "./log.ts";
import type { MemberPlan } from "./member.ts";
import type { OwnRoutePlan } from "./ownRoute.ts";
import type { ErrorPagePlan } from "./pages.ts";
import type { PoolPlan } from "./pool.ts";
import type { RoutePlan } from "./route.ts";
import type { ServicePlan } from "./service.ts";
import type { EventLogPlan } from "./syslog.ts";
import type { UserListPlan } from "./users.ts";

export interface Plan {
	/** Canonical public origin, e.g. `https://sso.example.com` (no trailing slash, default port elided). */
	readonly publicOrigin: string;
	readonly listeners: readonly ListenerPlan[];
	readonly services: readonly ServicePlan[];
	readonly pools: readonly PoolPlan[];
	readonly members: readonly MemberPlan[];
	readonly routes: readonly RoutePlan[];
	/** Redirects and fixed responses. */
	readonly ownRoutes: readonly OwnRoutePlan[];
	/** For Portico's own responses to requests of no service. */
	readonly errorPages: readonly ErrorPagePlan[];
	/** The whole instance is in maintenance: all services are, with the settings of each. */
	readonly maintenance: boolean;
	/** Seal affinity cookies: the first one seals, all are read. Empty: the server adds one of its own, made at random. */
	readonly affinityKeys: readonly AffinityKeyPlan[];
	/** Users of routes with basic authentication. */
	readonly userLists: readonly UserListPlan[];
	/** For responses of Portico itself to requests without a route. */
	readonly responseHeaders: readonly HeaderRulePlan[];
	/** Peers whose forwarding headers and PROXY protocol headers are believed: CIDRs. */
	readonly trustedProxies: readonly string[];
	readonly limits: LimitsPlan;
	readonly timeouts: TimeoutsPlan;
	readonly accessLogs: readonly AccessLogPlan[];
	/** Null: events are on standard error only. */
	readonly eventLog: EventLogPlan | null;
	/** Null: no admin server. */
	readonly admin: AdminPlan | null;
	/** Ours: nodes in it come first. Null: zones do not matter. */
	readonly zone: string | null;
	/** How much more than its share a level of nodes may bear before others help it; 1 or more. See balance/zones.ts. */
	readonly overProvisioning: number;
	/** Number of worker threads, at least 1. */
	readonly workers: number;
}
