/**
 * The schema of portico.yaml. Types, validation, defaults, docs/reference/config.md and portico.schema.json all come from it
 * (scripts/generateDocs.ts), so every field describes its effect, its unit and the reason for its default. The file is long for that reason.
 */

import { z } from "zod";
import { DEFAULT_BOUND } from "../balance/consistentHash.ts";
import { OVER_PROVISIONING } from "../balance/zones.ts";
import { DEFAULT_MASK } from "../log/mask.ts";
import type { PolicyName } from "../plan/pool.ts";
import { PRODUCT_NAMES } from "../products/products.ts";
import {
	addressList,
	basicAuth,
	networks,
	restrictedBasicAuth,
	routeAllow,
	routeBasicAuth,
	routeDeny,
	serviceAllow,
	serviceBasicAuth,
	serviceDeny,
} from "./accessSchema.ts";
import { affinity, routeAffinity } from "./affinitySchema.ts";
import { ciphers } from "./ciphers.ts";
import { cookies } from "./cookiesSchema.ts";
import { roles, tenants, trafficHost } from "./estateSchema.ts";
import { headerRules } from "./headersSchema.ts";
import { health } from "./healthSchema.ts";
import { include } from "./includeSchema.ts";
import { overload, priority, retry, routeRetry } from "./overloadSchema.ts";
import { pagesOfFile, pagesOfService } from "./pagesSchema.ts";
import { ownRoutesOfFile, ownRoutesOfService } from "./redirectsSchema.ts";
import {
	cidr,
	duration,
	durationOrOff,
	hostName,
	method,
	name,
	path,
	pathPattern,
	plainPath,
	port,
	prefix,
	publicHost,
	sha256,
	size,
	sizeOrNone,
	token,
} from "./scalars.ts";
import { eventLog, syslog } from "./syslogSchema.ts";

const file = z.string().min(1).meta({ title: "file" });
const listenAddress = z
	.string({
		error: (issue) =>
			typeof issue.input === "number"
				? `an address is host:port\nwrite 0.0.0.0:${issue.input}`
				: "an address is host:port\nsuch as 0.0.0.0:443 or [::]:443",
	})
	.meta({ title: "host:port" });
const requestHeaders = headerRules(
	"Changes to the headers of requests to the nodes. A map of names to values is the short form of `set`. See the section Headers.",
);
const responseHeaders = headerRules(
	"Changes to the headers of responses, including Portico's own. A map of names to values is the short form of `set`. See the section Headers.",
);
const methods = z.array(method).min(1);
const zone = z
	.string({
		error: (issue) => (typeof issue.input === "number" ? `a zone is a string\nwrite it in quotes: '${issue.input}'` : undefined),
	})
	.min(1)
	.max(63)
	.meta({ title: "zone" });
const access = z.enum(["public", "restricted", "blocked"]);

const certificate = z.strictObject({
	cert: file.describe("PEM file with the server's certificate first, then its chain. The path is relative to the configuration file."),
	key: file.describe("PEM file with the private key. It must not be encrypted, and only Portico should be able to read it."),
});

const probe = z.strictObject({
	path: plainPath
		.refine((value) => value !== "/", { error: "the probe would hide the front page of every host\nsuch as /portico-health" })
		.describe(
			"Path of the probe, compared byte by byte without the query string. On this listener, no service receives requests for it, whatever the host.",
		),
	services: z
		.array(name)
		.default([])
		.describe(
			"Services that must be able to serve: the probe also returns 503 while a pool of one of them has no node that accepts requests. If empty, the nodes do not matter.",
		),
	log: z.boolean().default(false).describe("Log probes in the access log and count them in the metrics."),
});

