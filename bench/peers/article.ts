/**
 * The article's two boxes: HAProxy as the load balancer that ends TLS and keeps a client on its node by a
 * cookie, in front of Apache httpd with the article's own directives. Both share the proxy's core.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../children.ts";
import { routeNames } from "../scene.ts";
import { apacheBase, startApache } from "./apache.ts";
import { HAPROXY_COMBINED, haproxyBase } from "./haproxy.ts";
import { type Peer, plainRouting, type Scene } from "./peer.ts";
import { commandVersion, missingCommand } from "./versions.ts";

export const article: Peer = {
	name: "article",
	jit: false,
	abilities: [],
	missing: () => missingCommand("haproxy") ?? missingCommand("apache2"),
	describe: () =>
		`The article's two hops: ${commandVersion("haproxy", ["-v"], /HAProxy version [^\s-]+/)} → ${commandVersion("apache2", ["-v"], /Apache\/\S+/)}`,
	start(scene) {
		const outerLog = join(scene.dir, "outer.log");
		const innerLog = join(scene.dir, "inner.log");
		const innerDir = join(scene.dir, "apache");
		mkdirSync(innerDir, { mode: 0o755 });
		const file = join(scene.dir, "haproxy.cfg");
		writeFileSync(file, outerConfig(scene));
		execFileSync("haproxy", ["-c", "-q", "-f", file], { stdio: "pipe" });
		const inner = startApache(innerDir, innerConfig(scene, innerDir, innerLog));
		const outer = startDaemon(["haproxy", "-db", "-f", file], join(scene.dir, "output.txt"), { core: PROXY_CORE, stdoutFile: outerLog });
		return { daemons: [outer, inner], logs: [outerLog, innerLog] };
	},
};

function outerConfig(scene: Scene): string {
	return `${haproxyBase()}
frontend public
${HAPROXY_COMBINED}
  bind 127.0.0.1:${scene.port} backlog 4096
  bind 127.0.0.1:${scene.tlsPort} backlog 4096 ssl crt ${scene.certificate.pem} alpn http/1.1
  default_backend apache
backend apache
  option forwardfor
  cookie SERVERID insert indirect nocache httponly secure
  server apache-1 127.0.0.1:${scene.spare} cookie a1 pool-max-conn 256
`;
}

function innerConfig(scene: Scene, dir: string, log: string): string {
	const origin = `http://127.0.0.1:${scene.originPort}`;
	const routes = routeNames(plainRouting(scene)).map(
		(name) => `  ProxyPass /is-${name} ${origin}/${name}\n  ProxyPassReverse /is-${name} ${origin}/${name}`,
	);
	return `${apacheBase(dir, log)}
ServerName localhost
Listen 127.0.0.1:${scene.spare}
<VirtualHost 127.0.0.1:${scene.spare}>
  ServerName bench.test:80
  RewriteEngine On
  RewriteCond %{REQUEST_METHOD} ^(TRACE|OPTIONS)
  RewriteRule .* - [F]
  Header edit Location ^http https
  ProxyRequests Off
  ForceType application/json
${routes.join("\n")}
</VirtualHost>
`;
}
