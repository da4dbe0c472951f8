/** Clients that are slow on purpose: each time limit of the client side, seen by what it does. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { get, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { openStage, STREAMED, serve } from "../../harness/stage.ts";

const { cert, key } = await (await TestAuthority.create()).issue();
const stage = await openStage(
	{ after },
	{
		services: 10,
		config: {
			listeners: [{ address: "127.0.0.1:0" }, { address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			limits: STREAMED,
			timeouts: {
				tlsHandshake: "200ms",
				requestHead: "300ms",
				bodyIdle: "200ms",
				bodyMinRate: "1000B/s",
				keepAlive: "200ms",
				clientWrite: "300ms",
			},
			accessLog: { path: "-", format: "json" },
		},
		portico: { files: { "cert.pem": cert, "key.pem": key } },
	},
);
const [, tlsPort = 0] = stage.portico.ports;
const OK = responseText(200, [], "ok");
const post = (path: string, length: number): string => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;

/** A piece every 20 ms, until the other side answers or leaves. */
async function trickle(client: RawSocket, pieces: Iterable<string | Uint8Array>): Promise<void> {
	for (const piece of pieces) {
		if (client.ending !== null || client.unread.length > 0) return;
		await client.send(piece);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

test("a TLS handshake that does not begin is ended", async (t) => {
	const client = await connectRaw(t, tlsPort);
	await client.ended();
	assert.equal(client.received.length, 0);
});

test("a TLS handshake that crawls is ended", async (t) => {
	const client = await connectRaw(t, tlsPort);
	// The head of a ClientHello record of 512 bytes, then its body byte by byte.
	await client.send(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03));
	await trickle(
		client,
		Array.from({ length: 500 }, () => Uint8Array.of(0)),
	);
	await client.ended();
});

test("a TLS client that is done in time is served", async (t) => {
	const { path } = stage.service(serve(OK));
	const client = await connectRaw(t, tlsPort, { tls: { rejectUnauthorized: false } });
	await client.send(get(path));
	assert.equal((await client.response()).status, 200);
});

test("a connection on which nothing comes is closed without a word", async (t) => {
	const client = await stage.connect(t);
	assert.equal(await client.ended(), "end");
	assert.equal(client.received.length, 0);
});

test("a head that comes byte by byte is answered with 408, however steady it comes", async (t) => {
	const client = await stage.connect(t);
	await trickle(client, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(1000)}`);
	assert.equal((await client.response()).status, 408);
	assert.equal(await client.ended(), "end");
});

test("the same for a second head on a kept connection", async (t) => {
	const { path } = stage.service(serve(OK));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	await trickle(client, `GET / HTTP/1.1\r\nX: ${"x".repeat(1000)}`);
	assert.equal((await client.response()).status, 408);
});

test("a kept connection is closed in order when it was idle for too long", async (t) => {
	const { path } = stage.service(serve(OK));
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.response();
	assert.equal(await client.ended(), "end");
	assert.equal(client.unread.length, 0);
});

test("a body that stops is answered with 408, and the node's connection is cut", async (t) => {
	const { path, node } = stage.service(async (connection) => void (await connection.ended(60_000)));
	const client = await stage.connect(t);
	await client.send(`${post(`${path}/stops`, 100)}some`);
	assert.equal((await client.response("POST")).status, 408);
	assert.equal(await client.ended(), "end");
	await (await node.connection(0)).ended();
	const line = await stage.logged(`${path}/stops`);
	assert.deepEqual([line.error, line.rule], ["request_body_timeout", "body-idle"]);
});

test("a body below the least rate is answered with 408, however steady it comes", async (t) => {
	const { path } = stage.service(async (connection) => void (await connection.ended(60_000)));
	const client = await stage.connect(t);
	await client.send(post(`${path}/crawls`, 1000));
	await trickle(client, "x".repeat(999));
	assert.equal((await client.response("POST")).status, 408);
	const line = await stage.logged(`${path}/crawls`);
	assert.deepEqual([line.error, line.rule], ["request_body_timeout", "body-rate"]);
});

test("a body above the least rate may take longer than any limit", async (t) => {
	const { path } = stage.service(serve(({ body }) => responseText(200, [], String(body.length))));
	const client = await stage.connect(t);
	await client.send(post(path, 50_000));
	await trickle(
		client,
		Array.from({ length: 50 }, () => Buffer.alloc(1000)),
	);
	assert.equal((await client.response("POST")).body.toString(), "50000");
});

test("a body that stops when the response has begun: the response is cut", async (t) => {
	const { path } = stage.service(async (connection) => {
		await connection.readUntil("some");
		await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun");
		await connection.ended(60_000);
	});
	const client = await stage.connect(t);
	await client.send(`${post(path, 100)}some`);
	await client.readUntil("begun");
	assert.equal(await client.ended(), "reset");
});

test("a client that does not take its response is cut, and so is the node's connection", async (t) => {
	const { path, node } = stage.service(async (connection) => {
		await connection.request();
		await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${64 * 1024 * 1024}\r\n\r\n`);
		await connection.send(Buffer.alloc(64 * 1024 * 1024));
	});
	const client = await stage.connect(t);
	await client.send(get(path));
	await client.readUntil("\r\n\r\n");
	client.pause();
	await (await node.connection(0)).ended();
	client.resume();
	assert.equal(await client.ended(), "reset");
});