const listener = z.strictObject({
	address: listenAddress.describe("Host and port on which to accept connections, for example `0.0.0.0:443` or `[::]:443`."),
	name: name.optional().describe("Name of the listener, for `listeners` of services."),
	tls: z
		.strictObject({
			certificates: z
				.array(certificate)
				.min(1)
				.describe(
					"Certificates, chosen by server name: exact names before wildcards. The first one serves clients that send no server name or an unknown one.",
				),
			minVersion: z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2").describe("Oldest TLS version spoken."),
			ciphers,
		})
		.optional()
		.describe("TLS settings. Without them, the listener is plain HTTP."),
	redirectTo: z
		.literal("https")
		.optional()
		.describe(
			"Redirect every request to the https origin of the service whose host it asked for (301 for GET and HEAD, otherwise 308). Hosts that are not served get 421. A host that only `redirects` have goes to its target at once.",
		),
	redirectExcept: z
		.array(plainPath.refine((value) => value !== "/", { error: "this would serve everything without TLS\nleave out `redirectTo`" }))
		.default([])
		.describe(
			"Only with `redirectTo`: paths that are served here as on the other listeners, with all below them. Write `/.well-known/acme-challenge/` for ACME.",
		),
	proxyProtocol: z
		.boolean()
		.default(false)
		.describe(
			"Expect a PROXY protocol header (v1 or v2) at the start of every connection. Only connections from `trustedProxies` are accepted.",
		),
	http2: z
		.boolean()
		.default(false)
		.describe(
			"HTTP/2 for clients; nodes get HTTP/1.1. With `tls`, client and Portico agree on it in the handshake (ALPN `h2`). Without `tls`, clients that begin with HTTP/2 (prior knowledge) are served, and all others get HTTP/1.1.",
		),
	probe: probe
		.optional()
		.describe(
			"Path for the health checks of a load balancer in front. Returns 200 if this instance should get clients, and 503 while it drains or refuses clients because memory is short. Accepts GET, HEAD and OPTIONS with any Host (over HTTP/1.0 also without one); needs no token.",
		),
});

const routeTimeouts = z.strictObject({
	firstByte: duration.optional().describe("As in `timeouts` of the file.").meta({ whenUnset: "the file's" }),
	upstreamIdle: duration.optional().describe("As in `timeouts` of the file.").meta({ whenUnset: "the file's" }),
	tunnelIdle: duration.optional().describe("As in `timeouts` of the file.").meta({ whenUnset: "the file's" }),
});

const affinityKey = z.strictObject({
	id: name.describe("Name of the key, to tell keys apart. Not a secret."),
	secret: z
		.string({ error: "a secret is a string\nwrite it in quotes" })
		.min(32, { error: "a secret has at least 32 characters\nsuch as `openssl rand -base64 32` makes" })
		.describe("Secret of at least 32 characters, the same on all instances, for example `${AFFINITY_SECRET}`."),
});

const policies = [
	"roundRobin",
	"leastConnections",
	"twoChoices",
	"peakEwma",
	"byTraffic",
	"byBusyness",
	"consistentHash",
	"random",
] as const satisfies readonly PolicyName[];

const NO_BOUND = "a bound is a number from 1 to 100, or off\n1.5 is what HAProxy writes as 150";

const balance = z.strictObject({
	policy: z
		.enum(policies)
		.optional()
		.describe(
			"How a member is chosen. `roundRobin`: in rotation by weight, exact across all worker threads. `leastConnections`: fewest requests in flight relative to the weight. `twoChoices`: the less loaded of two members drawn by weight; for large pools. `peakEwma`: of two members drawn by weight, the one that responds faster and has fewer requests in flight. `byTraffic`: fewest bytes relative to the weight. `byBusyness`: fewest requests in flight, regardless of the weight. `consistentHash`: the same member for the same `hash`. `random`: at random by weight.",
		)
		.meta({ default: "roundRobin" }),
	hash: z
		.strictObject({
			on: z
				.enum(["client", "path", "header", "cookie"])
				.default("client")
				.describe(
					"The client's address, the path as sent, or the value of a header or cookie. A request without that header or cookie goes to any member.",
				),
			name: token.optional().describe("Name of the header or cookie."),
		})
		.optional()
		.describe("Only policy `consistentHash`: the value that is hashed.")
		.meta({ whenUnset: "the client's address" }),
	bound: z
		.union([z.literal("off"), z.number({ error: NO_BOUND }).min(1, { error: NO_BOUND }).max(100, { error: NO_BOUND })], { error: NO_BOUND })
		.transform((value) => (value === "off" ? 0 : value))
		.meta({ title: "number, or off" })
		.optional()
		.describe(
			"Only policy `consistentHash`: maximum load of a member, as a multiple of its share of the requests in flight. Requests beyond it go to the next member.",
		)
		.meta({ whenUnset: `\`${DEFAULT_BOUND}\`` }),
	slowStart: durationOrOff
		.optional()
		.describe("Time over which a member that comes up ramps from 10% to its full share of traffic.")
		.meta({ whenUnset: "`60s` for the WSO2 products, which are slow until they are warm; `off` for product `http`" }),
});

