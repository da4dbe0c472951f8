/** nginx, one worker, default buffering of logs switched on, no temporary files for large responses. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../children.ts";
import { PUBLIC_HOST, PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import { nginxProducts } from "./nginxProducts.ts";
import type { Peer, Scene } from "./peer.ts";
import { commandVersion, missingCommand } from "./versions.ts";

export const nginx: Peer = {
	name: "nginx",
	jit: false,
	abilities: ["manyRoutes", "rewritesBodies", "products"],
	missing: () => missingCommand("nginx"),
	describe: () => commandVersion("nginx", ["-v"], /nginx\/\S+/),
	start(scene) {
		const file = join(scene.dir, "nginx.conf");
		const log = join(scene.dir, "access.log");
		writeFileSync(file, config(scene, log));
		const command = ["nginx", "-c", file, "-p", scene.dir, "-e", join(scene.dir, "error.log")];
		execFileSync("nginx", ["-t", "-q", ...command.slice(1)], { stdio: "pipe" });
		return { daemons: [startDaemon(command, join(scene.dir, "output.txt"), { core: PROXY_CORE })], logs: [log] };
	},
};

function config(scene: Scene, log: string): string {
	const { dir, certificate, routing } = scene;
	const { upstreams, locations } = routing === "products" ? nginxProducts(scene.nodes) : plain(scene, routing);
	return `
daemon off; user root; worker_processes 1; pid ${dir}/pid; worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  log_format combined_ '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
  access_log ${log} combined_ buffer=64k flush=1s;
  server_tokens off; keepalive_requests 1000000000; keepalive_timeout 1h; client_body_buffer_size 32k;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $host;
  proxy_buffer_size 16k; proxy_buffers 16 32k; proxy_max_temp_file_size 0;
${upstreams}
  server {
    listen 127.0.0.1:${scene.port} backlog=4096; listen 127.0.0.1:${scene.tlsPort} ssl backlog=4096;
    server_name ${PUBLIC_HOST}; ssl_certificate ${certificate.cert}; ssl_certificate_key ${certificate.key}; ssl_protocols TLSv1.2 TLSv1.3;
${locations}
    location / { return 404; }
  }
}
`;
}

function plain({ originPort }: Scene, routing: "few" | "many"): { upstreams: string; locations: string } {
	const location = (name: string): string =>
		`    location /is-${name} { proxy_pass http://node/${name};${name === "page" ? rewriting(originPort) : ""} }`;
	return {
		upstreams: `  upstream node { server 127.0.0.1:${originPort}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 1h; }
  proxy_redirect http://127.0.0.1:${originPort}/ ${PUBLIC_ORIGIN}/is-;`,
		locations: routeNames(routing).map(location).join("\n"),
	};
}

/**
 * A location's own proxy_set_header would take the place of all others, so the coding of the origin is left
 * to the origin, which has none.
 */
function rewriting(originPort: number): string {
	const links = `sub_filter 'http://127.0.0.1:${originPort}/' '${PUBLIC_ORIGIN}/is-'; sub_filter '"/page' '"/is-page';`;
	return ` ${links} sub_filter_once off; gzip on; gzip_min_length 1024; gzip_proxied any;`;
}
