/** Purpose, example and notes of the blocks in docs/reference/config.md. test/docs.test.ts checks every example. */

export interface ConfigBlock {
	/** What the block is for, in a sentence or two. */
	readonly purpose: string;
	/** A part of portico.yaml that has the block, in its place. */
	readonly example: string;
	/** Markdown below the table: interactions and formulas. */
	readonly notes?: readonly string[];
}

/** By the path of the block; empty for the file. */
export const CONFIG_BLOCKS: Readonly<Record<string, ConfigBlock>> = {
	"": {
		purpose: "The keys of the file itself.",
		example: `
public: https://sso.example.com
listeners:
  - address: 0.0.0.0:443
    tls: { certificates: [ { cert: tls/sso.pem, key: tls/sso.key } ] }
services:
  is: { product: wso2-is, prefix: /is-, trust: tls/wso2-ca.pem, nodes: [ { name: is-1, host: 10.0.0.11 } ] }
accessLog: { path: /var/log/portico/access.log }
admin: { address: 127.0.0.1:9990 }
`,
	},
	"listeners[]": {
		purpose: "An address on which Portico accepts connections.",
		example: `
listeners:
  - address: 0.0.0.0:443
    tls: { certificates: [ { cert: tls/sso.pem, key: tls/sso.key } ] }
  - { address: 0.0.0.0:80, redirectTo: https }
`,
		notes: [
			"See [Serve a service on its own port](../how-to/ports.md) for services that belong to one listener, and [Run Portico behind another load balancer](../how-to/behind-a-load-balancer.md) for `proxyProtocol` and plain HTTP.",
		],
	},
	"listeners[].tls": {
		purpose: "TLS for the clients of a listener.",
		example: `
listeners:
  - address: 0.0.0.0:443
    tls:
      certificates: [ { cert: tls/sso.pem, key: tls/sso.key } ]
      minVersion: TLSv1.3
`,
	},
	"listeners[].tls.certificates[]": {
		purpose: "A certificate with its key. Portico chooses by the server name that the client sends, an exact name before a wildcard.",
		example: `
listeners:
  - address: 0.0.0.0:443
    tls:
      certificates:
        - { cert: tls/sso.pem, key: tls/sso.key }
        - { cert: tls/api.pem, key: tls/api.key }
`,
		notes: ["[Use and renew certificates](../how-to/certificates.md) shows where to get them."],
	},
	"listeners[].probe": {
		purpose: "A path of the listener for the health checks of a load balancer in front.",
		example: `
listeners:
  - address: 0.0.0.0:443
    tls: { certificates: [ { cert: tls/sso.pem, key: tls/sso.key } ] }
    probe: { path: /portico-health, services: [ is ] }
`,
		notes: ["[Health checks](../how-to/behind-a-load-balancer.md#health-checks) describes the responses."],
	},
	"services.NAME": {
		purpose: "A product or application that Portico serves, under a name of your choice. The name appears in logs, cookies and metrics.",
		example: `
services:
  is:
    product: wso2-is
    version: 7.x
    prefix: /is-
    trust: tls/wso2-ca.pem
    nodes: [ { name: is-1, host: 10.0.0.11 }, { name: is-2, host: 10.0.0.12 } ]
    access: { restricted: { allow: [ 10.0.0.0/8 ] } }
`,
		notes: [
			"[Products](products.md) lists what `product` and `version` decide.",
			"Two services on one host need different prefixes. [Prefixes](#prefixes) compares the forms.",
		],
	},
	"services.NAME.gateway": {
		purpose: "Hosts, or a prefix, where API Manager's APIs are. Without it, the hosts of the service serve portals and APIs.",
		example: `
services:
  apim:
    host: am.example.com
    gateway: { host: gw.example.com }
`,
		notes: ["[Give APIs, roles and tenants hosts of their own](../how-to/tenants-and-hosts.md) shows the usual deployments."],
	},
	"services.NAME.websocket": {
		purpose: "Hosts, or a prefix, where API Manager's WebSocket APIs are.",
		example: `
services:
  apim:
    websocket: { host: ws.example.com }
`,
	},
	"services.NAME.websub": {
		purpose: "Hosts, or a prefix, where event sources post to WebSub APIs.",
		example: `
services:
  apim:
    websub: { host: events.example.com }
`,
	},
	"services.NAME.tenants[]": {
		purpose: "A tenant of API Manager that has hosts of its own, or another name in public paths.",
		example: `
services:
  apim:
    tenants:
      - { tenant: foo.com, gateway: api.foo.com, devportal: developer.foo.com }
      - { tenant: bar.com, alias: bar }
      - { tenant: "{name}.org", gateway: "{name}.apis.example.com" }
`,
	},
	"services.NAME.tls": {
		purpose: "How Portico verifies the certificates of the nodes.",
		example: `
services:
  is:
    trust: tls/wso2-ca.pem
    tls: { serverName: localhost }
`,
		notes: ["[Certificates of the nodes](../how-to/certificates.md#certificates-of-the-nodes) describes the usual cases."],
	},
	"services.NAME.nodes[]": {
		purpose: "A host that runs the product. It is one member in each pool of the service.",
		example: `
services:
  is:
    nodes:
      - { name: is-1, host: 10.0.0.11, weight: 2 }
      - { name: is-2, host: 10.0.0.12, offset: 1, zone: fra }
`,
	},
	"services.NAME.nodes[].ports": {
		purpose: "Ports of a node that differ from the ports of the product.",
		example: `
services:
  apim:
    nodes:
      - { name: apim-1, host: 10.0.1.11, ports: { servlet: 19443, gateway: 18243 } }
`,
	},
	"services.NAME.access": {
		purpose: "Changes to the access classes of the preset: which paths are public, restricted to some networks, or blocked.",
		example: `
services:
  is:
    access:
      restricted: { allow: [ 10.0.0.0/8, "fd00::/8" ] }
      restrict: [ /carbon ]
      block: [ /oauth2/dcr ]
`,
		notes: [
			"Paths are those of the nodes, without the prefix. [Products](products.md) lists the classes. Paths marked \\* there can be restricted, but never public.",
		],
	},
	"services.NAME.access.restricted": {
		purpose: "Networks that may use restricted paths.",
		example: `
services:
  is:
    access: { restricted: { allow: [ 10.0.0.0/8, 192.0.2.7 ] } }
`,
	},
	"services.NAME.routes[]": {
		purpose:
			"A public path. A service with product `http` lists all its routes. A WSO2 service changes routes of its preset, or adds some.",
		example: `
services:
  is:
    routes:
      - { path: /oauth2/token, timeouts: { firstByte: 10s } }
      - { path: /myaccount, access: restricted }
`,
		notes: ["If several routes cover a path, see [Which route wins](#which-route-wins)."],
	},
	"services.NAME.routes[].requestHeaders": {
		purpose: "Changes to headers. [Headers](#headers) has the rules and variables.",
		example: `
services:
  is:
    routes:
      - path: /scim2
        requestHeaders: { set: { X-Tenant: "{tenant}" }, remove: [ X-Debug ] }
`,
	},
	"services.NAME.routes[].affinity": {
		purpose: "Affinity of one route. Unset keys inherit the service's values.",
		example: `
services:
  is:
    routes:
      - { path: /scim2, affinity: { mode: off } }
`,
	},
	"services.NAME.routes[].retry": {
		purpose: "Retries of one route. Unset keys inherit the service's values.",
		example: `
services:
  apim:
    routes:
      - { path: /search, pool: gateway, retry: { repeat: always, keepBody: 256KiB } }
`,
	},
	"services.NAME.routes[].timeouts": {
		purpose: "Timeouts of one route. Unset keys inherit the values of the file.",
		example: `
services:
  is:
    routes:
      - { path: /api/server, timeouts: { firstByte: 10m } }
`,
	},
	"services.NAME.overload": {
		purpose: "How many requests the nodes get at a time, and how many are queued. Each pool has its own count and its own queue.",
		example: `
services:
  is:
    overload: { maxRequests: 400, queue: 2000, queueTimeout: 3s }
`,
		notes: [
			"The number of requests at a member and the length of the queue are counted over all workers. Priorities and the order of the queue apply within each worker.",
			"A client with affinity to a full node waits for that node. It does not block requests that another node can serve.",
		],
	},
	"services.NAME.retry": {
		purpose:
			"How Portico retries a request after an attempt at a node fails. A route can override every key except `budget` and `budgetMin`.",
		example: `
services:
  is:
    retry: { attempts: 3, perTry: 20s, statuses: [ 503 ], budget: 20% }
`,
		notes: [
			"**What may be repeated.** If no byte of the request was sent, any method is retried. After that, only GET, HEAD, OPTIONS, PUT and DELETE are; change this per route with [`repeat`](#services.NAME.routes[].retry.repeat). Nothing is retried once the client has part of a response.",
			"**Budget.** A retry is allowed while the pool's retries of the last 10 seconds number fewer than the larger of `budget` × requests and `budgetMin` × 10. Otherwise the failure is returned, and `rule` in the access log is `retry-budget-spent`.",
			"**Time.** The last possible attempt gets the full `timeouts.firstByte`. If a node's checks fail before its response begins, the request moves at once under the same rules.",
			"[Retries and overload](../explanation/retries-and-overload.md) explains the rules; [Error codes](errors.md) shows which errors are retried.",
		],
	},
	"services.NAME.cookies": {
		purpose: "How Portico isolates the cookies of the service, and how many bytes of cookies its nodes accept.",
		example: `
services:
  is:
    cookies: { keep: [ consent, "theme-*" ], acceptUntagged: false, maxHeader: 32KiB }
`,
		notes: ["[Cookies and prefixes](../explanation/cookies-and-prefixes.md) explains the isolation."],
	},
	"services.NAME.affinity": {
		purpose: "How a client stays on the node where its session is.",
		example: `
services:
  is:
    affinity: { mode: cookie, maxIdle: 8h, onMemberLost: rebalance }
`,
		notes: [
			"`fail` and `wait` depend on the health of the node, so they need checks or `passive`. While a dead node still counts as healthy, its clients get 502.",
			"[Session affinity](../explanation/affinity.md) compares the modes.",
		],
	},
	"services.NAME.balance": {
		purpose: "How requests without affinity are spread over the nodes.",
		example: `
services:
  apim:
    balance: { policy: leastConnections, slowStart: 2m }
`,
		notes: ["[Policies](../explanation/balancing.md#policies) shows when to use which."],
	},
	"services.NAME.balance.hash": {
		purpose: "The value that policy `consistentHash` hashes. Requests with the same value go to the same member.",
		example: `
services:
  apim:
    balance: { policy: consistentHash, hash: { on: header, name: X-Tenant }, bound: 1.5 }
`,
	},
	"services.NAME.health": {
		purpose: "How Portico finds out which nodes can serve: active checks, passive checks of real requests, and a circuit breaker.",
		example: `
services:
  is:
    health: { check: { interval: 2s, fall: 2 }, maxEjected: 34%, panic: all }
`,
		notes: ["[Health of nodes](../explanation/health.md) explains how the parts work together."],
	},
	"services.NAME.health.check": {
		purpose: "Active health checks. Each port of each node is checked separately.",
		example: `
services:
  is:
    health:
      check: { path: /health, status: [ 200 ], interval: 2s, drainOn: [ 404 ] }
`,
	},
	"services.NAME.health.check.body": {
		purpose: "A condition for the body of the check's response.",
		example: `
services:
  is:
    health: { check: { path: /health, body: { matches: '"status": *"UP"' } } }
`,
	},
	"services.NAME.health.passive": {
		purpose: "Passive checks: a node is ejected after a number of consecutive failures of real requests.",
		example: `
services:
  is:
    health: { passive: { connect: 2, timeout: 5, unavailable: 0, baseTime: 30s } }
`,
	},
	"services.NAME.health.breaker": {
		purpose: "A circuit breaker: a node is ejected if too large a percentage of its requests fails.",
		example: `
services:
  apim:
    health: { breaker: { errorRatio: 30%, minVolume: 50, window: 30s } }
`,
	},
	"services.NAME.pools.NAME": {
		purpose:
			"Settings of one kind of traffic of a WSO2 service: `servlet`, `gateway`, `websocket` or `websub`. Unset keys inherit the service's values.",
		example: `
services:
  apim:
    pools:
      gateway: { balance: { policy: leastConnections }, overload: { maxRequests: 500 } }
`,
	},
	"services.NAME.keepAlive": {
		purpose: "Connections to the nodes that are kept for later requests.",
		example: `
services:
  is:
    keepAlive: { maxRequests: 100, idle: 10s, maxIdle: 128 }
`,
		notes: [
			"The values must stay below those of the nodes (Tomcat: `maxKeepAliveRequests`, `keepAliveTimeout`), so that no request meets a connection that the node closes.",
		],
	},
	secrets: {
		purpose: "Secrets that all instances of Portico share.",
		example: `
secrets:
  affinity: [ { id: "2026-11", secret: "\${AFFINITY_SECRET:-what openssl rand -base64 32 prints, for instance}" } ]
`,
	},
	"secrets.affinity[]": {
		purpose: "A key for the affinity cookies.",
		example: `
secrets:
  affinity:
    - { id: "2026-12", secret: "\${NEW_SECRET:-what openssl rand -base64 32 prints, for instance}" }
    - { id: "2026-11", secret: "\${OLD_SECRET:-what openssl rand -base64 32 printed a month before}" }
`,
	},
	zones: {
		purpose: "How much more than their share the nodes in Portico's own zone handle before nodes in other zones help.",
		example: `
zone: ams
zones: { overProvisioning: 1.2 }
`,
		notes: ["[Zones](../explanation/balancing.md#zones) has an example."],
	},
	limits: {
		purpose: "Limits on what clients and nodes may use.",
		example: `
limits: { requestHead: 96KiB, connections: 50000, connectionsPerClient: 200, memory: 2GiB }
`,
		notes: ["[Limits](limits.md) shows the error code and the metric of each limit."],
	},
	timeouts: {
		purpose: "Maximum times of every step.",
		example: `
timeouts: { connect: 1s, firstByte: 2m, tunnelIdle: 6h, drain: 1m }
`,
		notes: ["[Timeouts](glossary.md#timeouts) compares the names with those of other proxies."],
	},
	accessLog: {
		purpose: "An access log, or a list of access logs.",
		example: `
accessLog:
  - { path: /var/log/portico/is.log, services: [ is ] }
  - { path: "-", format: json }
`,
		notes: ["[The access log](log-events.md#the-access-log) lists the JSON keys and the directives."],
	},
	admin: {
		purpose: "The admin server: probes, metrics, status and changes at run time.",
		example: `
admin:
  address: 10.0.0.5:9990
  hosts: [ lb-1.internal ]
  tokens: [ { id: ops, secret: "\${ADMIN_TOKEN:-only-an-example-of-32-characters}" } ]
  openProbes: true
`,
		notes: ["[Admin API](admin-api.md) describes access and endpoints."],
	},
	"admin.tokens[]": {
		purpose: "A bearer token for requests from outside the machine.",
		example: `
admin:
  address: 10.0.0.5:9990
  tokens:
    - { id: prometheus, secret: "\${METRICS_TOKEN:-only-an-example-of-32-characters}" }
`,
	},
	doctor: {
		purpose: "What `portico doctor` treats in another way.",
		example: `
doctor:
  accept: [ { finding: hsts.missing, reason: "the load balancer in front adds it" } ]
`,
	},
	"doctor.accept[]": {
		purpose: "A finding that you know. The report shows it last with the reason, and it does not count for the exit code.",
		example: `
doctor:
  accept:
    - { finding: hsts.missing, service: is, reason: "the load balancer in front adds it" }
`,
	},
	"basicAuth.NAME": {
		purpose: "A list of users for basic authentication. Routes and access classes name it.",
		example: `
basicAuth:
  operators:
    realm: WSO2 consoles
    users: [ { name: anna, password: "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$QmFzZTY0T2ZUaGVIYXNoT2ZUaGVQYXNzd29yZDEyMzQ" } ]
`,
		notes: ["[Restrict access](../how-to/restrict-access.md) shows how to make the passwords."],
	},
	"basicAuth.NAME.users[]": {
		purpose: "A user with the hash of the password, as `portico hash-password` prints it.",
		example: `
basicAuth:
  operators:
    users:
      - { name: anna, password: "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0c2FsdA$QmFzZTY0T2ZUaGVIYXNoT2ZUaGVQYXNzd29yZDEyMzQ" }
`,
	},
	eventLog: {
		purpose: "A second place for events, besides standard error.",
		example: `
eventLog: { syslog: unix:/dev/log }
`,
	},
	"accessLog.syslog": {
		purpose: "A syslog server that gets the lines (RFC 5424).",
		example: `
accessLog:
  - { format: json, syslog: { server: "udp://192.0.2.10:514", facility: local3 } }
`,
	},
	"redirects[]": {
		purpose: "A path, or a host, that leads somewhere else. Those of the file apply to all hosts.",
		example: `
redirects:
  - { from: /, to: /apim-devportal/ }
  - { from: /store, match: prefix, to: /apim-devportal, status: 301 }
`,
		notes: ["[Redirects and pages](../how-to/redirects-and-pages.md) shows the usual cases."],
	},
	"responses[]": {
		purpose: "A fixed response for a path, for example `/robots.txt`.",
		example: `
responses:
  - { path: /robots.txt, type: text/plain, body: "User-agent: *\\nDisallow: /\\n" }
`,
		notes: ["[Redirects and pages](../how-to/redirects-and-pages.md) shows the usual cases."],
	},
	"services.NAME.redirects[]": {
		purpose: "Redirects at the hosts of the service.",
		example: `
services:
  is:
    redirects: [ { from: /, to: /is-myaccount/ } ]
`,
	},
	"services.NAME.responses[]": {
		purpose: "Fixed responses at the hosts of the service.",
		example: `
services:
  is:
    responses: [ { path: /ping, type: text/plain, body: "pong" } ]
`,
	},
	"services.NAME.maintenance": {
		purpose: "Maintenance mode: clients get 503 and a page instead of a response of a node.",
		example: `
services:
  is:
    maintenance: { on: true, retryAfter: 30m, allow: [ 10.0.0.0/8 ] }
`,
		notes: ["[Redirects and pages](../how-to/redirects-and-pages.md) shows the usual cases."],
	},
	"services.NAME.maintenance.page": {
		purpose: "The page that clients get during maintenance.",
		example: `
services:
  is:
    maintenance:
      page: { html: pages/maintenance.html }
`,
	},
};
