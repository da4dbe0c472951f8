/** The proxies of the acts without sessions: a pool of equal nodes, each proxy in the configuration that its manual gives for that. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, PROXY_CORE, startDaemon } from "../../children.ts";
import { apacheBase, startApache } from "../../peers/apache.ts";
import { cliFile, missingDist } from "../../peers/portico.ts";
import { commandVersion, missingCommand } from "../../peers/versions.ts";
import { type Certificate, PUBLIC_ORIGIN } from "../../scene.ts";
import * as tuning from "../tuning.ts";

export interface PlainSite {
	/** A folder of its own for this start, readable by everyone. */
	readonly dir: string;
	readonly port: number;
	/** Also with TLS. */
	readonly tlsPort: number;
	/** A free port for whatever else it needs. */
	readonly spare: number;
	readonly certificate: Certificate;
	/** Portico's program, in place of dist/. */
	readonly cli?: string;
	readonly nodes: readonly { readonly name: string; readonly port: number }[];
}

export interface PlainProxy {
	readonly name: string;
	/** A path of the nodes, as it is outside. */
	readonly path: string;
	/** Why it cannot run here, or null. */
	missing(): string | null;
	describe(): string;
	/** The part of its configuration that decides about failover: Markdown. */
	readonly settings: string;
	start(site: PlainSite): Daemon;
	/** Failed requests in its log, by error code; empty if it logs none. */
	codes(dir: string): Readonly<Record<string, number>>;
}

const PATH = "/x/page";
const seconds = (milliseconds: number): number => milliseconds / 1000;
const checks = `inter ${tuning.CHECK_INTERVAL}ms fastinter ${tuning.FAST_CHECK_INTERVAL}ms fall ${tuning.FALL} rise ${tuning.RISE}`;
const none = (): Readonly<Record<string, number>> => ({});

// --- Portico

function portico(name: string, path: string, settings: string, service: (nodes: PlainSite["nodes"]) => string): PlainProxy {
	return {
		name,
		path,
		settings,
		missing: missingDist,
		describe: () => `Portico on Node ${process.versions.node}`,
		start(site) {
			const file = join(site.dir, "portico.yaml");
			writeFileSync(file, porticoConfig(site, service(site.nodes)));
			const command = [process.execPath, site.cli ?? cliFile() ?? "", "run", "-c", file];
			return startDaemon(command, join(site.dir, "output.txt"), { core: PROXY_CORE });
		},
		codes: porticoCodes,
	};
}

const porticoConfig = ({ dir, port, tlsPort, spare, certificate }: PlainSite, service: string): string => `
public: ${PUBLIC_ORIGIN}
workers: 1
listeners:
  - address: 127.0.0.1:${port}
  - { address: "127.0.0.1:${tlsPort}", tls: { certificates: [ { cert: ${certificate.cert}, key: ${certificate.key} } ] } }
services:
${service}
accessLog: { path: ${join(dir, "access.log")}, format: json }
admin: { address: 127.0.0.1:${spare} }
`;

const urlNodes = (nodes: PlainSite["nodes"]): string =>
	nodes.map((node) => `      - { name: ${node.name}, url: "http://127.0.0.1:${node.port}" }`).join("\n");

const httpService = (more: string) => (nodes: PlainSite["nodes"]) =>
	`  pages:
    product: http
    routes: [ { path: /x } ]
${more}    nodes:
${urlNodes(nodes)}`;

const watched = `    health:
      check: { path: /x/check, interval: ${tuning.CHECK_INTERVAL}ms, fastInterval: ${tuning.FAST_CHECK_INTERVAL}ms, timeout: ${tuning.CHECK_TIMEOUT}ms, fall: ${tuning.FALL}, rise: ${tuning.RISE} }
      passive: { connect: 3, timeout: 5, broken: 5, baseTime: ${tuning.BROKEN_TIME}ms }
`;

