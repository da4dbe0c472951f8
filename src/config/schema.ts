/**
 * What portico.yaml may hold. One source of truth: types, validation, defaults, docs/reference/config.md and portico.schema.json all come from here
 * (scripts/generateDocs.ts), so every field says what it does, in which unit, and why its default is what it is. Long for that reason.
 */

import { z } from "zod";
import { DEFAULT_BOUND } from "../balance/consistentHash.ts";
import { OVER_PROVISIONING } from "../balance/zones.ts";
import { DEFAULT_MASK } from "../log/mask.ts";
import type { PolicyName } from "../plan/pool.ts";
import { PRODUCT_NAMES } from "../products/products.ts";
import { affinity, routeAffinity } from "./affinitySchema.ts";
import { cookies } from "./cookiesSchema.ts";
import { roles, tenants, trafficHost } from "./estateSchema.ts";
import { headerRules } from "./headersSchema.ts";
import { health } from "./healthSchema.ts";
import { overload, priority, retry, routeRetry } from "./overloadSchema.ts";
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
	"Changes to the headers of requests for the nodes, or a mapping of names to values, the short form of `set`. Section Headers.",
);
const responseHeaders = headerRules(
	"Changes to the headers of responses, also of Portico's own, or a mapping of names to values, the short form of `set`. Section Headers.",
);
const methods = z.array(method).min(1);
const zone = z
	.string({
		error: (issue) => (typeof issue.input === "number" ? `a zone is a text\nwrite it in quotes: '${issue.input}'` : undefined),
	})
	.min(1)
	.max(63)
	.meta({ title: "zone" });
const access = z.enum(["public", "restricted", "blocked"]);

const certificate = z.strictObject({
	cert: file.describe("PEM file: the server's certificate first, then its chain. Relative to the configuration file."),
	key: file.describe("PEM file with the private key, not encrypted, readable by Portico alone."),
});

const probe = z.strictObject({
	path: plainPath
		.refine((value) => value !== "/", { error: "the probe would hide the front page of every host\nsuch as /portico-health" })
		.describe("Compared byte by byte, a query aside. No service sees it on this listener, whatever the host."),
	services: z
		.array(name)
		.default([])
		.describe("503 also while a pool of one of these services has no node that takes requests. Default: the nodes do not count."),
	log: z.boolean().default(false).describe("Probes are in the access log and count in the metrics."),
});

const listener = z.strictObject({
	address: listenAddress.describe("Where to accept connections: `0.0.0.0:443`, `[::]:443`."),
	name: name.optional().describe("A name for `listeners` of services."),
	tls: z
		.strictObject({
			certificates: z
				.array(certificate)
				.min(1)
				.describe("Chosen by server name, exact before wildcard. The first one serves clients that name none or an unknown one."),
			minVersion: z
				.enum(["TLSv1.2", "TLSv1.3"])
				.default("TLSv1.2")
				.describe("Oldest TLS version spoken. TLS 1.2 has Mozilla's intermediate cipher list."),
		})
		.optional()
		.describe("Speak TLS here. Without it the listener is plain HTTP."),
	redirectTo: z
		.literal("https")
		.optional()
		.describe(
			"Redirect every request to the https origin of the service whose host it asked for (301 for GET and HEAD, otherwise 308). Hosts that are not served get 421.",
		),
	proxyProtocol: z
		.boolean()
		.default(false)
		.describe("Every connection begins with a PROXY protocol header, v1 or v2. Believed from `trustedProxies` only."),
	http2: z
		.boolean()
		.optional()
		.describe(
			"HTTP/2 for clients; nodes get HTTP/1.1. Default: on with `tls`, where client and Portico agree on it in the handshake (ALPN `h2`); off without. `true` without `tls`: clients that begin with HTTP/2 (prior knowledge) are served, all others get HTTP/1.",
		),
	probe: probe
		.optional()
		.describe(
			"A path for health checks of a load balancer in front: 200 if this instance is to get clients; 503 while it drains or turns clients away for want of memory. GET, HEAD and OPTIONS with any Host (or none, over HTTP/1.0), and without a token.",
		),
});

