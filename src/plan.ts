/**
 * The plan: what `config/compile.ts` makes of portico.yaml. Plain data (it crosses threads by structured clone), names resolved to
 * indexes, defaults filled in, durations in milliseconds, sizes in bytes. The data path sees nothing else of the configuration.
 */

import type { PolicyName } from "./balance/policies.ts";
import type { KeySource } from "./balance/requestKey.ts";
import type { SlowStart } from "./balance/slowStart.ts";
import type { HealthPlan } from "./health/healthPlan.ts";
import type { RetryPlan } from "./upstream/retryRule.ts";

export interface Plan {
	/** Canonical public origin, e.g. `https://sso.example.com` (no trailing slash, default port elided). */
	readonly publicOrigin: string;
	readonly listeners: readonly ListenerPlan[];
	readonly services: readonly ServicePlan[];
	readonly pools: readonly PoolPlan[];
	readonly members: readonly MemberPlan[];
	readonly routes: readonly RoutePlan[];
	/** Seal affinity cookies: the first one seals, all are read. Empty: the server adds one of its own, made at random. */
	readonly affinityKeys: readonly AffinityKeyPlan[];
	/** Peers whose forwarding headers and PROXY protocol headers are believed: CIDRs. */
	readonly trustedProxies: readonly string[];
	readonly limits: LimitsPlan;
	readonly timeouts: TimeoutsPlan;
	readonly accessLogs: readonly AccessLogPlan[];
	/** Null: no admin server. */
	readonly admin: AdminPlan | null;
	/** Ours: nodes in it come first. Null: zones do not matter. */
	readonly zone: string | null;
	/** How much more than its share a level of nodes may bear before others help it; 1 or more. See balance/zones.ts. */
	readonly overProvisioning: number;
	/** Number of worker threads, at least 1. */
	readonly workers: number;
}

export interface AffinityKeyPlan {
	/** Unique; not a secret. */
	readonly id: string;
	/** Shared by all instances that serve the same clients. Never logged, never shown. */
	readonly secret: string;
}

export interface ListenerPlan {
	/** As written in the file, for messages: `0.0.0.0:443`. */
	readonly name: string;
	readonly host: string;
	readonly port: number;
	/** `[::]` beside an IPv4 listener on the same port must leave that one its addresses. */
	readonly ipv6Only: boolean;
	readonly tls: TlsPlan | null;
	/** Answer every request with a redirect to the public https origin. */
	readonly redirectToHttps: boolean;
	/** Every connection begins with a PROXY protocol v1 or v2 header. */
	readonly proxyProtocol: boolean;
}

export interface TlsPlan {
	/** The first one serves clients with no or an unknown server name. */
	readonly certificates: readonly CertificatePlan[];
	readonly minVersion: "TLSv1.2" | "TLSv1.3";
	/** OpenSSL cipher list, the TLS 1.3 suites included: Node switches TLS 1.3 off when it names none. */
	readonly ciphers: string;
}

export interface CertificatePlan {
	/** PEM: leaf first, then the chain. */
	readonly cert: string;
	/** PEM. */
	readonly key: string;
	/** Lower-case DNS names it serves: exact (`sso.example.com`) or wildcard of one label (`*.example.com`). */
	readonly names: readonly string[];
}

export interface ServicePlan {
	readonly name: string;
	readonly product: "wso2-is" | "wso2-apim" | "http";
	/** Of the product, as the file says or else the preset: `7.x`, `4.2`. Empty for product `http`. */
	readonly version: string;
	/** Public authorities (`host` or `host:port`, lower case, default port elided) it answers on. The first is canonical. */
	readonly hosts: readonly string[];
	/** The canonical public origin of the service, e.g. `https://sso.example.com`. */
	readonly publicOrigin: string;
	/**
	 * Path pairs, most specific first: a node path under `to` is `from` outside. For a preset one pair: dash `{from:"/is-",to:"/"}`, slash
	 * `{from:"/is",to:""}`, bare `{from:"",to:""}`.
	 */
	readonly mappings: readonly PathMapping[];
	/**
	 * Lower-case `scheme://host:port` origins (port always written) that a node of this service may name for itself in a redirect: its hosts,
	 * loopback names and declared aliases, with every port and both schemes.
	 */
	readonly nodeOrigins: readonly string[];
	/** Lower-case host names (no port) a node may set as a cookie Domain. */
	readonly nodeHosts: readonly string[];
	/** Node paths, or patterns of them, that its pages name without an origin: `/commonauth`. Bodies are searched for these. */
	readonly pagePaths: readonly string[];
	/** Names of all cookies of affinity mode `cookie` on its hosts, also those of other services. They are Portico's own: nodes neither see nor set them. */
	readonly ownCookies: readonly string[];
	readonly cookies: CookiePlan;
}

