/** Bodies that come slowly wait at Portico: they hold no slot at a node, however many there are, within a budget of memory. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import type { Script } from "../../harness/rawServer.ts";
import { eventually, openStage } from "../../harness/stage.ts";

const SLOTS = 4;
const KIB = 1024;

const stage = await openStage(
	{ after },
	{
		services: 5,
		service: () => ({ overload: { maxRequests: SLOTS, queue: 0 } }),
		config: {
			workers: 1,
			limits: { requestBuffer: "64KiB" },
			timeouts: { bodyIdle: "500ms", bodyMinRate: "240B/s" },
			accessLog: { path: "-", format: "json" },
		},
	},
);

const head = (path: string, length: number, ...fields: string[]): string =>
	[`POST ${path} HTTP/1.1`, "Host: localhost", `Content-Length: ${length}`, ...fields, "", ""].join("\r\n");

const echo: Script = async (node) => {
	for (;;) {
		const { body } = await node.request();
		await node.send(responseText(200, [], String(body.length)));
	}
};

test("uploads that trickle hold no slot: others are served beside ten times as many as there are slots", async (t) => {
	const { path, node } = stage.service(echo);
	await Promise.all(
		Array.from({ length: 10 * SLOTS }, async () => {
			const client = await stage.connect(t);
			await client.send(`${head(path, 90_000_000)}{`);
			return client;
		}),
	);
	for (let i = 0; i < 20; i++) assert.equal((await stage.exchange(t, get(path))).status, 200);
	assert.ok(node.connections.length <= SLOTS, "no upload has reached the node");
});

test("a short body reaches the node whole, however many parts it comes in, and in order", async (t) => {
	const { path } = stage.service(echo);
	const client = await stage.connect(t);
	await client.send(head(path, 1000));
	await client.sendInPieces("x".repeat(1000), 10);
	assert.equal((await client.response("POST")).body.toString(), "1000");
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`);
	await client.sendInPieces("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	assert.equal((await client.response("POST")).body.toString(), "5");
});

test("a long body is sent on once so much of it has come, and a client that waits for 100 gets it", async (t) => {
	const length = 200 * KIB;
	let received = 0;
	const { path } = stage.service(async (node) => {
		await node.readUntil("\r\n\r\n");
		received = (await node.readBytes(64 * KIB)).length;
		await node.readBytes(length - 64 * KIB);
		await node.send(responseText(200, [], "all"));
	});
	const client = await stage.connect(t);
	await client.send(head(path, length, "Expect: 100-continue"));
	await client.readUntil("HTTP/1.1 100 Continue\r\n\r\n");
	await client.send(Buffer.alloc(65 * KIB));
	await eventually(
		() => received === 64 * KIB,
		() => "the node to get the beginning",
	);
	await client.send(Buffer.alloc(length - 65 * KIB));
	assert.equal((await client.response("POST")).body.toString(), "all");
});

test("a body that holds a slot must come faster and faster", async (t) => {
	const { path } = stage.service(async (node) => void (await node.ended(60_000)));
	const client = await stage.connect(t);
	await client.send(head(`${path}/crawls`, 90_000_000));
	await client.send(Buffer.alloc(65 * KIB));
	// Ten times the least rate, which is enough for the first windows only.
	while (client.ending === null && client.unread.length === 0) {
		await client.send(Buffer.alloc(48));
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	assert.equal((await client.response("POST")).status, 408);
	const line = await stage.logged(`${path}/crawls`);
	assert.deepEqual([line.error, line.rule], ["request_body_timeout", "body-rate"]);
});

test("a client that leaves while its body waits is forgotten", async (t) => {
	const { path, node } = stage.service(echo);
	const client = await stage.connect(t);
	await client.send(`${head(path, 5000)}abc`);
	client.reset();
	assert.equal((await stage.exchange(t, get(path))).status, 200);
	assert.equal(node.connections.length, 1);
});