const isService = (nodes: PlainSite["nodes"]): string => `  is:
    product: wso2-is
    prefix: /is-
    transport: http
    nodes:
${nodes.map((node) => `      - { name: ${node.name}, host: 127.0.0.1, ports: { servlet: ${node.port} } }`).join("\n")}`;

/** Lines of the access log whose exchange failed, by code. */
function porticoCodes(dir: string): Readonly<Record<string, number>> {
	const file = join(dir, "access.log");
	const codes: Record<string, number> = {};
	if (!existsSync(file)) return codes;
	for (const line of readFileSync(file, "utf8").split("\n")) {
		if (!line.includes('"error":"')) continue;
		const { error = "", rule } = JSON.parse(line) as { error?: string; rule?: string };
		// wrk closes its connections when its time is over.
		if (error === "" || error === "client_gone") continue;
		const code = rule === undefined || rule === "" ? error : `${error} (${rule})`;
		codes[code] = (codes[code] ?? 0) + 1;
	}
	return codes;
}

// --- HAProxy

function haproxy(name: string, lines: string, server: string, settings: string): PlainProxy {
	return {
		name,
		path: PATH,
		settings,
		missing: () => missingCommand("haproxy"),
		describe: () => commandVersion("haproxy", ["-v"], /HAProxy version [^\s-]+/),
		start(site) {
			const file = join(site.dir, "haproxy.cfg");
			writeFileSync(file, haproxyConfig(site, lines, server));
			execFileSync("haproxy", ["-c", "-q", "-f", file], { stdio: "pipe" });
			const stdoutFile = join(site.dir, "access.log");
			return startDaemon(["haproxy", "-db", "-f", file], join(site.dir, "output.txt"), { core: PROXY_CORE, stdoutFile });
		},
		codes: none,
	};
}

const haproxyConfig = ({ port, tlsPort, certificate, nodes }: PlainSite, lines: string, server: string): string => `
global
  nbthread 1
  log stdout format raw local0 info
defaults
  mode http
  log global
  option httplog
  timeout connect ${tuning.CONNECT_TIMEOUT}ms
  timeout server 60s
  timeout check ${tuning.CHECK_TIMEOUT}ms
  timeout client 60s
  timeout http-keep-alive 60s
frontend public
  bind 127.0.0.1:${port}
  bind 127.0.0.1:${tlsPort} ssl crt ${certificate.pem} alpn http/1.1
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk GET /x/check
  http-check expect status 200
  retries 3
  option redispatch 1
${lines}
  default-server ${checks} pool-max-conn 256 ${server}
${nodes.map((node) => `  server ${node.name} 127.0.0.1:${node.port} check`).join("\n")}
`;

// --- nginx

const NGINX_LIMITS = `max_fails=1 fail_timeout=${seconds(tuning.BROKEN_TIME)}s`;

function nginx(name: string, limits: string, settings: string): PlainProxy {
	return {
		name,
		path: PATH,
		settings,
		missing: () => missingCommand("nginx"),
		describe: () => commandVersion("nginx", ["-v"], /nginx\/\S+/),
		start(site) {
			const file = join(site.dir, "nginx.conf");
			writeFileSync(file, nginxConfig(site, limits));
			const command = ["nginx", "-c", file, "-p", site.dir, "-e", join(site.dir, "error.log")];
			execFileSync("nginx", ["-t", "-q", ...command.slice(1)], { stdio: "pipe" });
			return startDaemon(command, join(site.dir, "output.txt"), { core: PROXY_CORE });
		},
		codes: none,
	};
}

