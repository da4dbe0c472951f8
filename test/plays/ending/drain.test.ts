/** What a drain lets finish. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { field, get, responseText } from "../../harness/message.ts";
import { openStage, STREAMED, serve } from "../../harness/stage.ts";
import { untilWaiting } from "../admin/rig.ts";
import { Held } from "../overload/rig.ts";
import { untilRefused } from "./drained.ts";

const ENDED = { code: 0, signal: null };

test("a slow response is finished and says close; new connections are refused", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(get(path));
	const nodeSide = await node.connection(0);
	await nodeSide.request();

	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	await nodeSide.send(responseText(200, [], "late"));

	const response = await client.response();
	assert.equal(response.body.toString(), "late");
	assert.equal(field(response, "connection"), "close");
	assert.equal(await client.ended(), "end");
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("the rest of an upload whose response is out does not hold the end up", async (t) => {
	const stage = await openStage(t, { services: 1, config: { timeouts: { drain: "1m", bodyIdle: "1m" }, limits: STREAMED } });
	const { path } = stage.service(async (node) => {
		await node.readUntil("abc");
		await node.send(responseText(413, [], "too much"));
	});
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nabc`);
	assert.equal((await client.response()).status, 413);
	stage.portico.signal("SIGTERM");
	assert.equal(await client.ended(), "end");
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("who waits in line for a node gets a place there, and is served", async (t) => {
	const held = new Held();
	const stage = await openStage(t, {
		services: 1,
		config: { admin: { address: "127.0.0.1:0" } },
		service: () => ({ overload: { maxRequests: 1, queueTimeout: "1m" } }),
	});
	const { path } = stage.service(serve(held.answer));
	const clients = [await stage.connect(t), await stage.connect(t)] as const;
	await clients[0].send(get(`${path}/hold`));
	await held.reaches(1);
	await clients[1].send(get(`${path}/late`));
	await untilWaiting(stage.portico, 1);

	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	held.release();

	for (const client of clients) {
		assert.equal((await client.response()).status, 200);
		assert.equal(await client.ended(), "end");
		client.end();
	}
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("a response whose head had gone out before goes on to its end", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(get(path));
	const nodeSide = await node.connection(0);
	await nodeSide.request();
	await nodeSide.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
	await client.readUntil("abc");

	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	await nodeSide.send("defghij");

	assert.equal(await client.readUntil("defghij"), "defghij");
	assert.equal(await client.ended(), "end");
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("an upload goes on to its end", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path } = stage.service(serve(({ body }) => responseText(200, [], `got ${body}`)));
	const client = await stage.connect(t);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);

	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	await client.send("3\r\ndef\r\n0\r\n\r\n");

	const response = await client.response();
	assert.equal(response.body.toString(), "got abcdef");
	assert.equal(field(response, "connection"), "close");
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("a head that is on its way is waited for", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const client = await stage.connect(t);
	await client.send(get(path).slice(0, 12));

	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	await client.send(get(path).slice(12));

	const response = await client.response();
	assert.equal(response.status, 200);
	assert.equal(field(response, "connection"), "close");
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("pipelined requests: the one under way is answered with close, the ones behind it are not begun", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(get(path) + get(`${path}/second`));
	const nodeSide = await node.connection(0);
	await nodeSide.request();

	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	await nodeSide.send(responseText(200));

	assert.equal(field(await client.response(), "connection"), "close");
	assert.equal(await client.ended(), "end");
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
	assert.ok(!nodeSide.received.includes("/second"));
});