const routeTimeouts = z.strictObject({
	firstByte: duration.optional().describe("As in the global `timeouts`."),
	upstreamIdle: duration.optional().describe("As in the global `timeouts`."),
	tunnelIdle: duration.optional().describe("As in the global `timeouts`."),
});

const affinityKey = z.strictObject({
	id: name.describe("Tells the keys apart; not a secret."),
	secret: z
		.string({ error: "a secret is a text\nwrite it in quotes" })
		.min(32, { error: "a secret has at least 32 characters\nsuch as `openssl rand -base64 32` makes" })
		.describe("At least 32 characters, the same on all instances: `${AFFINITY_SECRET}`."),
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
			"How a member is picked. `roundRobin` (default): in turns, exact over all worker threads. `leastConnections`: the one with the fewest requests in flight for its weight. `twoChoices`: the less loaded of two drawn by weight, for large pools. `peakEwma`: of two, the one that responds faster and has less in flight. `byTraffic`: the fewest bytes for its weight. `byBusyness`: the fewest requests in flight, whatever the weight. `consistentHash`: the same `hash`, the same member. `random`: by weight.",
		),
	hash: z
		.strictObject({
			on: z
				.enum(["client", "path", "header", "cookie"])
				.default("client")
				.describe(
					"The client's address, the path as sent, or the value of a header or cookie. A request without that header or cookie goes to any member.",
				),
			name: token.optional().describe("Which header or cookie."),
		})
		.optional()
		.describe("Only policy `consistentHash`: what decides about the member. Default: the client's address."),
	bound: z
		.union([z.literal("off"), z.number({ error: NO_BOUND }).min(1, { error: NO_BOUND }).max(100, { error: NO_BOUND })], { error: NO_BOUND })
		.transform((value) => (value === "off" ? 0 : value))
		.meta({ title: "number, or off" })
		.optional()
		.describe(
			`Only policy \`consistentHash\`: a member takes up to this many times its share of what is in flight; the rest goes to the next one. Default: ${DEFAULT_BOUND}.`,
		),
	slowStart: durationOrOff
		.optional()
		.describe(
			"Time over which a member that comes up goes from a tenth of its share of the traffic to all of it. Default: `60s` for the WSO2 products, which are slow until they are warm; `off` for product `http`.",
		),
});

const pool = z.strictObject({
	overload: overload.prefault({}).describe("As in the service; what is not said here is as there."),
	balance: balance.prefault({}).describe("As in the service; what is not said here is as there."),
	health: health.prefault({}).describe("As in the service; what is not said here is as there."),
});

const pools = z.partialRecord(z.enum(["servlet", "gateway", "websocket", "websub"]), pool);