const pool = z.strictObject({
	overload: overload.prefault({}).describe("As in the service. Unset keys inherit its values."),
	balance: balance.prefault({}).describe("As in the service. Unset keys inherit its values."),
	health: health.prefault({}).describe("As in the service. Unset keys inherit its values."),
});

const pools = z.partialRecord(z.enum(["servlet", "gateway", "websocket", "websub"]), pool);

const route = z.strictObject({
	path: pathPattern.describe(
		"For product `http`: public path. For the WSO2 products: path as the node knows it, without the prefix. A path of the preset changes that row and its tenant forms; any other path adds a row. The route covers everything below the path, on segment boundaries. A segment may end in one `{name}`, which matches the rest of that segment.",
	),
	to: path.optional().describe("Only product `http`: path on the node.").meta({ whenUnset: "as `path`" }),
	exact: z.boolean().default(false).describe("Match only the path itself, not the paths below it."),
	methods: methods
		.optional()
		.describe("Allowed methods; other methods get 405. TRACE is always refused.")
		.meta({ whenUnset: "the service's" }),
	methodOverride: z
		.boolean()
		.optional()
		.describe(
			"Forward headers that name another method (`X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override`) to the node. Portico always removes them where only some methods are allowed.",
		)
		.meta({ whenUnset: "the service's" }),
	upgrade: z
		.enum(["websocket"])
		.optional()
		.describe("Match only requests for this upgrade. If unset, requests for an upgrade are handled like any others."),
	pool: z
		.enum(["servlet", "gateway", "websocket", "websub"])
		.optional()
		.describe("Only the WSO2 products: kind of port of the nodes.")
		.meta({ whenUnset: "the preset's, or `servlet`" }),
	access: access
		.optional()
		.describe("Clients that may use the route. `public`: all. `restricted`: those in `access.restricted.allow`. `blocked`: none.")
		.meta({ whenUnset: "the preset's, or `public`" }),
	allow: routeAllow,
	deny: routeDeny,
	basicAuth: routeBasicAuth,
	host: z
		.enum(["public", "node"])
		.default("public")
		.describe(
			"Host header for the node. `public`: the host that the client used; the WSO2 products need it. `node`: the node's own host and port.",
		),
	maxBody: sizeOrNone.optional().describe("Maximum size of a request body. 0: no limit.").meta({ whenUnset: "the service's" }),
	defaultType: z
		.string()
		.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/, { error: "this is not a media type\nsuch as application/json" })
		.meta({ title: "media type" })
		.optional()
		.describe("Content-Type for responses without one. (Apache: ForceType behind a proxy.)"),
	requestHeaders,
	responseHeaders,
	rewriteBodies: z
		.boolean()
		.optional()
		.describe("Rewrite URLs in the response bodies of this route.")
		.meta({ whenUnset: "the service's, or the preset's" }),
	allowPath: z
		.array(z.string())
		.default([])
		.describe("Path rules to switch off on this route, by id as in refusals and `portico explain`, for example `path.parameter`."),
	affinity: routeAffinity.optional().describe("Affinity of this route. Unset keys inherit the service's values."),
	retry: routeRetry.optional().describe("Retries of this route. Unset keys inherit the service's values."),
	priority,
	timeouts: routeTimeouts.prefault({}).describe("Timeouts of this route. Unset keys inherit the file's values."),
});

const ports = z.strictObject({
	servlet: port
		.optional()
		.describe("Port for consoles, login pages and OAuth.")
		.meta({ whenUnset: "`9443`, or `9763` with `transport: http`, plus `offset`" }),
	gateway: port.optional().describe("Port for API traffic.").meta({ whenUnset: "`8243`, or `8280` with `transport: http`, plus `offset`" }),
	websocket: port
		.optional()
		.describe("Port for WebSocket APIs.")
		.meta({ whenUnset: "`8099`, or `9099` with `transport: http`, plus `offset`" }),
	websub: port
		.optional()
		.describe("Port for the WebSub event receiver.")
		.meta({ whenUnset: "`8021`, or `9021` with `transport: http`, plus `offset`" }),
});

