/** A node that comes back gets a tenth of its share at first, counted in requests, and in the end all of it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { responseText } from "../../harness/message.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { COMMON, QUICK, told } from "../health/rig.ts";
import { nameOf, type Tally, tally } from "./rig.ts";

const EVEN: Tally = { a: 11, b: 11 };

/** Nodes `a` and `b`, both up from the start; then `b` goes down and comes up again. */
async function comesBack(t: TestContext, slowStart: string): Promise<Portico> {
	const health = [200, 200];
	const scripts = health.map((_, node) =>
		serve(({ target }) => responseText(target === "/health" ? (health[node] ?? 500) : 200, [], nameOf(node))),
	);
	const servers = await Promise.all(scripts.map((script) => startRawServer(t, script)));
	const portico = await startPortico(t, {
		...COMMON,
		public: "http://localhost",
		services: {
			app: {
				product: "http",
				routes: [{ path: "/app" }],
				nodes: servers.map(({ port }, node) => ({ name: nameOf(node), url: `http://127.0.0.1:${port}` })),
				balance: { slowStart },
				health: { check: { ...QUICK, path: "/health" } },
			},
		},
		workers: 2,
	});
	await Promise.all(["a/http", "b/http"].map((member) => told(portico, "member_up", member)));
	health[1] = 500;
	await told(portico, "member_down", "b/http");
	health[1] = 200;
	await told(portico, "member_up", "b/http", 2);
	return portico;
}

test("a node that was up from the start has its full share, one that comes back a tenth of it", async (t) => {
	const { port } = await comesBack(t, "365d");
	assert.deepEqual(await tally(t, port, "/app", 110), { a: 100, b: 10 } satisfies Tally);
});

test("when the time is over it has its full share again", async (t) => {
	const { port } = await comesBack(t, "1s");
	const isEven = async () => isDeepStrictEqual(await tally(t, port, "/app", 22), EVEN);
	let inARow = 0;
	// Near the end of its time some tallies are even by chance.
	for (let i = 0; i < 1000 && inARow < 10; i++) inARow = (await isEven()) ? inARow + 1 : 0;
	assert.equal(inARow, 10);
});

test("without slow start it has its full share at once", async (t) => {
	const { port } = await comesBack(t, "off");
	assert.deepEqual(await tally(t, port, "/app", 22), EVEN);
});