const nginxConfig = ({ dir, port, tlsPort, certificate, nodes }: PlainSite, limits: string): string => `
daemon off; user root; worker_processes 1; pid ${dir}/pid;
events { worker_connections 4096; }
http {
  access_log ${dir}/access.log combined;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  keepalive_timeout 60s; keepalive_requests 1000000;
  upstream nodes {
${nodes.map((node) => `    server 127.0.0.1:${node.port} ${limits};`).join("\n")}
    keepalive 256; keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096; listen 127.0.0.1:${tlsPort} ssl backlog=4096;
    ssl_certificate ${certificate.cert}; ssl_certificate_key ${certificate.key}; ssl_protocols TLSv1.2 TLSv1.3;
    location /x/ {
      proxy_pass http://nodes; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_connect_timeout ${tuning.CONNECT_TIMEOUT}ms;
    }
  }
}
`;

// --- Apache

const APACHE_MODULES = ["slotmem_shm", "proxy_balancer", "lbmethod_byrequests"];
const apacheMember = `retry=${seconds(tuning.BROKEN_TIME)} connectiontimeout=${seconds(tuning.CONNECT_TIMEOUT)}`;

const apache: PlainProxy = {
	name: "apache",
	path: PATH,
	settings: `\`lbmethod=byrequests\`, \`${apacheMember}\` for each node (\`retry\` is 60 s by default).`,
	missing: () => missingCommand("apache2"),
	describe: () => commandVersion("apache2", ["-v"], /Apache\/\S+/),
	start: (site) => startApache(site.dir, apacheConfig(site)),
	codes: none,
};

const apacheConfig = ({ dir, port, tlsPort, certificate, nodes }: PlainSite): string => `${apacheBase(dir, join(dir, "access.log"))}
${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
ServerName ${PUBLIC_ORIGIN}
Listen 127.0.0.1:${port}
Listen 127.0.0.1:${tlsPort}
ProxyRequests Off
ProxyPreserveHost On
<Proxy "balancer://nodes">
${nodes.map((node) => `  BalancerMember "http://127.0.0.1:${node.port}" ${apacheMember}`).join("\n")}
  ProxySet lbmethod=byrequests
</Proxy>
ProxyPass "/x" "balancer://nodes/x"
<VirtualHost 127.0.0.1:${tlsPort}>
  ServerName ${PUBLIC_ORIGIN}
  SSLEngine On
  SSLCertificateFile ${certificate.cert}
  SSLCertificateKeyFile ${certificate.key}
  ProxyPreserveHost On
  ProxyPass "/x" "balancer://nodes/x"
</VirtualHost>
`;

/** The proxy itself, or Portico with another build. @param cli its program; null: dist/ */
export function plainPorticoFrom(proxy: PlainProxy, cli: string | null): PlainProxy {
	return cli === null || !proxy.name.startsWith("portico")
		? proxy
		: { ...proxy, missing: () => null, start: (site) => proxy.start({ ...site, cli }) };
}

export const PLAIN_PROXIES: readonly PlainProxy[] = [
	portico("portico", PATH, "`product: http` and nothing else: no checks, no passive health.", httpService("")),
	portico("portico-checks", PATH, `\`product: http\` with the checks and the passive health of the tables above.`, httpService(watched)),
	portico("portico-is", "/is-oauth2/jwks", "`product: wso2-is` and nothing else: checks and passive health of the preset.", isService),
	haproxy(
		"haproxy-retry",
		"  retry-on all-retryable-errors",
		"observe layer7 error-limit 3 on-error mark-down",
		`\`option httpchk\`, \`${checks}\`; \`retries 3\`, \`option redispatch 1\`; \`retry-on all-retryable-errors\`, \`observe layer7 error-limit 3 on-error mark-down\`.`,
	),
	haproxy("haproxy", "", "", "the same, but `retry-on conn-failure`, the default."),
	nginx(
		"nginx",
		NGINX_LIMITS,
		`\`${NGINX_LIMITS}\`, \`keepalive 256\`; \`proxy_next_upstream error timeout\`, the default, which tries GET again.`,
	),
	nginx("nginx-max_fails=0", "max_fails=0", "the same, but `max_fails=0`: no failure takes a node out."),
	apache,
];
