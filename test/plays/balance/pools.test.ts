/** A product's kinds of traffic are balanced each in its own way, and a node is a node in all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPortico } from "../../harness/portico.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { home, Nodes, nameOf, tally } from "./rig.ts";

test("pages take turns, while API traffic stays by its header", async (t) => {
	const nodes = new Nodes(3);
	const servers = await Promise.all(nodes.scripts.flatMap((script) => [startRawServer(t, script), startRawServer(t, script)]));
	const portico = await startPortico(t, {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			apim: {
				product: "wso2-apim",
				prefix: "/apim-",
				transport: "http",
				affinity: { mode: "off" },
				health: { check: "off" },
				balance: { policy: "roundRobin" },
				pools: { gateway: { balance: { policy: "consistentHash", hash: { on: "header", name: "X-Tenant" } } } },
				nodes: nodes.scripts.map((_, index) => ({
					name: nameOf(index),
					host: "127.0.0.1",
					offset: 100 * index,
					ports: { servlet: servers[2 * index]?.port, gateway: servers[2 * index + 1]?.port },
				})),
			},
		},
		accessLog: [],
		workers: 2,
	});
	assert.deepEqual(await tally(t, portico.port, "/apim-devportal", 30), { a: 10, b: 10, c: 10 });
	const homes = new Set<string>();
	for (let tenant = 0; tenant < 16; tenant++) {
		const field = `X-Tenant: t${tenant}`;
		const name = await home(t, portico, "/apim-pizza/1.0", [field]);
		assert.equal(await home(t, portico, "/apim-menu/2.0", [field]), name);
		homes.add(name);
	}
	assert.equal(homes.size, 3);
});
