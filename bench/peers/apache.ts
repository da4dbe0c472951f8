/**
 * Apache httpd: event MPM, one child process with threads enough for every connection of a row, buffered log.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, PROXY_CORE, startDaemon } from "../children.ts";
import { PUBLIC_HOST, PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import { type Peer, plainRouting, type Scene } from "./peer.ts";
import { commandVersion, missingCommand } from "./versions.ts";

export const apache: Peer = {
	name: "apache",
	jit: false,
	abilities: ["manyRoutes", "rewritesBodies"],
	missing: () => missingCommand("apache2"),
	describe: () => commandVersion("apache2", ["-v"], /Apache\/\S+/),
	start(scene) {
		const log = join(scene.dir, "access.log");
		return { daemons: [startApache(scene.dir, config(scene, log))], logs: [log] };
	},
};

export function startApache(dir: string, text: string): Daemon {
	mkdirSync(join(dir, "run"), { recursive: true });
	const file = join(dir, "httpd.conf");
	writeFileSync(file, text);
	const command = ["apache2", "-d", dir, "-f", file];
	execFileSync("apache2", ["-t", ...command.slice(1)], { stdio: "pipe" });
	return startDaemon([...command, "-D", "FOREGROUND"], join(dir, "output.txt"), { core: PROXY_CORE });
}

const MODULES = [
	"mpm_event",
	"authz_core",
	"headers",
	"rewrite",
	"ssl",
	"socache_shmcb",
	"proxy",
	"proxy_http",
	"filter",
	"substitute",
	"deflate",
];

/**
 * Server-wide lines, shared with the article's inner hop. The factor lets idle connections by the thousands
 * wait for few threads.
 */
export function apacheBase(dir: string, log: string): string {
	const user = process.getuid?.() === 0 ? "User www-data\nGroup www-data" : "";
	return `
ServerRoot ${dir}
PidFile ${dir}/run/httpd.pid
DefaultRuntimeDir ${dir}/run
Mutex file:${dir}/run
ErrorLog ${dir}/error.log
LogLevel error
${user}
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
ServerLimit 1
StartServers 1
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
MinSpareThreads 1
MaxSpareThreads 128
AsyncRequestWorkerFactor 64
MaxConnectionsPerChild 0
ListenBacklog 4096
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 3600
Timeout 60
ServerTokens Prod
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
BufferedLogs On
CustomLog ${log} combined
`;
}

function config(scene: Scene, log: string): string {
	const origin = `http://127.0.0.1:${scene.originPort}`;
	const routes = routeNames(plainRouting(scene)).map(
		(name) => `ProxyPass /is-${name} ${origin}/${name}\nProxyPassReverse /is-${name} ${origin}/${name}`,
	);
	// Without an entry for the whole origin a Location of one path is only known under that path's own route,
	// as it is here.
	return `${apacheBase(scene.dir, log)}
ServerName https://${PUBLIC_HOST}
Listen 127.0.0.1:${scene.port}
Listen 127.0.0.1:${scene.tlsPort}
SSLSessionCache shmcb:${scene.dir}/run/sessions(512000)
ProxyRequests Off
ProxyPreserveHost On
RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
Header edit Location ^http: https:
${routes.join("\n")}
<Location /is-page>
  Substitute "s|${origin}/|${PUBLIC_ORIGIN}/is-|n"
  Substitute 's|"/page|"/is-page|n'
  AddOutputFilterByType SUBSTITUTE;DEFLATE text/html
</Location>
<VirtualHost 127.0.0.1:${scene.port}>
  ServerName https://${PUBLIC_HOST}
</VirtualHost>
<VirtualHost 127.0.0.1:${scene.tlsPort}>
  ServerName https://${PUBLIC_HOST}
  SSLEngine On
  SSLProtocol -all +TLSv1.2 +TLSv1.3
  SSLCertificateFile ${scene.certificate.cert}
  SSLCertificateKeyFile ${scene.certificate.key}
</VirtualHost>
`;
}