const route = z.strictObject({
	path: pathPattern.describe(
		"For product `http`: the public path. For the WSO2 products: the path as the node knows it, without the prefix; a path that the preset has changes that row (and its tenant forms), any other adds one. Covers what is below it, on segment boundaries. A segment may end in one `{name}`, which takes the rest of that segment.",
	),
	to: path.optional().describe("Only product `http`: the node's path. Default: the same as `path`."),
	exact: z.boolean().default(false).describe("Only the path itself, not what is below it."),
	methods: methods
		.optional()
		.describe("Methods allowed; others get 405. Default: the service's `methods`, else all. TRACE is always refused."),
	methodOverride: z
		.boolean()
		.optional()
		.describe(
			"Whether the node gets header fields that name another method (`X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override`). Routes with `methods` always remove them. Default: the service's `methodOverride`, else true.",
		),
	upgrade: z.enum(["websocket"]).optional().describe("Only requests that ask for this upgrade. Without it upgrades pass like any request."),
	pool: z
		.enum(["servlet", "gateway", "websocket", "websub"])
		.optional()
		.describe("Only the WSO2 products: which port of the nodes. Default: the preset's, or `servlet`."),
	access: access
		.optional()
		.describe("`public`: everyone; `restricted`: only `access.restricted.allow`; `blocked`: no one. Default: the preset's, or `public`."),
	host: z
		.enum(["public", "node"])
		.default("public")
		.describe("Host header sent to the node: the one the client used, or the node's own host and port. WSO2 needs the public one."),
	maxBody: sizeOrNone.optional().describe("Largest request body. 0: no limit. Default: the service's."),
	defaultType: z
		.string()
		.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/, { error: "this is not a media type\nsuch as application/json" })
		.meta({ title: "media type" })
		.optional()
		.describe("Content-Type for responses that have none. (As Apache's ForceType does behind a proxy.)"),
	requestHeaders,
	responseHeaders,
	rewriteBodies: z
		.boolean()
		.optional()
		.describe("Rewrite URLs in the bodies of responses of this route. Default: the service's `rewriteBodies`, else the preset's."),
	allowPath: z
		.array(z.string())
		.default([])
		.describe("Ids of path rules switched off here, as refusals and `portico explain` name them: `path.parameter`."),
	affinity: routeAffinity.optional().describe("Affinity of this route."),
	retry: routeRetry.optional().describe("What is done when an attempt fails; what is not said here is as in the service's `retry`."),
	priority,
	timeouts: routeTimeouts.prefault({}).describe("Timeouts of this route."),
});

const ports = z.strictObject({
	servlet: port.optional().describe("Consoles, login, OAuth (9443, 9763)."),
	gateway: port.optional().describe("API traffic (8243, 8280)."),
	websocket: port.optional().describe("WebSocket APIs (8099, 9099)."),
	websub: port.optional().describe("WebSub event receiver (8021, 9021)."),
});

const node = z.strictObject({
	name: name.describe("What `portico drain` and the logs call it. Unique in the file."),
	host: hostName.optional().describe("WSO2 products: host name or address. The ports follow from the product."),
	url: z.string().meta({ title: "origin" }).optional().describe("Product `http`: `http://10.0.0.40:8080`."),
	roles: roles.describe(
		"Only `wso2-apim`: roles of the node in a distributed deployment. Each path goes to the nodes that have it. Of a path that several roles have, key managers take what is theirs if there are any. Paths of a role that no node has get 404.",
	),
	transport: z.enum(["https", "http"]).optional().describe("Only the WSO2 products: scheme to this node. Default: the service's."),
	zone: zone.optional().describe("Where it stands: see `zone` of the file. A node of no zone counts as near."),
	route: z
		.string()
		.regex(/^[\w-]{1,63}$/, { error: (issue) => `${JSON.stringify(issue.input)} is not a route\nletters, digits, - and _; no dots` })
		.meta({ title: "route" })
		.optional()
		.describe("Affinity mode `jvmRoute`: the node's jvmRoute. Default: its name."),
	standby: z
		.boolean()
		.default(false)
		.describe(
			"Gets requests only while no other node of the service can serve; that they are full is no reason. For active-passive: `standby: true` on all nodes but one.",
		),
	offset: z.int().min(0).max(50_000).default(0).describe("WSO2's port offset (`[server] offset`): added to every port."),
	ports: ports.prefault({}).describe("Ports that differ from the product's default. The offset is not added to these."),
	weight: z
		.int()
		.min(1, { error: "a weight is 1 to 1000\nuse `state: draining` for a node that gets nothing new" })
		.max(1000, { error: "a weight is 1 to 1000" })
		.default(1)
		.describe("Share of the traffic in proportion to the weights of the other nodes, 1 to 1000."),
	state: z
		.enum(["enabled", "draining", "disabled"])
		.default("enabled")
		.describe("Admin state at start: `draining` gets nothing new, `disabled` gets nothing."),
	pin: sha256.optional().describe("SHA-256 of this node's own certificate; wins over the service's `tls.pin`."),
});