const node = z.strictObject({
	name: name.describe("Name of the node in commands, logs and metrics. It must be unique in the file."),
	host: hostName.optional().describe("Only the WSO2 products: host name or address. The ports follow from the product."),
	url: z
		.string()
		.meta({ title: "origin" })
		.optional()
		.describe("Only product `http`: origin of the node, for example `http://10.0.0.40:8080`."),
	roles: roles.describe(
		"Only `wso2-apim`: roles of the node in a distributed deployment. Portico sends each path to the nodes that have its role. If several roles have a path, its key managers serve it if there are any. Paths of a role that no node has get 404.",
	),
	transport: z
		.enum(["https", "http"])
		.optional()
		.describe("Only the WSO2 products: scheme of connections to this node.")
		.meta({ whenUnset: "the service's" }),
	zone: zone.optional().describe("Zone of the node; see `zone` of the file. A node without a zone counts as local."),
	route: z
		.string()
		.regex(/^[\w-]{1,63}$/, { error: (issue) => `${JSON.stringify(issue.input)} is not a route\nletters, digits, - and _; no dots` })
		.meta({ title: "route" })
		.optional()
		.describe("Only affinity mode `jvmRoute`: jvmRoute of the node.")
		.meta({ whenUnset: "its name" }),
	standby: z
		.boolean()
		.default(false)
		.describe(
			"Send requests to this node only while no other node of the service can serve. Full nodes do not activate the standby: requests queue for them. For active-passive, set this on all nodes but one.",
		),
	offset: z
		.int()
		.min(0)
		.max(50_000)
		.default(0)
		.describe("Port offset of the WSO2 product (`[server] offset`), added to its default ports."),
	ports: ports.prefault({}).describe("Ports that differ from the product's defaults. The offset is not added to them."),
	weight: z
		.int()
		.min(1, { error: "a weight is 1 to 1000\nuse `state: draining` for a node that gets nothing new" })
		.max(1000, { error: "a weight is 1 to 1000" })
		.default(1)
		.describe("Share of the traffic, relative to the weights of the other nodes."),
	state: z
		.enum(["enabled", "draining", "disabled"])
		.default("enabled")
		.describe("State at startup. `draining`: gets no new clients. `disabled`: gets no requests."),
	pin: sha256.optional().describe("SHA-256 fingerprint of this node's certificate. It takes precedence over the service's `tls.pin`."),
});

const upstreamTls = z.strictObject({
	ca: file.optional().describe("PEM bundle of the CAs that sign the nodes' certificates.").meta({ whenUnset: "the system's CAs" }),
	pin: sha256.optional().describe("SHA-256 fingerprint of the nodes' certificate, checked instead of the chain."),
	verify: z
		.enum(["on", "off"], { error: (issue) => (issue.input === false ? "`verify` is on or off\nwrite `verify: off`" : undefined) })
		.default("on")
		.describe("`off`: encrypt, but accept any certificate. Anyone who controls the node's address can then read all traffic."),
	serverName: hostName
		.refine((name) => !/^[\d.]+$|[:[\]_]|\.$/.test(name), { error: "a TLS server name is a DNS name, not an address" })
		.optional()
		.describe("Server name to send (SNI) and to check in the certificate.")
		.meta({ whenUnset: "the node's host name" }),
});

const keepAlive = z.strictObject({
	maxRequests: z
		.int()
		.min(1)
		.max(1_000_000)
		.optional()
		.describe(
			"Maximum requests on one connection to a node. Portico also opens a new connection whenever a node announces that it closes one.",
		)
		.meta({
			whenUnset:
				"`200` on the servlet ports of the WSO2 products, where Tomcat closes the connection (`maxKeepAliveRequests`); otherwise `1000000`",
		}),
	idle: duration
		.prefault("15s")
		.describe(
			"Time to keep an unused connection. It must be shorter than Tomcat's `keepAliveTimeout` (20s or more), so that no request meets a closing connection.",
		),
	maxIdle: z.int().min(0).max(100_000).default(64).describe("Unused connections to keep per member and worker."),
});

