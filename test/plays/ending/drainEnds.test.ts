/** What a drain ends by itself: connections without an exchange, and all that is left when its time is over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { get, responseText } from "../../harness/message.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { untilRefused } from "./drained.ts";

const ENDED = { code: 0, signal: null };

test("a kept connection that is idle is closed in order; one that asks in its last moment is served first", async (t) => {
	const stage = await openStage(t, { services: 1 });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const [idle, late] = await Promise.all([stage.connect(t), stage.connect(t)]);
	for (const client of [idle, late]) {
		await client.send(get(path));
		await client.response();
	}
	stage.portico.signal("SIGTERM");
	await stage.portico.event("draining");
	await late.send(get(path));
	assert.equal((await late.response()).status, 200);
	for (const client of [idle, late]) {
		assert.equal(await client.ended(), "end");
		assert.equal(client.unread.length, 0);
		client.end();
	}
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("a TLS handshake under way is finished, and its request served", async (t) => {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue();
	const stage = await openStage(t, {
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
		},
		portico: { files: { "cert.pem": cert, "key.pem": key } },
	});
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const tls = { ca: authority.cert, servername: "localhost" };
	const shaking = await stage.connect(t);
	// The server has accepted the connection by the time that it answers on a later one.
	await stage.exchange(t, get(path), { tls });
	stage.portico.signal("SIGTERM");
	await untilRefused(stage.port);
	// It must not end: there is nothing to wait for but time.
	await new Promise((resolve) => setTimeout(resolve, 200));
	const client = await stage.connect(t, { tls: { ...tls, socket: shaking.socket } });
	await client.send(get(path));
	assert.equal((await client.response()).status, 200);
	client.end();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("what is not done when the time for draining is over is cut, which is logged", async (t) => {
	const stage = await openStage(t, { services: 1, config: { timeouts: { drain: "500ms" }, accessLog: { format: "json" } } });
	const { path, node } = stage.service();
	const client = await stage.connect(t);
	await client.send(get(path));
	const nodeSide = await node.connection(0);
	await nodeSide.request();
	stage.portico.signal("SIGTERM");
	await client.ended();
	await nodeSide.ended();
	assert.deepEqual(await stage.portico.child.exited, ENDED);
	assert.equal(stage.portico.log.find(({ msg }) => msg === "drain_cut")?.connections, 1);
	const line = stage.portico.log.find((each) => each.path === path);
	assert.deepEqual([line?.status, line?.error], [499, "client_gone"]);
});

test("connections that never asked for anything hold the end up for a moment only, far less than the time for a head", async (t) => {
	const stage = await openStage(t, { services: 1, config: { timeouts: { requestHead: "10m", keepAlive: "10m", drain: "10m" } } });
	const { path } = stage.service(serve(responseText(200)));
	const clients = await Promise.all(Array.from({ length: 5 }, () => stage.connect(t)));
	// The earlier connections have been accepted by the time that a later one is served.
	await stage.exchange(t, get(path));
	stage.portico.signal("SIGTERM");
	for (const client of clients) {
		assert.equal(await client.ended(), "end");
		client.end();
	}
	assert.deepEqual(await stage.portico.child.exited, ENDED);
});

test("a TCP health check on a TLS port, which connects and leaves, does not hold the end up", async (t) => {
	const { cert, key } = await (await TestAuthority.create()).issue();
	const stage = await openStage(t, {
		services: 1,
		config: {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			timeouts: { tlsHandshake: "10m", requestHead: "10m", drain: "10m" },
		},
		portico: { files: { "cert.pem": cert, "key.pem": key } },
	});
	const client = await stage.connect(t);
	client.end();
	await client.ended();
	assert.deepEqual(await stage.portico.stop(), ENDED);
});
