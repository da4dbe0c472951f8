/**
 * The origin behind every peer: one nginx worker on the load tools' core, no log, connections never closed by
 * it.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, LOAD_CORE, startDaemon } from "../children.ts";
import { freePorts } from "../scene.ts";
import { pageText } from "./page.ts";
import { type ProductNodes, productServers } from "./products.ts";

export const SMALL_BODY = "hello from the origin\n";
export const LARGE_BYTES = 1024 * 1024;

export interface Origin {
	/** Of the plain rows. */
	readonly port: number;
	readonly nodes: ProductNodes;
	readonly daemon: Daemon;
}

export async function startOrigin(dir: string): Promise<Origin> {
	const [port = 0, ...ports] = await freePorts(11);
	const pair = (index: number): [number, number] => [ports[2 * index] ?? 0, ports[2 * index + 1] ?? 0];
	const nodes = { is: pair(0), apim: pair(1), gateway: pair(2), websocket: pair(3), websub: pair(4) };
	mkdirSync(dir, { mode: 0o755 });
	writeFileSync(join(dir, "large"), Buffer.alloc(LARGE_BYTES, "x"));
	writeFileSync(join(dir, "page"), pageText(`http://127.0.0.1:${port}/`, "/"));
	const file = join(dir, "nginx.conf");
	writeFileSync(file, originConfig(dir, port, nodes));
	const daemon = startDaemon(["nginx", "-c", file, "-p", dir, "-e", join(dir, "error.log")], join(dir, "output.txt"), { core: LOAD_CORE });
	return { port, nodes, daemon };
}

/**
 * nginx answers a `return` without waiting for the request body, so the sink reads it by relaying the
 * request, without body, to itself.
 */
function originConfig(dir: string, port: number, nodes: ProductNodes): string {
	return `
daemon off; user root; worker_processes 1; pid ${dir}/pid; worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off; sendfile on; tcp_nopush on; default_type text/plain;
  keepalive_requests 1000000000; keepalive_timeout 1h; client_body_buffer_size 32k;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  upstream itself { server 127.0.0.1:${port}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /small { return 200 "${SMALL_BODY.trimEnd()}\\n"; }
    location = /redirect { return 302 http://127.0.0.1:${port}/small?from=redirect; }
    location = /sink { proxy_pass http://itself/sunk; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
    location = /sunk { return 200 "${SMALL_BODY.trimEnd()}\\n"; }
    location = /large { root ${dir}; }
    location = /page { root ${dir}; default_type text/html; }
  }
${productServers(dir, nodes)}
}
`;
}
