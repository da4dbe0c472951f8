/** Clients that close their side: those that still read get their response, those that have left are noticed. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import { get } from "../../harness/message.ts";
import { eventually, openStage } from "../../harness/stage.ts";

const stage = await openStage(
	{ after },
	{ services: 6, config: { timeouts: { halfClosed: "300ms" }, accessLog: { path: "-", format: "json" } } },
);

const openFiles = (): number => readdirSync(`/proc/${stage.portico.pid}/fd`).length;

test("a client that closed its side is given up after a while of silence, and logged as gone", async (t) => {
	const service = stage.service();
	const client = await stage.connect(t);
	await client.send(get(service.path));
	const node = await service.node.connection(0);
	await node.request();
	client.end();
	await node.ended();
	const line = await stage.logged(service.path);
	assert.equal(line.status, 499);
	assert.equal(line.error, "client_gone");
});

test("each part of a response starts the silence anew", async (t) => {
	const service = stage.service();
	const client = await stage.connect(t);
	await client.send(get(service.path));
	const node = await service.node.connection(0);
	await node.request();
	client.end();
	await node.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
	await client.readUntil("hello");
	await node.send("world");
	await client.readUntil("world");
	assert.equal(await client.ended(), "end");
});

test("a client that leaves while its upgrade is pending leaves nothing behind", async (t) => {
	const service = stage.service();
	const before = openFiles();
	const client = await stage.connect(t);
	await client.send(get(service.path, "Connection: Upgrade", "Upgrade: websocket"));
	const node = await service.node.connection(0);
	await node.request();
	client.end();
	await node.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
	assert.equal(await node.ended(), "end");
	node.end();
	await eventually(
		() => openFiles() <= before,
		() => `${openFiles()} open files, ${before} before`,
		5000,
	);
});

test("a response that breaks in the same read as its head is told as an error page", async (t) => {
	const service = stage.service();
	const client = await stage.connect(t);
	await client.send(get(service.path));
	const node = await service.node.connection(0);
	await node.request();
	await node.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
	assert.equal((await client.response()).status, 502);
});