const upstreamTls = z.strictObject({
	ca: file.optional().describe("PEM bundle of the CAs that sign the nodes' certificates. Default: the system's."),
	pin: sha256.optional().describe("SHA-256 of the nodes' certificate, in place of the chain check."),
	verify: z
		.enum(["on", "off"], { error: (issue) => (issue.input === false ? "`verify` is on or off\nwrite `verify: off`" : undefined) })
		.default("on")
		.describe("`off`: encrypt, but believe any certificate. Whoever can answer on the node's address then reads everything."),
	serverName: hostName
		.refine((name) => !/^[\d.]+$|[:[\]_]|\.$/.test(name), { error: "a TLS server name is a DNS name, not an address" })
		.optional()
		.describe("Name asked for (SNI) and checked in the certificate. Default: the node's host name."),
});

const keepAlive = z.strictObject({
	maxRequests: z
		.int()
		.min(1)
		.max(1_000_000)
		.optional()
		.describe(
			"Requests on one connection to a node. Default: 200 for the servlet ports of WSO2 products, where Tomcat closes (its maxKeepAliveRequests), otherwise 1000000. Wherever a node says that it closes a connection, Portico opens another one.",
		),
	idle: duration
		.prefault("15s")
		.describe(
			"How long an unused connection is kept: less than Tomcat's keepAliveTimeout (20s or more), so that no request meets a closing one.",
		),
	maxIdle: z.int().min(0).max(100_000).default(64).describe("Unused connections kept per member and worker."),
});

const serviceAccess = z.strictObject({
	restricted: z
		.strictObject({ allow: z.array(cidr).default([]).describe("Who may use restricted paths. Empty: no one.") })
		.prefault({})
		.describe("Paths that are for some networks only: consoles, management APIs."),
	open: z
		.array(plainPath)
		.default([])
		.describe(
			"Node paths made public, with all below them: `/scim2`. A path without a row of its own is added; it goes where the row above it goes, else to the servlet port.",
		),
	restrict: z.array(plainPath).default([]).describe("Node paths made restricted: `/myaccount`, or `/carbon`, which is blocked otherwise."),
	block: z.array(plainPath).default([]).describe("Node paths nobody may use through Portico."),
});

