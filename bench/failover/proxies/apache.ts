/** mod_proxy_balancer with the nodes' own session ids, without and with mod_proxy_hcheck. */

import { join } from "node:path";
import { apacheBase, startApache } from "../../peers/apache.ts";
import { commandVersion, missingCommand } from "../../peers/versions.ts";
import { PUBLIC_ORIGIN } from "../../scene.ts";
import * as tuning from "../tuning.ts";
import type { Proxy, Site } from "./proxy.ts";

const MODULES = ["slotmem_shm", "proxy_balancer", "lbmethod_byrequests", "proxy_hcheck"];
const seconds = (milliseconds: number): number => milliseconds / 1000;

const checks = [
	"hcmethod=GET",
	`hcuri=${tuning.CHECK_PATH}`,
	`hcinterval=${seconds(tuning.CHECK_INTERVAL)}`,
	`hcfails=${tuning.FALL}`,
	`hcpasses=${tuning.RISE}`,
].join(" ");

/** With checks alone bringing a node back, traffic is not used to try it. */
const LONG = 3600;

export const apache = variant(
	"apache",
	`retry=${seconds(tuning.BROKEN_TIME)}`,
	`\`stickysession=JSESSIONID|jsessionid\` by jvmRoute; no checks: \`retry=${seconds(tuning.BROKEN_TIME)}\` in place of 60 s; \`failontimeout=On\`, else a frozen node keeps its users; \`ttl=${seconds(tuning.IDLE_TIME)}\`. \`ping\` would do nothing: it is for requests with a body.`,
);

export const apacheWithChecks = variant(
	"apache-hcheck",
	`retry=${LONG} ${checks}`,
	`the same, but \`retry=${LONG}\`, so that no user's request is used to try a node, and mod_proxy_hcheck: \`${checks}\`. It has no time limit of its own, so the worker's \`timeout\` holds for checks too.`,
);

function variant(name: string, extra: string, settings: string): Proxy {
	return {
		name,
		describe: () => commandVersion("apache2", ["-v"], /Apache\/\S+/),
		missing: () => missingCommand("apache2"),
		settings,
		start: (site) => startApache(site.dir, config(site, extra)),
	};
}

function config({ dir, port, nodes }: Site, extra: string): string {
	const limits = `connectiontimeout=${seconds(tuning.CONNECT_TIMEOUT)} timeout=${seconds(tuning.ANSWER_TIMEOUT)} ttl=${seconds(tuning.IDLE_TIME)}`;
	const member = (node: Site["nodes"][0]): string =>
		`  BalancerMember "http://127.0.0.1:${node.port}" route=${node.name} ${limits} ${extra}`.trimEnd();
	return `${apacheBase(dir, join(dir, "access.log"))}
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
ServerName ${PUBLIC_ORIGIN}
Listen 127.0.0.1:${port}
ProxyRequests Off
ProxyPreserveHost On
<Proxy "balancer://nodes">
${nodes.map(member).join("\n")}
  ProxySet stickysession=JSESSIONID|jsessionid lbmethod=byrequests failontimeout=On
</Proxy>
ProxyPass "/x" "balancer://nodes/x"
ProxyPassReverse "/x" "balancer://nodes/x"
`;
}