/** How a service's cookies are told from those of its neighbours, the services with a host in common. */
export interface CookiePlan {
	/** Stands before their names at the client: `is.`. Empty: they have the same names on both sides. */
	readonly tag: string;
	/** Names that get no tag; a `*` at the end stands for anything. */
	readonly kept: readonly string[];
	/** Get the tag, and go out once more without it, for scripts. */
	readonly copied: readonly CookieCopyPlan[];
	/** Those with the tag stay at `/` if the node set them there, also behind a slash prefix, since requests without the prefix need them. */
	readonly wide: boolean;
	/** Names that go out once more with the node's own path: the product's scripts ask for that path. */
	readonly bare: readonly string[];
	/** Beginnings of names of which every login attempt leaves one more: `sessionNonceCookie-`. */
	readonly piling: readonly string[];
	/** Tags of the neighbours, and names that they keep and this service does not: nodes neither see nor set them. */
	readonly foreignTags: readonly string[];
	readonly foreignKept: readonly string[];
	/** Cookies without the tag, from before there was one, still reach the nodes. */
	readonly acceptUntagged: boolean;
	/** Bytes of Cookie header that its nodes take for certain; 0 = any number. */
	readonly maxHeader: number;
	/** Bytes that they take at most: more is refused. */
	readonly mostHeader: number;
}

export interface CookieCopyPlan {
	readonly name: string;
	/** Public paths at which scripts read a cookie that is at `/`. One with a path of its own is copied there. */
	readonly paths: readonly string[];
}

/**
 * A swap of literal path prefixes. `from` is public, `to` is the node's. Neither ends in `/` unless it is a dash form, whose `from` ends in `-`
 * and whose `to` ends in `/`. An empty result means `/`.
 */
export interface PathMapping {
	readonly from: string;
	readonly to: string;
}

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
	/** Only the path itself, not what is below it. */
	readonly exact: boolean;
	/** Upper-case methods, or null for all. */
	readonly methods: readonly string[] | null;
	/** Only requests that ask for this upgrade (lower case, `websocket`); null: any request, upgrades relayed too. */
	readonly upgrade: string | null;
	readonly access: "public" | "restricted" | "blocked";
	/** Who may use a restricted route: CIDRs. */
	readonly allow: readonly string[];
	/** Index into {@link Plan.pools}; -1 for a blocked route. */
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
	/** Extra response headers, set after those of the node with the same name are removed. */
	readonly responseHeaders: readonly (readonly [name: string, value: string])[];
	/** URLs in bodies of answers become public ones: see rewrite/body/. */
	readonly rewriteBodies: boolean;
	/** What may be done when an attempt fails. */
	readonly retry: RetryPlan;
	/** Who goes first where requests wait for a member: 0 before 1 before 2. */
	readonly priority: number;
	/** Overrides of {@link TimeoutsPlan} for this route. */
	readonly timeouts: Partial<Pick<TimeoutsPlan, "firstByte" | "upstreamIdle" | "tunnelIdle">>;
}

/** `client` and `header` pick by a hash and keep nobody; the others keep a client on the node that it had. */
export type AffinityMode = "cookie" | "jvmRoute" | "prefix" | "learn" | "client" | "header";

/** Durations in milliseconds. */
export interface AffinityPlan {
	readonly mode: AffinityMode;
	/** Of the cookie; in mode `header` of the header, in lower case; in mode `client` empty. */
	readonly name: string;
	/** What a redirect of a node holds of a login under way keeps the hop that comes back without a cookie on that node. */
	readonly flows: boolean;
	/** Mode `cookie`: how old a cookie may be; 0 = any age. */
	readonly maxIdle: number;
	/** Mode `cookie`: how long a client may be kept from its first cookie on; 0 = for ever. */
	readonly maxLife: number;
	/** Mode `cookie`: nodes may set the cookie themselves. */
	readonly preserve: boolean;
	/** Mode `cookie`: it is set in answers to POST alone. */
	readonly postOnly: boolean;
	/** How long after it was last seen a client counts as a session. */
	readonly sessionIdle: number;
	/** When the node of a client cannot serve it: another one does, nobody does, or nobody but itself within {@link memberLostWait}. */
	readonly onMemberLost: "rebalance" | "fail" | "wait";
	readonly memberLostWait: number;
}