const service = z.strictObject({
	product: z.enum(PRODUCT_NAMES).describe("Preset: ports, contexts, access classes, limits. `http` is anything else that speaks HTTP."),
	version: z
		.string({
			error: (issue) => (typeof issue.input === "number" ? "a version is text\nwrite it here, or in quotes where it stands" : undefined),
		})
		.regex(/^\d{1,2}(?:\.(?:\d{1,3}|x))*$/, { error: "this is not a version\nsuch as 4.x or 3.2" })
		// Editors read 3.2 as a number.
		.meta({ title: "version", type: ["string", "number"] })
		.optional()
		.describe(
			"Version of the WSO2 product: it decides contexts, ports, health checks and cookies, as the tables below say. `6.1`, also with the number of a patch, or a whole line, `6.x`, which is its newest. Of a version that Portico does not know take the newest before it; of one newer than all, the line. Default: 7.x (wso2-is), 4.x (wso2-apim).",
		),
	prefix: prefix
		.optional()
		.describe(
			"Only the WSO2 products. Dash form `/is-` (/is-samlsso is /samlsso on the node), slash form `/is/`, or `/` for none. May be left out where the service has a host of its own.",
		),
	host: publicHost
		.optional()
		.describe(
			"Public host of this service alone. Default: that of `public`, and `hosts`. With the port of a listener it is served there alone.",
		),
	hosts: z
		.array(publicHost)
		.min(1)
		.optional()
		.describe("Several public hosts of this service; the first one is canonical. Clients stay at the one that they asked."),
	listeners: z
		.array(z.string().min(1).meta({ title: "name or address" }))
		.min(1)
		.optional()
		.describe(
			"Only these listeners serve it, each by its `name` or `address`. Default: a host with the port of a listener is served there alone, any other host by all listeners that no other service has for itself.",
		),
	gateway: trafficHost(
		"API traffic",
		"There, every path is an API's, and no path of the portals is served; the other hosts of the service then serve no APIs. Default: the service's hosts serve both.",
	),
	websocket: trafficHost("WebSocket APIs", "Default: those of `gateway`."),
	websub: trafficHost("event sources of WebSub APIs", "Default: those of `gateway`."),
	tenants,
	transport: z
		.enum(["https", "http"])
		.optional()
		.describe(
			"Only the WSO2 products: to the nodes over https (9443, 8243; default) or http (9763, 8280: APIs published for https only and mutual TLS do not work there).",
		),
	trust: file.optional().describe("Short for `tls.ca`: PEM bundle of the CAs that sign the nodes' certificates."),
	tls: upstreamTls.optional().describe("How nodes are verified over https."),
	aliases: z
		.array(z.string().min(1).meta({ title: "host or origin" }))
		.default([])
		.describe(
			"More names that nodes use for themselves in redirects: a host (every port of the nodes) or an origin like `https://idp.internal`. Known without: the nodes' hosts and localhost.",
		),
	nodes: z.array(node).min(1, { error: "a service needs at least one node" }).describe("The hosts that run the product."),
	access: serviceAccess.prefault({}).describe("Who may use what."),
	routes: z.array(route).default([]).describe("Product `http`: all routes. WSO2 products: changes to the preset's, and more."),
	methods: methods
		.optional()
		.describe("Methods allowed on all routes of the service. Without it all but TRACE; leave OPTIONS in where browsers call APIs (CORS)."),
	methodOverride: z.boolean().optional().describe("The same as `routes[].methodOverride`, for all routes of the service. Default: true."),
	maxBody: sizeOrNone
		.optional()
		.describe(
			"Largest request body. 0: no limit. Default: 100MiB on servlet ports, none on API traffic and product `http` (bodies are streamed, never stored).",
		),
	requestHeaders,
	responseHeaders,
	rewriteBodies: z
		.boolean()
		.optional()
		.describe(
			"Rewrite URLs of the nodes, and paths without the prefix, in HTML, scripts, JSON, XML and CSS of responses. `false`: never, for nodes that know their public URL and prefix. `true`: on all routes but API traffic. Default: where the preset says so (login pages, portals, consoles, discovery, SCIM); not for product `http`. A route from `/x` to `/` of product `http` has no list of its contexts: any path may be its own, unless a route of another service takes it.",
		),
	overload: overload.prefault({}).describe("What the nodes may be loaded with. Each pool has its own count and its own queue."),
	retry: retry.prefault({}).describe("What is done when an attempt at a node fails."),
	cookies: cookies.prefault({}).describe("What the service's cookies are called, and how many bytes of them its nodes take."),
	bareContexts: z
		.enum(["on", "off"], { error: (issue) => (typeof issue.input === "boolean" ? "`bareContexts` is on or off" : undefined) })
		.optional()
		.describe(
			"Only the WSO2 products, with a prefix. Their pages ask for paths without it (`/commonauth`). `on` (default): such a request goes to this service if it belongs to it by its flow, its affinity cookie or its Referer, as if it had the prefix. `off`: 404.",
		),
	affinity: affinity.prefault({}).describe("What keeps a browser on the node that it began with."),
	balance: balance.prefault({}).describe("How requests are spread over the nodes."),
	health: health.prefault({}).describe("How it is found out which nodes work."),
	pools: pools
		.prefault({})
		.describe("Only the WSO2 products: settings of one kind of traffic alone, `servlet`, `gateway`, `websocket` or `websub`."),
	keepAlive: keepAlive.prefault({}).describe("Connections to the nodes."),
});

