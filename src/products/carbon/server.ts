/** What the server below WSO2's products is like, whichever product runs on it. */
import type { PoolSpec } from "../product.ts";
import { SERVLET_HEALTH } from "./health.ts";

const MiB = 1024 * 1024;

/** As many threads as a Carbon server has. */
export const THREADS = 250;

/** Milliseconds that classes, caches and pools take to warm up. */
export const SLOW_START = 60_000;

/** Consoles, login pages, OAuth. */
export const SERVLET_POOL: PoolSpec = {
	kind: "servlet",
	https: 9443,
	http: 9763,
	pathRules: "servlet",
	maxBody: 100 * MiB,
	maxRequests: THREADS,
	keepAliveRequests: 200,
	sessions: true,
	health: SERVLET_HEALTH,
	source: "default ports",
};

export function publicOriginSetting(publicPort: number): string {
	return `in the nodes' deployment.toml \`[server] hostname\` (the public host) and \`[transport.https.properties] proxyPort\` (${publicPort})`;
}
