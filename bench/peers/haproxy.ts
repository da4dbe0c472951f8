/**
 * HAProxy, one thread. It writes each log line by itself: a plain log file with a buffer is not among its
 * choices.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../children.ts";
import { PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import { haproxyProducts, productMap } from "./haproxyProducts.ts";
import type { Peer, Scene } from "./peer.ts";
import { commandVersion, missingCommand } from "./versions.ts";

export const haproxy: Peer = {
	name: "haproxy",
	jit: false,
	abilities: ["manyRoutes", "products"],
	missing: () => missingCommand("haproxy"),
	describe: () => commandVersion("haproxy", ["-v"], /HAProxy version [^\s-]+/),
	start(scene) {
		const file = join(scene.dir, "haproxy.cfg");
		const log = join(scene.dir, "access.log");
		const map = join(scene.dir, "routes.map");
		writeFileSync(map, `${mapLines(scene).join("\n")}\n`);
		writeFileSync(file, config(scene, map));
		execFileSync("haproxy", ["-c", "-q", "-f", file], { stdio: "pipe" });
		const daemon = startDaemon(["haproxy", "-db", "-f", file], join(scene.dir, "output.txt"), { core: PROXY_CORE, stdoutFile: log });
		return { daemons: [daemon], logs: [log] };
	},
};

function mapLines({ routing }: Scene): string[] {
	return routing === "products" ? productMap() : routeNames(routing).map((name) => `/is-${name} node`);
}

/** Apache's combined line, as a frontend's lines. */
export const HAPROXY_COMBINED = `  capture request header Referer len 256
  capture request header User-Agent len 256
  log-format '%ci - - [%trl] %{+Q}r %ST %B "%[capture.req.hdr(0)]" "%[capture.req.hdr(1)]"'`;

/** The parts that do not depend on the routing, shared with the article's outer hop. */
export function haproxyBase(): string {
	return `
global
  nbthread 1
  maxconn 9000
  log stdout format raw local0 info
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  log global
  option dontlognull
  http-reuse always
  timeout connect 5s
  timeout client 1h
  timeout server 60s
  timeout http-keep-alive 1h
`;
}

function config(scene: Scene, map: string): string {
	return `${haproxyBase()}
frontend public
  bind 127.0.0.1:${scene.port} backlog 4096
  bind 127.0.0.1:${scene.tlsPort} backlog 4096 ssl crt ${scene.certificate.pem} alpn http/1.1
${HAPROXY_COMBINED}
${scene.routing === "products" ? haproxyProducts(scene.nodes, map) : plain(scene, map)}`;
}

function plain(scene: Scene, map: string): string {
	return `  http-request deny deny_status 404 unless { path,map_beg(${map}) -m found }
  http-request replace-path ^/is-(.*)$ /\\1
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-response replace-header Location ^http://127\\.0\\.0\\.1:${scene.originPort}/(.*)$ ${PUBLIC_ORIGIN}/is-\\1
  default_backend node
backend node
  server node 127.0.0.1:${scene.originPort} pool-max-conn 256
`;
}