const limits = z.strictObject({
	requestHead: size.prefault("64KiB").describe("Request line and headers. WSO2 needs more than 32 KiB for federated logins."),
	requestBuffer: sizeOrNone
		.prefault("64KiB")
		.describe(
			"Bytes of a request's body that Portico waits for, or all of a shorter one, before the request takes a slot at a node: slow clients hold none. 0: take a slot at once.",
		),
	responseBuffer: sizeOrNone
		.prefault("1MiB")
		.describe(
			"Bytes of a response that Portico reads from the node ahead of a slow client, so that the node's slot is free sooner. 0: none.",
		),
	responseHead: size.prefault("64KiB").describe("Status line and headers of a node's response."),
	headerFields: z.int().min(1).max(10_000).default(128).describe("Header fields in one head, of a request or a response."),
	memory: sizeOrNone
		.prefault(0)
		.describe(
			"Memory that the process may use. From 70 % of it on Portico gives memory back, from 80 % on it refuses new work, the most expensive first (docs/explanation/memory.md). Half of it is for the heaps of the workers, an eighth for bodies that wait, an eighth for large request heads. 0: what the machine or its container has.",
		),
	connections: z.int().min(0).default(20_000).describe("Client connections in all. 0: no limit."),
	connectionsPerClient: z
		.int()
		.min(0)
		.default(0)
		.describe(
			"Client connections per address. 0: no limit, the default, since one address may be a company behind NAT or a load balancer in front of us.",
		),
});

const rate = z
	.union([z.literal(0), z.string().regex(/^\d{1,9}B\/s$/)], { error: "a rate is bytes per second\nsuch as 240B/s, or 0 for none" })
	.transform((value) => (value === 0 ? 0 : Number.parseInt(value, 10)))
	.meta({ title: "rate, or 0" });

const timeouts = z.strictObject({
	tlsHandshake: duration.prefault("10s").describe("The whole TLS handshake of a client."),
	requestHead: duration.prefault("10s").describe("From the first byte of a request head to its last."),
	bodyIdle: duration.prefault("30s").describe("Longest pause inside a request body."),
	bodyMinRate: rate.prefault("240B/s").describe("Least rate of a request body, measured over `bodyIdle`; slower clients get 408. 0: off."),
	keepAlive: duration.prefault("60s").describe("How long an idle client connection is kept."),
	clientWrite: duration.prefault("60s").describe("Longest time in which a client takes nothing of its response."),
	halfClosed: duration
		.prefault("10s")
		.describe(
			"Longest silence towards a client that closed its side after its request. It may only have stopped sending, or have left: then the request is given up (499 in the log).",
		),
	connect: duration.prefault("3s").describe("Connecting to a node, TLS included."),
	firstByte: duration
		.prefault("5m")
		.describe("From the end of the request to the first byte of a node's response. Consoles and imports are slow."),
	upstreamIdle: duration
		.prefault("3m")
		.describe(
			"Longest pause inside a node's response, or while it does not take the request's body. Server-sent events (`text/event-stream`) may be silent for as long as both sides live.",
		),
	tunnelIdle: duration.prefault("1h").describe("Longest silence of an upgraded connection (WebSocket)."),
	drain: duration.prefault("30s").describe("After TERM: how long requests and tunnels in flight get to finish."),
});

const accessLogFile = z.strictObject({
	path: z.string().min(1).default("-").describe("File, appended to and reopened on USR1; `-` is standard output."),
	format: z
		.string()
		.min(1)
		.default("combined")
		.describe("`combined` (byte for byte as Apache writes it), `common`, `json`, or an Apache LogFormat string."),
	services: z.array(name).min(1).optional().describe("Only requests of these services. Default: everything, also what no service took."),
	mask: z
		.array(z.string().min(1))
		.default([...DEFAULT_MASK])
		.describe("Query parameters whose values are masked, in any case. Replaces the default list."),
});

const accessLog = z
	.union([accessLogFile, z.array(accessLogFile)], {
		error: (issue) => (typeof issue.input === "object" ? undefined : "a log, or a list of logs, is expected\nwrite { format: combined }"),
	})
	.prefault({})
	.transform((value) => (Array.isArray(value) ? value : [value]))
	.describe("Where requests are logged: one log or a list; an empty list for none.");