const serviceAccess = z.strictObject({
	allow: serviceAllow,
	deny: serviceDeny,
	basicAuth: serviceBasicAuth,
	restricted: z
		.strictObject({
			allow: addressList.default([]).describe("Who may use restricted paths: addresses, CIDRs, names of `networks`. Empty: no one."),
			basicAuth: restrictedBasicAuth,
		})
		.prefault({})
		.describe("Networks for restricted paths, such as consoles and management APIs."),
	open: z
		.array(plainPath)
		.default([])
		.describe(
			"Node paths to make public, with everything below them, for example `/scim2`. A path that the preset does not have is added; it uses the pool of the row above it, or the servlet port.",
		),
	restrict: z
		.array(plainPath)
		.default([])
		.describe("Node paths to restrict, for example `/myaccount`, or `/carbon`, which is otherwise blocked."),
	block: z.array(plainPath).default([]).describe("Node paths to block for all clients."),
});

const service = z.strictObject({
	product: z.enum(PRODUCT_NAMES).describe("Preset with ports, contexts, access classes and limits. `http`: any other HTTP server."),
	version: z
		.string({
			error: (issue) => (typeof issue.input === "number" ? "a version is text\nwrite it here, or in quotes where it stands" : undefined),
		})
		.regex(/^\d{1,2}(?:\.(?:\d{1,3}|x))*$/, { error: "this is not a version\nsuch as 4.x or 3.2" })
		// Editors read 3.2 as a number.
		.meta({ title: "version", type: ["string", "number"] })
		.optional()
		.describe(
			"Version of the WSO2 product. It decides contexts, ports, health checks and cookies; see Products. Set a release (`6.1`, optionally with a patch number) or a line (`6.x`, its newest release). For a release that Portico does not know, set the newest known one before it, or the line if the release is newer than all known ones.",
		)
		.meta({ whenUnset: "`7.x` for `wso2-is`, `4.x` for `wso2-apim`" }),
	prefix: prefix
		.optional()
		.describe(
			"Only the WSO2 products. Dash form `/is-` (public `/is-samlsso` is `/samlsso` on the node), slash form `/is/`, or `/` for none. May be omitted if the service has a host of its own.",
		),
	host: publicHost
		.optional()
		.describe("Public host of this service. With the port of a listener, the service is served only on that listener.")
		.meta({ whenUnset: "the hosts of `public` and `hosts`" }),
	hosts: z
		.array(publicHost)
		.min(1)
		.optional()
		.describe("Several public hosts of this service; the first one is canonical. Responses keep the host that the client used."),
	listeners: z
		.array(z.string().min(1).meta({ title: "name or address" }))
		.min(1)
		.optional()
		.describe("Listeners that serve the service, each by its `name` or `address`.")
		.meta({
			whenUnset: "the listener with the port of the host; for any other host, all listeners that no other service has for itself",
		}),
	gateway: trafficHost(
		"API traffic",
		"Every path there is an API's, and the portals are not served there. The service's other hosts then serve no APIs.",
	).meta({ whenUnset: "the service's hosts, which serve portals and APIs" }),
	websocket: trafficHost("WebSocket APIs").meta({ whenUnset: "as `gateway`" }),
	websub: trafficHost("event sources of WebSub APIs").meta({ whenUnset: "as `gateway`" }),
	tenants,
	transport: z
		.enum(["https", "http"])
		.optional()
		.describe(
			"Only the WSO2 products: scheme of connections to the nodes. With `http` (ports 9763, 8280), mutual TLS and APIs that are published only for https do not work.",
		)
		.meta({ default: "https" }),
	trust: file.optional().describe("Short form of `tls.ca`: PEM bundle of the CAs that sign the nodes' certificates."),
	tls: upstreamTls.optional().describe("Verification of the nodes' certificates."),
	aliases: z
		.array(z.string().min(1).meta({ title: "host or origin" }))
		.default([])
		.describe(
			"More names that nodes use for themselves in redirects: a host (for every port of the nodes) or an origin such as `https://idp.internal`. The nodes' hosts and localhost are always known.",
		),
	nodes: z.array(node).min(1, { error: "a service needs at least one node" }).describe("Hosts that run the product."),
	access: serviceAccess.prefault({}).describe("Changes to the access classes of paths."),
	routes: z
		.array(route)
		.default([])
		.describe("For product `http`: all routes. For the WSO2 products: changes and additions to the preset's routes."),
	methods: methods
		.optional()
		.describe("Allowed methods on all routes of the service. Include OPTIONS if browsers call APIs (CORS).")
		.meta({ whenUnset: "all but TRACE" }),
	methodOverride: z
		.boolean()
		.optional()
		.describe("As `routes[].methodOverride`, for all routes of the service.")
		.meta({ whenUnset: "`true`" }),
	maxBody: sizeOrNone
		.optional()
		.describe("Maximum size of a request body. 0: no limit. Bodies are streamed, not stored.")
		.meta({ whenUnset: "`100MiB` on the servlet ports of the WSO2 products; no limit on API traffic and for product `http`" }),
	requestHeaders,
	responseHeaders,
	rewriteBodies: z
		.boolean()
		.optional()
		.describe(
			"Rewrite URLs of the nodes, and paths without the prefix, in HTML, scripts, JSON, XML and CSS of responses. `true`: on all routes except API traffic. `false`: never; for nodes that know their public URL and prefix. On a route of product `http` from `/x` to `/`, every path counts as the application's own, unless a route of another service covers it.",
		)
		.meta({ whenUnset: "the preset's rows: login pages, portals, consoles, discovery, SCIM; `false` for product `http`" }),
	...ownRoutesOfService,
	...pagesOfService,
	overload: overload.prefault({}).describe("Limits on the load of the nodes, and the queue."),
	retry: retry.prefault({}).describe("Retries after an attempt at a node fails."),
	cookies: cookies.prefault({}).describe("Isolation and maximum size of the service's cookies."),
	bareContexts: z
		.enum(["on", "off"], { error: (issue) => (typeof issue.input === "boolean" ? "`bareContexts` is on or off" : undefined) })
		.optional()
		.describe(
			"Only the WSO2 products, with a prefix. Their pages request paths without it, such as `/commonauth`. `on`: such a request goes to this service, as if it had the prefix, if its login in progress, its affinity cookie or its Referer identifies the service. `off`: it gets 404.",
		)
		.meta({ default: "on" }),
	affinity: affinity.prefault({}).describe("Session affinity: how a browser stays on its node."),
	balance: balance.prefault({}).describe("Distribution of requests over the nodes."),
	health: health.prefault({}).describe("Health checks, passive checks and circuit breaker."),
	pools: pools
		.prefault({})
		.describe("Only the WSO2 products: settings of one kind of traffic: `servlet`, `gateway`, `websocket` or `websub`."),
	keepAlive: keepAlive.prefault({}).describe("Connections to the nodes that are kept for later requests."),
});

