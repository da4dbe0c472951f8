/** A worker that throws: it is replaced, its cause is logged, the others do not notice, what it held is given back. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { eventually, openStage, type Stage, serve } from "../../harness/stage.ts";
import { untilWaiting } from "../admin/rig.ts";
import { Held } from "../overload/rig.ts";
import { fillHeap, sabotage, untilCounted, WITH_SABOTAGE } from "./audit.ts";

/** A worker that dies young is started again after a second. */
const REPLACED_WITHIN = 10_000;

/** A request under way: it has reached the node, which has not answered. */
interface Pending {
	readonly worker: string;
	readonly client: RawSocket;
	readonly node: RawSocket;
}

async function ask(t: TestContext, stage: Stage, path: string, number: number): Promise<Pending> {
	const client = await stage.connect(t);
	const nodeSide = stage.at(0).node.connection(number);
	await client.send(get(path));
	const node = await nodeSide;
	const id = (await node.request()).headers.find(([name]) => name.toLowerCase() === "x-request-id")?.[1] ?? "";
	return { worker: id.slice(0, id.indexOf("-")), client, node };
}

/** As many requests under way as it takes until every worker has one. */
async function askAllWorkers(t: TestContext, stage: Stage, path: string, workers: number): Promise<Pending[]> {
	const all: Pending[] = [];
	while (new Set(all.map(({ worker }) => worker)).size < workers) all.push(await ask(t, stage, path, all.length));
	return all;
}

test("a worker that throws is replaced; exchanges of the other one go on, and what it held is given back", async (t) => {
	const stage = await openStage(t, { services: 1, config: { workers: 2 }, portico: WITH_SABOTAGE });
	const { path } = stage.service();
	const pending = await askAllWorkers(t, stage, path, 2);
	await untilCounted(t, stage.port, { inFlight: pending.length, connections: pending.length });

	await sabotage(t, stage.port);

	const died = await stage.portico.event("worker_died");
	assert.equal(died.level, "error");
	assert.equal(died.code, "proxy_internal_error");
	assert.match(String(died.cause), /^Error: sabotage\n\s+at /);
	await stage.portico.event("worker_replaced", ({ worker }) => worker === died.worker, REPLACED_WITHIN);

	const cut = pending.filter(({ client }) => client.ending !== null);
	const kept = pending.filter(({ client }) => client.ending === null);
	assert.equal(new Set(cut.map(({ worker }) => worker)).size, 1);
	assert.equal(new Set(kept.map(({ worker }) => worker)).size, 1);
	assert.notEqual(cut[0]?.worker, kept[0]?.worker);
	for (const { node } of cut) await node.ended();
	await untilCounted(t, stage.port, { inFlight: kept.length, connections: kept.length });

	for (const { client, node } of kept) {
		await node.send(responseText(200, [], "survived"));
		assert.equal((await client.response()).body.toString(), "survived");
	}
	await untilCounted(t, stage.port, { inFlight: 0, connections: kept.length });
	assert.deepEqual(await stage.portico.stop(), { code: 0, signal: null });
});

test("a worker whose heap is full is replaced; the other one goes on, and the heap was as small as the memory asks for", async (t) => {
	const config = { workers: 2, limits: { memory: "256MiB" } };
	const stage = await openStage(t, { services: 1, config, portico: WITH_SABOTAGE });
	const { path } = stage.service();
	const pending = await askAllWorkers(t, stage, path, 2);

	await fillHeap(t, stage.port);

	const died = await stage.portico.event("worker_died");
	assert.match(String(died.cause), /ERR_WORKER_OUT_OF_MEMORY/);
	await stage.portico.event("worker_replaced", ({ worker }) => worker === died.worker, REPLACED_WITHIN);
	const kept = pending.filter(({ client }) => client.ending === null);
	assert.equal(new Set(kept.map(({ worker }) => worker)).size, 1);
	for (const { client, node } of kept) {
		await node.send(responseText(200, [], "survived"));
		assert.equal((await client.response()).body.toString(), "survived");
	}
	await untilCounted(t, stage.port, { inFlight: 0, connections: kept.length });
});

test("requests that waited in a worker that died count no more, and those of the other one are served", async (t) => {
	const held = new Held();
	const stage = await openStage(t, {
		services: 1,
		config: { workers: 2, admin: { address: "127.0.0.1:0" } },
		service: () => ({ overload: { maxRequests: 1, queueTimeout: "1m" } }),
		portico: WITH_SABOTAGE,
	});
	const { path } = stage.service(serve(held.answer));
	const clients = await Promise.all(Array.from({ length: 24 }, () => stage.connect(t)));
	for (const client of clients) await client.send(get(`${path}/hold`));
	await untilWaiting(stage.portico, clients.length - 1);

	await sabotage(t, stage.port);
	await stage.portico.event("worker_replaced", () => true, REPLACED_WITHIN);
	const left = clients.filter(({ ending }) => ending === null);
	// If it was the dead one that had the place at the node, one of the others has it now.
	await untilWaiting(stage.portico, Math.max(left.length - 1, 0));
	for (const client of left) {
		await eventually(
			() => {
				if (held.count > 0) held.release();
				return client.received.length > 0;
			},
			() => "a response",
		);
		assert.equal((await client.response()).status, 200);
	}
	await untilWaiting(stage.portico, 0);
	await untilCounted(t, stage.port, { inFlight: 0, connections: left.length });
});

test("the only worker is replaced too, several times, and serves again", async (t) => {
	const stage = await openStage(t, { services: 1, config: { workers: 1 }, portico: WITH_SABOTAGE });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	for (let round = 1; round <= 2; round++) {
		await sabotage(t, stage.port);
		const replaced = () => stage.portico.log.filter(({ msg }) => msg === "worker_replaced").length === round;
		await eventually(replaced, () => `replacement ${round}`, REPLACED_WITHIN);
		const response = await stage.exchange(t, get(path));
		assert.equal(response.body.toString(), "hi");
	}
	await untilCounted(t, stage.port, { inFlight: 0, connections: 0 });
	assert.equal(stage.portico.log.filter(({ msg }) => msg === "worker_died").length, 2);
});

test("connections of a dead worker do not count against the limit", async (t) => {
	const stage = await openStage(t, { services: 1, config: { workers: 1, limits: { connections: 10 } }, portico: WITH_SABOTAGE });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const idle = await Promise.all(Array.from({ length: 8 }, () => stage.connect(t)));
	await sabotage(t, stage.port);
	for (const client of idle) await client.ended();
	await stage.portico.event("worker_replaced", () => true, REPLACED_WITHIN);
	// From the tenth on a newcomer closes an idle one.
	const clients = await Promise.all(Array.from({ length: 9 }, () => stage.connect(t)));
	for (const client of clients) {
		await client.send(get(path));
		assert.equal((await client.response()).status, 200);
	}
});

test("what a worker had to log is written before it dies", async (t) => {
	const stage = await openStage(t, {
		services: 1,
		config: { workers: 1, accessLog: { path: "access.log", format: "json" } },
		portico: WITH_SABOTAGE,
	});
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const client = await stage.connect(t);
	for (let count = 0; count < 20; count++) {
		await client.send(get(`${path}/${count}`));
		await client.response();
	}
	await sabotage(t, stage.port);
	await stage.portico.event("worker_died");
	const lines = readFileSync(join(stage.portico.folder, "access.log"), "utf8").trimEnd().split("\n");
	const paths = lines.map((line) => (JSON.parse(line) as { path: string }).path);
	assert.deepEqual(
		paths,
		Array.from({ length: 20 }, (_, count) => `${path}/${count}`),
	);
});