const adminToken = z.strictObject({
	id: name.describe("Tells in the log who asked; not a secret."),
	secret: z
		.string({ error: "a secret is a text\nwrite it in quotes" })
		.min(32, { error: "a secret has at least 32 characters\nsuch as `openssl rand -base64 32` makes" })
		.max(1024)
		.regex(/^[\x21-\x7e]+$/, { error: "a token is sent in a header\nno blanks, no characters beyond ASCII" })
		.describe("At least 32 characters: `${ADMIN_TOKEN}`."),
});

const admin = z.strictObject({
	address: listenAddress.default("127.0.0.1:9990").describe("Address of the API, the probes and the metrics."),
	tokens: z
		.array(adminToken)
		.default([])
		.describe("Bearer tokens; any of them opens all. Requests over loopback need none, unless a proxy forwards them."),
	openProbes: z
		.boolean()
		.default(false)
		.describe("`/livez` and `/readyz` respond to anyone, with any Host (or none, over HTTP/1.0), and without a token."),
	hosts: z
		.array(hostName)
		.default([])
		.describe("More names that the admin server may be asked by, without port. Known without: its address, and localhost."),
});

export const configSchema = z
	.strictObject({
		public: z
			.string()
			.meta({ title: "origin" })
			.describe(
				"The canonical public origin, `https://sso.example.com`. Requests for any other Host are answered with 421, unless listed under `hosts` or a service's own.",
			),
		hosts: z.array(publicHost).default([]).describe("More public hosts served like the one of `public`."),
		listeners: z.array(listener).min(1, { error: "at least one listener is needed" }).describe("Where clients connect."),
		services: z
			.record(name, service)
			.refine((services) => Object.keys(services).length > 0, { error: "at least one service is needed" })
			.describe("The products behind us, each under a name of your choice."),
		trustedProxies: z
			.array(cidr)
			.default([])
			.describe(
				"Load balancers in front of us. Their X-Forwarded-For, -Proto, -Host, -Port and -Prefix and their PROXY protocol headers are believed; those of anyone else are removed. X-Forwarded-Host counts before Host; of several values, the last one counts. X-Forwarded-Port counts if X-Forwarded-Host has no port.",
			),
		secrets: z
			.strictObject({
				affinity: z
					.array(affinityKey)
					.default([])
					.describe(
						"Keys of the affinity cookies. The first one signs, all are read: to change the key put a new one first, and take the old one out a day later. Without any, Portico makes one at every start; then a restart spreads browsers anew, and several instances do not know each other's cookies.",
					),
			})
			.prefault({})
			.describe("Secrets that all instances share."),
		zone: zone
			.optional()
			.describe(
				"Zone of this Portico, e.g. `${ZONE}`. Nodes in the same zone, and nodes without a zone, come first. Others get what these cannot handle. Without it zones are ignored.",
			),
		zones: z
			.strictObject({
				overProvisioning: z
					.number()
					.min(1)
					.max(100)
					.default(OVER_PROVISIONING)
					.describe(
						"How much more than its usual share each near node may have to bear before others help: with 1.4 the near ones take all until more than 2 in 7 of their weight are lost. 1: others help from the first loss.",
					),
			})
			.prefault({})
			.describe("How zones help each other."),
		limits: limits.prefault({}).describe("What a client or a node may ask of us."),
		timeouts: timeouts.prefault({}).describe("How long things may take."),
		accessLog,
		requestHeaders,
		responseHeaders,
		admin: admin.optional().describe("The admin server. Without it there is none."),
		workers: z
			.union([z.literal("auto"), z.int().min(1).max(64)], { error: "`workers` is auto or a number from 1 to 64" })
			.default("auto")
			.describe("Worker threads: `auto` is one per core."),
	})
	.meta({ title: "portico.yaml" });

export type Config = z.output<typeof configSchema>;
export type ServiceConfig = z.output<typeof service>;
export type BalanceConfig = z.output<typeof balance>;
export type NodeConfig = z.output<typeof node>;
export type RouteConfig = z.output<typeof route>;
export type ListenerConfig = z.output<typeof listener>;
