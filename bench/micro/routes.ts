/**
 * Measures the choice of a route with few and with many routes: with one path, and with random paths, for which
 * the processor's caches are cold.
 */

import { loadText } from "../../src/config/load.ts";
import { Router } from "../../src/route/router.ts";

const AUTHORITY = "bench.example.com";
const CALLS = 50_000;
const ROUNDS = 9;

function config(names: readonly string[]): string {
	const routes = names.map((name) => `      - { path: /is-${name}, to: /${name} }`).join("\n");
	return `
public: http://${AUTHORITY}
listeners: [ { address: 127.0.0.1:8080 } ]
services:
  node:
    product: http
    nodes: [ { name: n-1, url: "http://127.0.0.1:9" } ]
    routes:
${routes}
`;
}

/** µs of CPU time a decision, with the text of its path. */
export async function routeCosts(count: number): Promise<{ readonly hot: number; readonly random: number }> {
	const names = Array.from({ length: count }, (_, index) => `context${String(index).padStart(5, "0")}`);
	const loaded = await loadText("bench.yaml", config(names), {}, 0);
	if (!("plan" in loaded)) throw new Error(JSON.stringify(loaded.problems));
	// As a worker gets it: the strings of a cloned plan are pieces of nothing else.
	const router = Router.build(structuredClone(loaded.plan));
	const paths = names.map((name) => Buffer.from(`/is-${name}/x`, "latin1"));
	let seed = 1;
	const cost = (isRandom: boolean): number => {
		let routed = 0;
		const before = process.cpuUsage();
		for (let call = 0; call < CALLS; call++) {
			seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
			// A new string each time, as a request brings it.
			const path = paths[isRandom ? seed % count : 0]?.toString("latin1") ?? "";
			const decision = router.decide({ authority: AUTHORITY, path, method: "GET", upgrade: null, clientAddress: "192.0.2.1" });
			if (decision.kind === "route") routed++;
		}
		const { user, system } = process.cpuUsage(before);
		if (routed !== CALLS) throw new Error("a path has no route");
		return (user + system) / CALLS;
	};
	const fastest = (isRandom: boolean): number => Math.min(...Array.from({ length: ROUNDS }, () => cost(isRandom)));
	return { hot: fastest(false), random: fastest(true) };
}
