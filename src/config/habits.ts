/** Keys and values of other proxies, with their equivalents here: for hints. */
import { nearest } from "./suggest.ts";

const NODES = "list the nodes in `nodes` of a service: `nodes: [{ name: a, url: http://10.0.0.40:8080 }]`";
const HOSTS = "the public origin is `public`; more hosts are `hosts`, of the file or of a service";
const AFFINITY = "sticky sessions are `affinity` of a service, such as `affinity: { mode: cookie }`";
const POLICY = "the policy is `balance: { policy: leastConnections }`";
const CERTIFICATES = "a listener has `tls: { certificates: [{ cert: FILE, key: FILE }] }`";
const REDIRECT =
	"a listener that redirects to https has `redirectTo: https`; other redirects are `redirects: [{ from: /, to: /devportal/ }]`, of the file or of a service";
const ROUTES = "the paths of a service of product `http` are its `routes`: `routes: [{ path: /app, to: / }]`";
const TIMEOUTS = "timeouts are in `timeouts`: `connect`, `firstByte`, `upstreamIdle`";
const CHECK = "checks of the nodes are `health: { check: … }` of a service";
const RESPONSE_HEADERS = "to change response headers, use `responseHeaders` with `set`, `default`, `add` and `remove`";
const LISTENERS = "`listeners: [{ address: 0.0.0.0:443 }]`";

/** Keys of nginx, HAProxy, Apache httpd, Traefik and Caddy, without case, `_` and `-`. */
const KEYS: Readonly<Record<string, string>> = {
	proxypass: NODES,
	proxypassreverse: "Portico rewrites redirects and cookies of nodes without a setting",
	proxyredirect: "Portico rewrites redirects and cookies of nodes without a setting",
	upstream: NODES,
	upstreams: NODES,
	backend: NODES,
	backends: NODES,
	server: NODES,
	servers: NODES,
	reverseproxy: NODES,
	loadbalancer: NODES,
	balancermember: NODES,
	servername: HOSTS,
	serveralias: HOSTS,
	virtualhost: HOSTS,
	domain: HOSTS,
	domains: HOSTS,
	redirect: REDIRECT,
	redir: REDIRECT,
	redirectmatch: REDIRECT,
	redirectpermanent: REDIRECT,
	return: "fixed responses are `responses: [{ path: /robots.txt, body: … }]`, redirects are `redirects`",
	respond: "fixed responses are `responses: [{ path: /robots.txt, body: … }]`",
	rewrite: "a route of product `http` changes the path by `to`; a redirect is `redirects: [{ from: /old, match: prefix, to: /new }]`",
	location: ROUTES,
	locations: ROUTES,
	leastconn: POLICY,
	iphash: "the policy is `balance: { policy: consistentHash }`",
	roundrobin: "the policy is `balance: { policy: roundRobin }`, the default",
	sticky: AFFINITY,
	stickysession: AFFINITY,
	stickysessions: AFFINITY,
	stickiness: AFFINITY,
	listen: LISTENERS,
	listener: LISTENERS,
	bind: LISTENERS,
	frontend: LISTENERS,
	entrypoints: LISTENERS,
	port: "a listener has its port in `address`; those of a node follow from the product, `offset` and `ports`",
	ssl: CERTIFICATES,
	sslcertificate: CERTIFICATES,
	sslcertificatekey: CERTIFICATES,
	sslcertificatefile: CERTIFICATES,
	certificate: CERTIFICATES,
	proxyreadtimeout: TIMEOUTS,
	proxyconnecttimeout: TIMEOUTS,
	proxytimeout: TIMEOUTS,
	timeout: TIMEOUTS,
	healthcheck: CHECK,
	healthchecks: CHECK,
	check: CHECK,
	maxfails: "the number of failures that eject a node is in `health: { passive: … }` of a service",
	backup: "a backup node has `standby: true`",
	proxysetheader:
		"Portico sets forwarding headers without a setting; set others with `requestHeaders`; `host: node` of a route sends the node's own Host",
	requestheader: "to change request headers, use `requestHeaders` with `set`, `default`, `add` and `remove`",
	proxyhideheader: RESPONSE_HEADERS,
	addheader: RESPONSE_HEADERS,
	header: RESPONSE_HEADERS,
	headers: RESPONSE_HEADERS,
	clientmaxbodysize: "the largest body is `maxBody` of a service or route",
	loglevel: "the level of the control log is an option: portico run --log-level debug",
	"<<": "YAML 1.2 has no merge keys: repeat the keys, or use an anchor for the whole value",
};

/** The hint for a key of another proxy; undefined if no proxy has it. */
export function habitOfKey(key: string): string | undefined {
	const plain = key.toLowerCase().replaceAll(/[_-]/g, "");
	return Object.hasOwn(KEYS, plain) ? KEYS[plain] : undefined;
}

/** Values of other proxies. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
	leastconn: ["leastConnections"],
	iphash: ["consistentHash"],
	source: ["consistentHash"],
	hash: ["consistentHash"],
	ewma: ["peakEwma"],
	randomtwo: ["twoChoices"],
	p2c: ["twoChoices"],
	wrr: ["roundRobin"],
	bybusyness: ["byBusyness"],
	bytraffic: ["byTraffic"],
	sticky: ["cookie"],
	insert: ["cookie"],
	rewrite: ["jvmRoute"],
	source_ip: ["client"],
	is: ["wso2-is"],
	identityserver: ["wso2-is"],
	am: ["wso2-apim"],
	apim: ["wso2-apim"],
	apimanager: ["wso2-apim"],
};

/** The allowed value that the user probably meant, or undefined. */
export function meantValue(written: string, allowed: readonly string[]): string | undefined {
	const plain = written.toLowerCase().replaceAll(/[_\s-]/g, "");
	const known = Object.hasOwn(VALUES, plain) ? VALUES[plain] : undefined;
	return (
		known?.find((value) => allowed.includes(value)) ?? allowed.find((value) => value.toLowerCase() === plain) ?? nearest(written, allowed)
	);
}
