/**
 * The plan: what `config/compile.ts` makes of portico.yaml. Plain data (it crosses threads by structured clone), names resolved to
 * indexes, defaults filled in, durations in milliseconds, sizes in bytes. The data path sees nothing else of the configuration.
 */

import type { PolicyName } from "./balance/policies.ts";
import type { KeySource } from "./balance/requestKey.ts";
import type { SlowStart } from "./balance/slowStart.ts";
import type { HealthPlan } from "./health/healthPlan.ts";

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
	/** Name of the cookie that keeps its clients on a node, or null where no route of it has affinity. */
	readonly affinityCookie: string | null;
	/** Names of all affinity cookies on its hosts, also those of other services. They are Portico's own: nodes neither see nor set them. */
	readonly ownCookies: readonly string[];
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
	/** The service's affinity cookie keeps clients of this route on a node. */
	readonly affinity: boolean;
	/** Public prefix to node prefix for this route. */
	readonly mapping: PathMapping;
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
	/** Overrides of {@link TimeoutsPlan} for this route. */
	readonly timeouts: Partial<Pick<TimeoutsPlan, "firstByte" | "upstreamIdle" | "tunnelIdle">>;
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
	readonly keepAlive: {
		/** Requests a connection may carry before it is closed; Tomcat closes at 200. */
		readonly maxRequests: number;
		/** Milliseconds an idle connection is kept; below Tomcat's keepAliveTimeout. */
		readonly idle: number;
		/** Idle connections kept per member and worker. */
		readonly maxIdle: number;
	};
}

export interface MemberPlan {
	/** `is-1/servlet`. Also its identity across reloads. */
	readonly name: string;
	readonly node: string;
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
	/** Indexes of the services it covers, or null for everything. */
	readonly services: readonly number[] | null;
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
