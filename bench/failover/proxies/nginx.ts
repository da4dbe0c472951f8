/** Open source nginx of Debian: no checks, no cookie of its own; users are kept by the end of the nodes' session ids. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../../children.ts";
import { commandVersion, missingCommand } from "../../peers/versions.ts";
import * as tuning from "../tuning.ts";
import type { Proxy, Site } from "./proxy.ts";

const limits = `max_fails=1 fail_timeout=${tuning.BROKEN_TIME / 1000}s`;

export const nginx: Proxy = {
	name: "nginx",
	describe: () => commandVersion("nginx", ["-v"], /nginx\/\S+/),
	missing: () => missingCommand("nginx"),
	settings: `a \`map\` of the cookie's \`.n1\` or \`.n2\` to an upstream with that node first and the other as \`backup\`; it has no checks: \`${limits}\`; \`proxy_next_upstream error timeout\`, the default, which tries GET again.`,
	start(site) {
		const file = join(site.dir, "nginx.conf");
		writeFileSync(file, config(site));
		const command = ["nginx", "-c", file, "-p", site.dir, "-e", join(site.dir, "error.log")];
		execFileSync("nginx", ["-t", "-q", ...command.slice(1)], { stdio: "pipe" });
		return startDaemon(command, join(site.dir, "output.txt"), { core: PROXY_CORE });
	},
};

function config({ dir, port, nodes: [first, second] }: Site): string {
	const upstream = (name: string, servers: readonly string[]): string =>
		`  upstream ${name} {\n${servers.map((server) => `    server 127.0.0.1:${server};`).join("\n")}\n    keepalive 64; keepalive_timeout ${tuning.IDLE_TIME}ms; keepalive_requests 1000000;\n  }`;
	return `
daemon off; user root; worker_processes 1; pid ${dir}/pid;
events { worker_connections 1024; }
http {
  access_log ${dir}/access.log combined;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  keepalive_timeout 60s; keepalive_requests 1000000;
  map $cookie_jsessionid $pool { default any; ~\\.${first.name}$ ${first.name}; ~\\.${second.name}$ ${second.name}; }
${upstream("any", [`${first.port} ${limits}`, `${second.port} ${limits}`])}
${upstream(first.name, [`${first.port} ${limits}`, `${second.port} backup`])}
${upstream(second.name, [`${second.port} ${limits}`, `${first.port} backup`])}
  server {
    listen 127.0.0.1:${port};
    location /x/ {
      proxy_pass http://$pool;
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_connect_timeout ${tuning.CONNECT_TIMEOUT}ms; proxy_read_timeout ${tuning.ANSWER_TIMEOUT}ms;
      proxy_next_upstream error timeout;
    }
  }
}
`;
}
