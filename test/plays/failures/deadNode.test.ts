/** A node where nothing listens, for as long as that lasts: no request fails, whatever the product, and few are spent on finding out. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";

const REQUESTS = 400;

const alive = await startRawServer({ after }, async (node) => {
	for (;;) {
		await node.request();
		await node.send(responseText(200, [], "alive"));
	}
});
const [nobody] = await freePorts(1);
const portico = await startPortico(
	{ after },
	{
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: {
			app: {
				product: "http",
				routes: [{ path: "/app", methods: ["GET", "POST"] }],
				nodes: [
					{ name: "dead", url: `http://127.0.0.1:${nobody}` },
					{ name: "alive", url: `http://127.0.0.1:${alive.port}` },
				],
			},
		},
		accessLog: { format: "json" },
		workers: 1,
	},
);

test("no request fails beside a dead node, though there are more of them than the retry budget allows", async (t) => {
	const clients = await Promise.all(Array.from({ length: 8 }, () => connectRaw(t, portico.port)));
	const statuses = await Promise.all(
		clients.map(async (client) => {
			const own: number[] = [];
			for (let i = 0; i < REQUESTS / clients.length; i++) {
				await client.send(get("/app/x"));
				own.push((await client.response()).status);
			}
			return own;
		}),
	);
	assert.deepEqual(new Set(statuses.flat()), new Set([200]));
});

test("the dead node is left aside: few requests found out that it is dead", async () => {
	const written = () => portico.log.filter(({ path }) => path === "/app/x");
	const lines = await portico.child.until(() => (written().length === REQUESTS ? written() : undefined), "all lines of the access log");
	const tried = lines.filter(({ attempts }) => attempts === 2).length;
	assert.ok(tried >= 1 && tried <= REQUESTS / 10, `${tried} of ${REQUESTS} were sent to the dead node first`);
});
