/** Nodes are killed in turn and started again, under load: no GET fails, with checks and passive health or without. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Child, startNode } from "../../harness/child.ts";
import { get } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { eventually } from "../../harness/stage.ts";
import { Load } from "../ending/load.ts";

const CLIENTS = 8;
const KILLS = 4;
/** Requests that are served while a node is dead, and after it came back: more than the retry budget would bear. */
const REQUESTS = 120;
/** A program, since only that can be killed: requests are in flight, and the kernel resets what was in its queue. */
const NODE =
	'require("node:http").createServer((_, answer) => setTimeout(() => answer.end("hi"), 10)).listen(+process.argv[1], "127.0.0.1", () => console.log("ready"))';

test("no GET fails while one of three nodes after the other is killed and started again", async (t) => {
	const ports = await freePorts(3);
	const start = async (port: number): Promise<Child> => {
		const node = startNode(t, ["-e", NODE, String(port)]);
		await node.until(() => (node.stdout.includes("ready") ? true : undefined), "the node's start", 20_000);
		return node;
	};
	const nodes = await Promise.all(ports.map(start));
	const service = (name: string, health: object): object => ({
		product: "http",
		routes: [{ path: `/${name}` }],
		nodes: ports.map((port, index) => ({ name: `${name}-${index}`, url: `http://127.0.0.1:${port}` })),
		...health,
	});
	const passive = { connect: 3, timeout: 5, broken: 5, baseTime: "1s" };
	const portico = await startPortico(t, {
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: { bare: service("bare", {}), watched: service("watched", { health: { check: { interval: "500ms" }, passive } }) },
		accessLog: { format: "json" },
		workers: 1,
	});
	const loads = ["bare", "watched"].map((name) => new Load(t, portico.port, get(`/${name}`), CLIENTS));
	const servedMore = async (): Promise<void> => {
		const goals = loads.map(({ served }) => served + REQUESTS);
		await eventually(
			() => loads.every(({ served }, index) => served >= (goals[index] ?? 0)),
			() => `${REQUESTS} more served; ${loads.flatMap(({ failures }) => failures).join("; ")}`,
		);
	};
	await servedMore();
	for (let kill = 0; kill < KILLS; kill++) {
		const index = kill % nodes.length;
		await nodes[index]?.kill();
		await servedMore();
		nodes[index] = await start(ports[index] ?? 0);
		await servedMore();
	}
	await Promise.all(loads.map((load) => load.stop()));
	const errors = portico.log
		.filter(({ error, path }) => path !== undefined && error !== null)
		.map(({ path, error }) => `${path}: ${error}`);
	assert.deepEqual({ failures: loads.flatMap(({ failures }) => failures), errors }, { failures: [], errors: [] });
});