const limits = z.strictObject({
	requestHead: size
		.prefault("64KiB")
		.describe("Maximum size of the request line and headers. WSO2 needs more than 32 KiB for federated logins."),
	requestBuffer: sizeOrNone
		.prefault("64KiB")
		.describe(
			"Bytes of a request body that Portico reads before the request takes a slot at a node; a shorter body is read completely. A slow client therefore occupies no slot. 0: take a slot at once.",
		),
	responseBuffer: sizeOrNone
		.prefault("1MiB")
		.describe("Bytes of a response that Portico reads from the node ahead of a slow client, which frees the node's slot sooner. 0: none."),
	responseHead: size.prefault("64KiB").describe("Maximum size of the status line and headers of a node's response."),
	headerFields: z.int().min(1).max(10_000).default(128).describe("Maximum number of header fields in a request or response."),
	memory: sizeOrNone
		.prefault(0)
		.describe(
			"Memory that the process may use. From 70% on, Portico frees memory; from 80% on, it refuses new work, the most expensive first (see docs/explanation/memory.md). Half is for the heaps of the workers, an eighth for buffered bodies, an eighth for large request heads. 0: all memory of the machine or its container.",
		),
	connections: z.int().min(0).default(20_000).describe("Maximum number of client connections in total. 0: no limit."),
	connectionsPerClient: z
		.int()
		.min(0)
		.default(0)
		.describe(
			"Maximum number of client connections per address. 0: no limit. All clients behind one NAT or one load balancer share an address.",
		),
});

