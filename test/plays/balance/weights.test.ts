/** Weights that an operator changes at run time: the spread follows exactly, over all workers, with the next request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPortico } from "../../harness/portico.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { changeNode, patch } from "../admin/rig.ts";
import { Nodes, nameOf, type Tally, tally } from "./rig.ts";

test("a weight that is changed through the admin server changes the spread in proportion", async (t) => {
	const servers = await Promise.all(new Nodes(3).scripts.map((script) => startRawServer(t, script)));
	const portico = await startPortico(t, {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			app: {
				product: "http",
				routes: [{ path: "/app" }],
				nodes: servers.map(({ port }, index) => ({ name: nameOf(index), url: `http://127.0.0.1:${port}` })),
			},
		},
		admin: { address: "127.0.0.1:0" },
		accessLog: [],
		workers: 2,
	});
	const spread = async (count: number): Promise<Tally> => tally(t, portico.port, "/app", count);
	assert.deepEqual(await spread(60), { a: 20, b: 20, c: 20 });

	await changeNode(portico, "a", { weight: 3 });
	assert.deepEqual(await spread(60), { a: 36, b: 12, c: 12 });
	await changeNode(portico, "b", { weight: 2 });
	assert.deepEqual(await spread(60), { a: 30, b: 20, c: 10 });
	assert.equal((await patch(portico, "/api/v1/members/c%2Fhttp", { weight: 100 })).status, 200);
	assert.deepEqual(await spread(210), { a: 6, b: 4, c: 200 });
	for (const name of ["a", "b", "c"]) await changeNode(portico, name, { weight: 7 });
	assert.deepEqual(await spread(60), { a: 20, b: 20, c: 20 });
});
