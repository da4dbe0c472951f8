/** Members take as many requests as they may; the others wait in line, go elsewhere, or are told to come back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Scope } from "../../harness/deadline.ts";
import { field, get, type RawResponse, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { asked, Held } from "./rig.ts";

const WORKERS = 2;
const overloads = [
	{ maxRequests: 2, queueTimeout: "1m" },
	{ maxRequests: 2, queueTimeout: "1m" },
	{ maxRequests: 1, queueTimeout: "100ms" },
	{ maxRequests: 1, queue: 2, queueTimeout: "1m" },
	{ maxRequests: 1, queue: 0 },
	{ maxRequests: 1, queueTimeout: "1m" },
	{ maxRequests: 1, queueTimeout: "1m" },
	{ maxRequests: 10, maxConnections: 3, queueTimeout: "1m" },
	{ maxRequests: 1, queueTimeout: "1m" },
];
const stage = await openStage(
	{ after },
	{
		services: overloads.length,
		nodes: 2,
		config: { workers: WORKERS, accessLog: { path: "-", format: "json" } },
		service: (index) => ({
			overload: overloads[index],
			health: { check: "off" },
		}),
	},
);
const { port } = stage;

test("a member never has more requests than it may, over all threads; the rest waits and is served", async (t) => {
	const [a, b] = [new Held(), new Held()];
	const { path } = stage.service(serve(a.answer), serve(b.answer));
	const clients = await Promise.all(Array.from({ length: 12 }, (_, index) => asked(t, port, "GET", `${path}/hold/${index}`)));
	await a.reaches(2);
	await b.reaches(2);
	const answers = clients.map((client) => client.response());
	for (let left = 12; left > 0; ) {
		for (const held of [a, b]) {
			if (held.count === 0) continue;
			held.release();
			left--;
		}
		await eventually(
			() => a.count + b.count === Math.min(left, 4),
			() => `${Math.min(left, 4)} requests at the nodes; there are ${a.count} and ${b.count}`,
		);
	}
	assert.deepEqual(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set([200]));
	assert.deepEqual([a.most, b.most], [2, 2]);
});

test("a POST waits with its body, however large", async (t) => {
	const held = new Held();
	const { path } = stage.service(serve(held.answer), serve(held.answer));
	const holding = await Promise.all([0, 1, 2, 3].map((index) => asked(t, port, "GET", `${path}/hold/${index}`)));
	await held.reaches(4);
	const body = "x".repeat(300_000);
	const late = await asked(t, port, "POST", `${path}/late`, body);
	while (held.count > 0) held.release();
	for (const client of holding) assert.equal((await client.response()).status, 200);
	assert.equal((await late.response("POST")).body.toString(), `POST late ${body}`);
});

/** The next service: both of its nodes have what they may, and one more asks. */
async function askedLate(t: Scope): Promise<{ path: string; late: RawResponse }> {
	const held = new Held();
	const { path } = stage.service(serve(held.answer), serve(held.answer));
	for (let count = 1; count <= 2; count++) {
		await asked(t, port, "GET", `${path}/hold/${count}`);
		await held.reaches(count);
	}
	return { path, late: await (await asked(t, port, "GET", `${path}/late`)).response() };
}

test("who waits too long gets 503 and when to come back", async (t) => {
	const { path, late } = await askedLate(t);
	assert.equal(late.status, 503);
	assert.match(field(late, "Retry-After") ?? "", /^\d+$/);
	assert.match(field(late, "Proxy-Status") ?? "", /queue_timeout/);
	assert.equal((await stage.logged(`${path}/late`)).error, "queue_timeout");
});

test("a full line takes nobody in, whichever thread it is asked in", async (t) => {
	const held = new Held();
	const { path } = stage.service(serve(held.answer), serve(held.answer));
	const clients = await Promise.all(Array.from({ length: 10 }, (_, index) => asked(t, port, "GET", `${path}/hold/${index}`)));
	const statuses: number[] = [];
	const answers = clients.map(async (client) => statuses.push((await client.response()).status));
	// Two at the nodes, two in line; at the very limit two threads may each refuse one that would have had a place.
	await eventually(
		() => statuses.length >= 6 && held.count === 2,
		() => `six refused; there are ${statuses.length}`,
	);
	assert.deepEqual(new Set(statuses), new Set([503]));
	for (let left = 10 - statuses.length; left > 0; left--) {
		await eventually(
			() => held.count > 0,
			() => "another one at the nodes",
		);
		held.release();
	}
	await Promise.all(answers);
	const served = statuses.filter((status) => status === 200).length;
	assert.ok(served >= 2 && served <= 4, `${served} served`);
});

test("without a line a request that finds no room is refused at once", async (t) => {
	const { late } = await askedLate(t);
	assert.equal(late.status, 503);
	assert.match(field(late, "Proxy-Status") ?? "", /queue_full/);
});

test("connections to a member are as many as there may be, idle ones of other threads included", async (t) => {
	let open = 0;
	let most = 0;
	const counting = serve(() => responseText(200, [], "ok"));
	const { path, nodes } = stage.service(counting, counting);
	const clients = await Promise.all(Array.from({ length: 24 }, () => asked(t, port, "GET", `${path}/warm`)));
	for (const client of clients) assert.equal((await client.response()).status, 200);
	for (let round = 0; round < 5; round++) {
		const more = await Promise.all(Array.from({ length: 16 }, () => asked(t, port, "GET", `${path}/more`)));
		for (const client of more) assert.equal((await client.response()).status, 200);
		for (const node of nodes) {
			open = node.connections.filter(({ ending }) => ending === null).length;
			most = Math.max(most, open);
		}
	}
	assert.ok(most <= 3, `${most} connections to a member`);
});

test("no thread keeps all places for itself, however many wait in it", async (t) => {
	const busy = serve(async () => {
		await new Promise((resolve) => setImmediate(resolve));
		return responseText(200, [], "ok");
	});
	const { path } = stage.service(busy, busy);
	const waiting = new Set(Array.from({ length: 24 }, (_, index) => index));
	const ask = async (index: number): Promise<void> => {
		const client = await connectRaw(t, port);
		while (waiting.size > 0) {
			await client.send(get(path));
			assert.equal((await client.response("GET", 30_000)).status, 200);
			waiting.delete(index);
		}
	};
	await Promise.all([...waiting].map(ask));
});