const rate = z
	.union([z.literal(0), z.string().regex(/^\d{1,9}B\/s$/)], { error: "a rate is bytes per second\nsuch as 240B/s, or 0 for none" })
	.transform((value) => (value === 0 ? 0 : Number.parseInt(value, 10)))
	.meta({ title: "rate, or 0" });

const timeouts = z.strictObject({
	tlsHandshake: duration.prefault("10s").describe("Maximum time of the TLS handshake with a client."),
	requestHead: duration.prefault("10s").describe("Maximum time from the first byte of a request head to its last."),
	bodyIdle: duration.prefault("30s").describe("Maximum pause within a request body."),
	bodyMinRate: rate
		.prefault("240B/s")
		.describe(
			"Minimum rate of a request body, measured over each `bodyIdle`; slower clients get 408. While the body occupies a slot at a node, the minimum doubles with each `bodyIdle`, up to 64 times the value. 0: off.",
		),
	keepAlive: duration.prefault("60s").describe("Time to keep an idle client connection."),
	clientWrite: duration
		.prefault("60s")
		.describe("Maximum time in which a client accepts no byte of its response. After it, the connection is reset."),
	halfClosed: duration
		.prefault("10s")
		.describe(
			"Maximum time to wait for a response if the client closed its sending side after the request. Such a client may have disconnected, so the request is then aborted (499 in the log).",
		),
	connect: duration.prefault("3s").describe("Maximum time to connect to a node, including the TLS handshake."),
	firstByte: duration
		.prefault("5m")
		.describe("Maximum time from the end of the request to the first byte of the node's response. Consoles and imports are slow."),
	upstreamIdle: duration
		.prefault("3m")
		.describe(
			"Maximum pause within a node's response, or while the node accepts no bytes of the request body. Server-sent events (`text/event-stream`) have no such limit.",
		),
	tunnelIdle: duration.prefault("1h").describe("Maximum idle time of an upgraded connection (WebSocket)."),
	drain: duration.prefault("30s").describe("Time that requests and tunnels in flight get to finish after TERM."),
});

const accessLogFile = z.strictObject({
	path: z.string().min(1).default("-").meta({ title: "file" }).describe("File to append to, reopened on USR1. `-`: standard output."),
	format: z
		.string()
		.min(1)
		.default("combined")
		.describe("`combined` (byte for byte as Apache writes it), `common`, `json`, or an Apache LogFormat string."),
	syslog,
	services: z
		.array(name)
		.min(1)
		.optional()
		.describe("Services whose requests are logged.")
		.meta({ whenUnset: "all requests, including those that no service accepted" }),
	mask: z
		.array(z.string().min(1))
		.default([...DEFAULT_MASK])
		.describe("Query parameters whose values are masked, in upper or lower case. The list replaces the default one."),
});

const accessLog = z
	.union([accessLogFile, z.array(accessLogFile)], {
		error: (issue) =>
			typeof issue.input === "object" ? undefined : "`accessLog` must be a log or a list of logs\nwrite { format: combined }",
	})
	.prefault({})
	.transform((value) => (Array.isArray(value) ? value : [value]))
	.describe("One access log, or a list of them. An empty list: none.");

const adminToken = z.strictObject({
	id: name.describe("Name of the token, logged with each change that is made with it. Not a secret."),
	secret: z
		.string({ error: "a secret is a string\nwrite it in quotes" })
		.min(32, { error: "a secret has at least 32 characters\nsuch as `openssl rand -base64 32` makes" })
		.max(1024)
		.regex(/^[\x21-\x7e]+$/, { error: "a token is sent in a header\nuse only ASCII characters without spaces" })
		.describe("Secret of at least 32 characters, for example `${ADMIN_TOKEN}`."),
});

const admin = z.strictObject({
	address: listenAddress.default("127.0.0.1:9990").describe("Host and port of the API, the probes and the metrics."),
	tokens: z
		.array(adminToken)
		.default([])
		.describe("Bearer tokens. Each of them allows everything. Requests over loopback need no token, unless a proxy forwards them."),
	openProbes: z.boolean().default(false).describe("`/livez` and `/readyz` need no token and accept any Host (over HTTP/1.0 also none)."),
	hosts: z
		.array(hostName)
		.default([])
		.describe("More host names, without port, that requests to the admin server may use. Its address and localhost are always accepted."),
});

