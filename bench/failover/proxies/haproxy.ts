/** HAProxy with a cookie of its own, once with its default of what is tried again, once with all that it can try again. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../../children.ts";
import { commandVersion, missingCommand } from "../../peers/versions.ts";
import * as tuning from "../tuning.ts";
import type { Proxy, Site } from "./proxy.ts";

const checks = `inter ${tuning.CHECK_INTERVAL}ms fastinter ${tuning.FAST_CHECK_INTERVAL}ms fall ${tuning.FALL} rise ${tuning.RISE}`;
const common = `\`cookie SRV insert indirect nocache\`; \`option httpchk\`, \`${checks}\`; \`retries 3\`, \`option redispatch 1\` (to the other node with the first retry; the plain form waits for the last one, a second each)`;

export const haproxy = variant("haproxy", "", "", `${common}; \`retry-on conn-failure\`, the default.`);

export const haproxyRetrying = variant(
	"haproxy-retry",
	"  retry-on all-retryable-errors\n  http-request disable-l7-retry unless METH_GET || { method HEAD OPTIONS }",
	"observe layer7 error-limit 3 on-error mark-down",
	`${common}; \`retry-on all-retryable-errors\` for GET, HEAD and OPTIONS, \`observe layer7 error-limit 3 on-error mark-down\`.`,
);

function variant(name: string, lines: string, server: string, settings: string): Proxy {
	return {
		name,
		describe: () => commandVersion("haproxy", ["-v"], /HAProxy version [^\s-]+/),
		missing: () => missingCommand("haproxy"),
		settings,
		start(site) {
			const file = join(site.dir, "haproxy.cfg");
			writeFileSync(file, config(site, lines, server));
			execFileSync("haproxy", ["-c", "-q", "-f", file], { stdio: "pipe" });
			const stdoutFile = join(site.dir, "access.log");
			return startDaemon(["haproxy", "-db", "-f", file], join(site.dir, "output.txt"), { core: PROXY_CORE, stdoutFile });
		},
	};
}

function config({ port, nodes }: Site, lines: string, server: string): string {
	return `
global
  nbthread 1
  log stdout format raw local0 info
defaults
  mode http
  log global
  option httplog
  timeout connect ${tuning.CONNECT_TIMEOUT}ms
  timeout server ${tuning.ANSWER_TIMEOUT}ms
  timeout check ${tuning.CHECK_TIMEOUT}ms
  timeout client 60s
  timeout http-keep-alive 60s
frontend public
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  balance roundrobin
  cookie SRV insert indirect nocache httponly
  option httpchk GET ${tuning.CHECK_PATH}
  http-check expect status 200
  retries 3
  option redispatch 1
${lines}
  default-server ${checks} pool-purge-delay ${tuning.IDLE_TIME}ms ${server}
${nodes.map((node) => `  server ${node.name} 127.0.0.1:${node.port} cookie ${node.name} check`).join("\n")}
`;
}
