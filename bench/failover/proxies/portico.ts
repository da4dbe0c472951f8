import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../../children.ts";
import { cliFile, missingDist } from "../../peers/portico.ts";
import { PUBLIC_ORIGIN } from "../../scene.ts";
import * as tuning from "../tuning.ts";
import type { Proxy, Site } from "./proxy.ts";

export const portico: Proxy = {
	name: "portico",
	describe: () => `Portico on Node ${process.versions.node}`,
	missing: missingDist,
	settings: `cookie affinity; \`retry: { perTry: ${tuning.ANSWER_TIMEOUT}ms }\` (off by default), and ${4 * tuning.ANSWER_TIMEOUT} ms for all tries; check every ${tuning.CHECK_INTERVAL} ms (${tuning.FAST_CHECK_INTERVAL} ms while uncertain), fall ${tuning.FALL}, rise ${tuning.RISE}; traffic takes a node out for ${tuning.BROKEN_TIME} ms the first time (its checks end it as soon as they pass) after 3 failed connections, 5 late or 5 broken answers in a row, the defaults of the WSO2 products; no slow start, as nobody here has one.`,
	start: (site) => startPortico(site, cliFile() ?? ""),
};

/** @param cli its program: the built one, or the source */
export function startPortico(site: Site, cli: string) {
	const file = join(site.dir, "portico.yaml");
	writeFileSync(file, config(site));
	return startDaemon([process.execPath, cli, "run", "-c", file], join(site.dir, "output.txt"), { core: PROXY_CORE });
}

function config({ dir, port, spare, nodes }: Site): string {
	return `
public: ${PUBLIC_ORIGIN}
workers: 1
listeners: [ { address: 127.0.0.1:${port} } ]
services:
  pages:
    product: http
    routes: [ { path: /x } ]
    nodes:
${nodes.map((node) => `      - { name: ${node.name}, url: "http://127.0.0.1:${node.port}" }`).join("\n")}
    affinity: { mode: cookie }
    retry: { perTry: ${tuning.ANSWER_TIMEOUT}ms }
    keepAlive: { idle: ${tuning.IDLE_TIME}ms, maxRequests: 1000000 }
    health:
      check:
        path: ${tuning.CHECK_PATH}
        interval: ${tuning.CHECK_INTERVAL}ms
        fastInterval: ${tuning.FAST_CHECK_INTERVAL}ms
        timeout: ${tuning.CHECK_TIMEOUT}ms
        fall: ${tuning.FALL}
        rise: ${tuning.RISE}
      passive: { connect: 3, timeout: 5, broken: 5, baseTime: ${tuning.BROKEN_TIME}ms }
timeouts: { connect: ${tuning.CONNECT_TIMEOUT}ms, firstByte: ${4 * tuning.ANSWER_TIMEOUT}ms }
accessLog: { path: ${join(dir, "access.log")}, format: combined }
admin: { address: 127.0.0.1:${spare} }
`;
}