const acceptedFinding = z.strictObject({
	finding: z
		.string()
		.regex(/^[a-z][\w-]*(?:\.[\w-]+)?$/, { error: "the id of a finding or of a check is expected\nsuch as hsts.missing, or hsts" })
		.describe("Id of a finding (`hsts.missing`) or of a check (`hsts`), as doctor.md lists them."),
	service: name.optional().describe("Only for this service. Default: for all services."),
	reason: z.string().min(1).max(500).describe("Why it is accepted. The report prints it."),
});

const doctor = z.strictObject({
	accept: z
		.array(acceptedFinding)
		.default([])
		.describe("Findings that are known and stay. The report shows them last, with the reason; they do not count for the exit code."),
});

export const configSchema = z
	.strictObject({
		include,
		public: z
			.string()
			.meta({ title: "origin" })
			.describe(
				"Canonical public origin, for example `https://sso.example.com`. A request for a host that neither `public` nor `hosts` nor a service contains gets 421.",
			),
		hosts: z.array(publicHost).default([]).describe("More public hosts, served like the host of `public`."),
		listeners: z.array(listener).min(1, { error: "at least one listener is needed" }).describe("Addresses on which clients connect."),
		services: z
			.record(name, service)
			.refine((services) => Object.keys(services).length > 0, { error: "at least one service is needed" })
			.describe("Products and applications that Portico serves, keyed by a name that you choose."),
		networks,
		basicAuth,
		...ownRoutesOfFile,
		...pagesOfFile,
		trustedProxies: z
			.array(cidr)
			.default([])
			.describe(
				"Load balancers in front of Portico. Portico uses X-Forwarded-For, -Proto, -Host, -Port and -Prefix and PROXY protocol headers only if they come from these addresses. X-Forwarded-Host takes precedence over Host; the last of several values counts. X-Forwarded-Port counts if X-Forwarded-Host has no port.",
			),
		secrets: z
			.strictObject({
				affinity: z
					.array(affinityKey)
					.default([])
					.describe(
						"Keys of the affinity cookies. The first key signs; all keys are accepted. To change the key, put a new one first and remove the old one a day later. Without a key, Portico generates one at every start: a restart then rebalances all clients, and an instance does not accept the cookies of another one.",
					),
			})
			.prefault({})
			.describe("Secrets that all instances of Portico share."),
		zone: zone
			.optional()
			.describe(
				"Zone of this Portico, for example `${ZONE}`. Nodes in the same zone, and nodes without a zone, are preferred. Others receive what these cannot handle. If unset, zones are ignored.",
			),
		zones: z
			.strictObject({
				overProvisioning: z
					.number()
					.min(1)
					.max(100)
					.default(OVER_PROVISIONING)
					.describe(
						"Factor by which local nodes may exceed their usual share before nodes in other zones help. With 1.4, local nodes get all traffic until more than 2 in 7 of their weight are lost. With 1, other zones help from the first loss.",
					),
			})
			.prefault({})
			.describe("How much nodes in other zones help."),
		limits: limits.prefault({}).describe("Limits on what clients and nodes may use."),
		timeouts: timeouts.prefault({}).describe("Maximum time of each step."),
		accessLog,
		eventLog,
		requestHeaders,
		responseHeaders,
		admin: admin.optional().describe("Admin server. If unset, there is none."),
		doctor: doctor.prefault({}).describe("Settings of `portico doctor`."),
		workers: z
			.union([z.literal("auto"), z.int().min(1).max(64)], { error: "`workers` is auto or a number from 1 to 64" })
			.default("auto")
			.describe("Number of worker threads. `auto`: one per core."),
	})
	.meta({ title: "portico.yaml" });

export type Config = z.output<typeof configSchema>;
export type ServiceConfig = z.output<typeof service>;
export type BalanceConfig = z.output<typeof balance>;
export type NodeConfig = z.output<typeof node>;
export type RouteConfig = z.output<typeof route>;
export type ListenerConfig = z.output<typeof listener>;