export interface PoolPlan {
	/** `is/servlet`. */
	readonly name: string;
	readonly service: number;
	readonly kind: string;
	/** Indexes into {@link Plan.members}. */
	readonly members: readonly number[];
	readonly policy: PolicyName;
	/** What `consistentHash` tells clients by; null for the other policies. */
	readonly key: KeySource | null;
	/** Of `consistentHash`: a member takes up to this many times its share of what is in flight; at least 1, or 0 for any number. */
	readonly bound: number;
	readonly slowStart: SlowStart | null;
	readonly health: HealthPlan;
	readonly overload: OverloadPlan;
	/** Of the requests of the last 10 seconds `share` (0 to 1) may be retries, and at least `min` a second. */
	readonly retryBudget: { readonly share: number; readonly min: number };
	readonly keepAlive: {
		/** Requests a connection may carry before it is closed; Tomcat closes at 200. */
		readonly maxRequests: number;
		/** Milliseconds an idle connection is kept; below Tomcat's keepAliveTimeout. */
		readonly idle: number;
		/** Idle connections kept per member and worker. */
		readonly maxIdle: number;
	};
}

/** What a pool's members may be loaded with, over all threads; 0 = no limit. */
export interface OverloadPlan {
	/** Requests in flight at one member, tunnels too. */
	readonly maxRequests: number;
	/** Open connections to one member, idle ones too. */
	readonly maxConnections: number;
	/** Requests that wait for a member of the pool; 0 = none waits. */
	readonly queue: number;
	/** Milliseconds that one waits. */
	readonly queueTimeout: number;
}

export interface MemberPlan {
	/** `is-1/servlet`. Also its identity across reloads. */
	readonly name: string;
	readonly node: string;
	/** The node's jvmRoute, for affinity mode `jvmRoute`. */
	readonly route: string;
	readonly host: string;
	readonly port: number;
	/** 1 to 1000. */
	readonly weight: number;
	readonly tls: MemberTlsPlan | null;
	/** Admin state wanted by the file. */
	readonly adminState: "enabled" | "draining" | "disabled";
	readonly zone: string | null;
	/** Serves only while no other member does at full weight. */
	readonly standby: boolean;
}

export interface MemberTlsPlan {
	/** PEM bundle, or null for the system's roots. */
	readonly ca: string | null;
	/** Lower-case hex SHA-256 of the certificate (DER), or null. Replaces the chain check. */
	readonly pinnedSha256: string | null;
	readonly verify: boolean;
	/** Name for SNI and for the name check, or null for none. */
	readonly serverName: string | null;
}

export interface LimitsPlan {
	/** Bytes of request line and headers. */
	readonly requestHead: number;
	/** Bytes of status line and headers of a node's answer. */
	readonly responseHead: number;
	readonly headerFields: number;
	/** Bytes of memory the process may hold; 0 = what the machine or its container has. */
	readonly memory: number;
	/** Client connections in all (over all workers); 0 = no limit. */
	readonly connections: number;
	/** Client connections per client address (over all workers); 0 = no limit. */
	readonly connectionsPerClient: number;
}

/** All in milliseconds. Names as in the field: see docs/glossary.md. */
export interface TimeoutsPlan {
	readonly tlsHandshake: number;
	/** From the first byte of a request head to its last. */
	readonly requestHead: number;
	/** Longest pause inside a request body. */
	readonly bodyIdle: number;
	/** Least bytes per second of a request body, measured over bodyIdle windows; 0 = off. (Not a time.) */
	readonly bodyMinRate: number;
	/** An idle client connection. */
	readonly keepAlive: number;
	/** Longest pause while the client does not take the answer. */
	readonly clientWrite: number;
	/** Longest silence towards a client that closed its side after its request: it may only have stopped sending, or be gone. */
	readonly halfClosed: number;
	readonly connect: number;
	/** From the request being sent to the first byte of the answer. */
	readonly firstByte: number;
	/** Longest pause inside an answer, or while the node does not take the request body. */
	readonly upstreamIdle: number;
	readonly tunnelIdle: number;
	/** After TERM: how long in-flight exchanges and tunnels get. */
	readonly drain: number;
}

export interface AccessLogPlan {
	/** File, or `-` for standard output. */
	readonly path: string;
	/** `combined`, `common`, `json` or an Apache LogFormat string. */
	readonly format: string;
	/** Names of the services it covers, or null for everything. */
	readonly services: readonly string[] | null;
	/** Lower-case query parameter names whose values are masked. */
	readonly mask: readonly string[];
}

/** Of the control thread alone. */
export interface AdminPlan {
	/** As written in the file, for messages: `127.0.0.1:9990`. */
	readonly name: string;
	readonly host: string;
	readonly port: number;
	/** More names that it may be asked by. */
	readonly hosts: readonly string[];
	/** Bearer tokens. Without any it answers over loopback only. */
	readonly tokens: readonly AdminTokenPlan[];
}

export interface AdminTokenPlan {
	/** Unique; tells in the log who asked. */
	readonly id: string;
	/** Never logged, never shown. */
	readonly secret: string;
}
