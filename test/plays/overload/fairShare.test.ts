/** Slots of a node are shared out fairly: no client takes them all while others wait, and a slow one gives its slot up. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, get, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import type { Script } from "../../harness/rawServer.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { status } from "../admin/rig.ts";
import { Held } from "./rig.ts";

const MIB = 1024 * 1024;
const SLOTS = 4;
/** More than the kernel holds between two sockets. */
const LARGE = 48 * MIB;
const GREEDY = { localAddress: "127.0.0.2" };
const OTHER = { localAddress: "127.0.0.3" };

const overloads = {
	slow: { maxRequests: SLOTS, queueTimeout: "1m" },
	unqueued: { maxRequests: SLOTS, queue: 0 },
	single: { maxRequests: 1, queueTimeout: "1m" },
	two: { maxRequests: 2, queueTimeout: "1m" },
	short: { maxRequests: 1, queue: 4, queueTimeout: "1m" },
	tunnels: { maxRequests: 2, queueTimeout: "1m" },
	many: { maxRequests: 16, queueTimeout: "1m" },
} as const;
const order = [
	overloads.slow,
	overloads.slow,
	overloads.unqueued,
	overloads.single,
	overloads.single,
	overloads.two,
	overloads.short,
	overloads.many,
	overloads.many,
	overloads.many,
	overloads.two,
	overloads.tunnels,
];
const { cert, key } = await (await TestAuthority.create()).issue();
const settings = {
	services: order.length,
	service: (index: number) => ({ overload: order[index], health: { check: "off" } }),
	config: {
		workers: 1,
		admin: { address: "127.0.0.1:0" },
		listeners: [{ address: "127.0.0.1:0" }, { address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
		limits: { requestBuffer: "1KiB", responseBuffer: "64MiB" },
		timeouts: { bodyIdle: "500ms", bodyMinRate: 0, clientWrite: "20s", tunnelIdle: "2s" },
		accessLog: { path: "-", format: "json" },
	},
	portico: { files: { "cert.pem": cert, "key.pem": key } },
};
const stage = await openStage({ after }, settings);
/** The same, but nothing is read ahead. */
const strict = await openStage(
	{ after },
	{
		...settings,
		services: 1,
		service: () => ({ overload: overloads.slow }),
		config: { ...settings.config, limits: { responseBuffer: 0 }, timeouts: { clientWrite: "5s" } },
	},
);
const [, tlsPort = 0] = stage.portico.ports;

const ok = serve(async ({ target }, node) => {
	if (!target.endsWith("/large")) return responseText(200, [], "ok");
	await node.send(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE}\r\n\r\n`);
	await node.send(Buffer.alloc(LARGE, "x"));
	return undefined;
});

/** A node that reads uploads and answers everything else. */
const upload: Script = async (node) => {
	for (;;) {
		const head = await node.readUntil("\r\n\r\n", 60_000);
		if (head.startsWith("POST")) return void (await node.ended(60_000));
		await node.send(responseText(200, [], "ok"));
	}
};

/** An upload that has its slot, and goes on slowly until it is ended. */
async function trickle(scope: Scope, path: string, from = GREEDY): Promise<RawSocket> {
	const client = await connectRaw(scope, stage.port, from);
	await client.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\n`);
	await client.send(Buffer.alloc(2048));
	const timer = setInterval(() => {
		if (client.ending === null && client.unread.length === 0) void client.send("x").catch(() => undefined);
	}, 50);
	scope.after(() => clearInterval(timer));
	return client;
}

for (const [name, index] of [
	["who is queued", 0],
	["who may not be queued", 2],
] as const) {
	test(`uploads that trickle give up their slots for ${name}`, async (t) => {
		const { path, node } = stage.at(index, upload);
		const slow = await Promise.all(Array.from({ length: SLOTS }, () => trickle(t, `${path}/slow`)));
		await eventually(
			() => node.connections.length === SLOTS,
			() => "all slots to be taken",
		);
		if (index === 0) assert.equal((await stage.exchange(t, get(path))).status, 200);
		else
			await eventually(
				async () => (await stage.exchange(t, get(path))).status === 200,
				() => "a slot for somebody else",
			);
		const line = await stage.logged(`${path}/slow`);
		assert.deepEqual([line.status, line.error], [408, "client_too_slow"]);
		assert.equal(slow.filter(({ ending, unread }) => ending === null && unread.length === 0).length, SLOTS - 1, "one slot was enough");
	});
}

test("a client that takes its response slowly holds no slot: it is read ahead, and arrives whole", async (t) => {
	for (const [index, options] of [
		[3, {}],
		[4, { port: tlsPort, tls: { rejectUnauthorized: false } }],
	] as const) {
		const { path } = stage.at(index, ok);
		const { port = stage.port, ...rest } = { port: stage.port, ...options };
		const slow = await connectRaw(t, port, { ...GREEDY, ...rest });
		slow.pause();
		await slow.send(get(`${path}/large`));
		assert.equal((await stage.exchange(t, get(path))).status, 200, "with a single slot");
		slow.resume();
		const { status, body } = await slow.response("GET", 60_000);
		assert.deepEqual([status, body.length, body.indexOf("y")], [200, LARGE, -1]);
	}
});

test("where nothing is read ahead, a client that takes its response slowly gives up its slot for others", async (t) => {
	const { path, node } = strict.at(0, ok);
	for (let i = 0; i < SLOTS; i++) {
		const slow = await connectRaw(t, strict.port, GREEDY);
		await slow.send(get(`${path}/large`));
		await slow.readUntil("\r\n\r\n");
		slow.pause();
	}
	await eventually(
		() => node.connections.length === SLOTS,
		() => "all slots to be taken",
	);
	assert.equal((await strict.exchange(t, get(path))).status, 200);
	const line = await strict.logged(`${path}/large`);
	assert.deepEqual([line.status, line.error], [200, "client_too_slow"]);
});

test("a tunnel through which nothing passes gives up its slot for others", async (t) => {
	const { path } = stage.at(order.length - 1, async (node) => {
		const head = await node.readUntil("\r\n\r\n", 60_000);
		if (!head.includes("Upgrade")) return void (await node.send(responseText(200, [], "ok")));
		await node.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
		await node.ended(60_000);
	});
	const ends = [];
	for (let i = 0; i < 2; i++) {
		const client = await connectRaw(t, stage.port, GREEDY);
		await client.send(`GET ${path}/tunnel HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n`);
		await client.readUntil("101 Switching Protocols");
		ends.push(client.ended(60_000));
	}
	assert.equal((await stage.exchange(t, get(path), OTHER)).status, 200);
	await Promise.race(ends);
	const line = await stage.logged(`${path}/tunnel`);
	assert.deepEqual([line.status, line.error], [101, "client_too_slow"]);
});

test("the next slot is for the client that has fewer, however many requests another one has queued", async (t) => {
	const held = new Held();
	const { path } = stage.at(5, serve(held.answer));
	const ask = async (name: string, from: object): Promise<RawSocket> => {
		const client = await connectRaw(t, stage.port, from);
		await client.send(get(`${path}/hold/${name}`));
		return client;
	};
	for (const name of ["g1", "g2"]) await ask(name, GREEDY);
	await held.reaches(2);
	for (const name of ["g3", "g4", "g5", "g6"]) await ask(name, GREEDY);
	await queued(path, 4);
	await ask("other", OTHER);
	await queued(path, 5);
	held.release();
	await held.reaches(2);
	assert.ok(held.names.includes("other"), held.names.join());
});

test("event streams take no slot, and do not count as their client's", async (t) => {
	const held = new Held();
	const { path } = stage.at(order.length - 2, (connection, index) =>
		serve(async (request, node, number) => {
			if (!request.target.endsWith("/events")) return held.answer(request, node, number);
			await node.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
			await node.ended(60_000);
			return undefined;
		})(connection, index),
	);
	const ask = async (target: string, from: object): Promise<RawSocket> => {
		const client = await connectRaw(t, stage.port, from);
		await client.send(get(`${path}/${target}`));
		return client;
	};
	for (let i = 0; i < 3; i++) await (await ask("events", GREEDY)).readUntil("data: 1");
	for (const name of ["o1", "o2"]) await ask(`hold/${name}`, OTHER);
	await held.reaches(2);
	await ask("hold/o3", OTHER);
	await queued(path, 1);
	await ask("hold/first", GREEDY);
	await queued(path, 2);
	held.release();
	await held.reaches(2);
	assert.ok(held.names.includes("first"), held.names.join());
});

test("in a full queue a client with many requests makes room for one with none", async (t) => {
	const held = new Held();
	const { path } = stage.at(6, serve(held.answer));
	const clients: RawSocket[] = [];
	for (let i = 0; i < 5; i++) {
		const client = await connectRaw(t, stage.port, GREEDY);
		clients.push(client);
		await client.send(get(`${path}/hold/${i}`));
		await (i === 0 ? held.reaches(1) : queued(path, i));
	}
	const refused = await stage.exchange(t, get(`${path}/hold/one-too-many`), GREEDY);
	assert.equal(refused.status, 503);
	const other = await connectRaw(t, stage.port, OTHER);
	await other.send(get(`${path}/hold/other`));
	const last = await (clients.at(-1) as RawSocket).response();
	assert.deepEqual([last.status, field(last, "retry-after")], [503, "5"]);
	held.release();
	await held.reaches(1);
	assert.deepEqual(held.names, ["other"]);
	held.release();
	assert.equal((await other.response()).status, 200);
});

test("a client takes all slots while it is alone, and leaves the last eighth once others have been here", async (t) => {
	for (const [index, alone] of [
		[7, true],
		[8, false],
	] as const) {
		const held = new Held();
		const { path } = stage.at(index, serve(held.answer));
		if (!alone) assert.equal((await stage.exchange(t, get(path), OTHER)).status, 200);
		for (let i = 0; i < 20; i++) await (await connectRaw(t, stage.port, GREEDY)).send(get(`${path}/hold/${i}`));
		await held.reaches(alone ? 16 : 14);
		await queued(path, alone ? 4 : 6);
		if (alone) continue;
		await (await connectRaw(t, stage.port, OTHER)).send(get(`${path}/hold/other`));
		await held.reaches(15);
		assert.equal(held.names.at(-1), "other");
	}
});

test("a client that queues more than its share takes no slot from a slow one that has fewer", async (t) => {
	const held = new Held();
	const { path } = stage.at(9, serve(held.answer));
	const slow = await trickle(t, `${path}/slow`, OTHER);
	for (let i = 0; i < 20; i++) await (await connectRaw(t, stage.port, GREEDY)).send(get(`${path}/hold/${i}`));
	await queued(path, 7);
	// Long enough for it to be known as slow, and for many looks at who is queued.
	await setTimeout(2500);
	assert.deepEqual([slow.ending, slow.unread.length], [null, 0]);
	assert.equal((await stage.exchange(t, get(path), OTHER)).status, 200, "there is room for others all the time");
});

/** Waits until so many requests of the service are queued. */
async function queued(path: string, count: number): Promise<void> {
	let waiting = -1;
	await eventually(
		async () => {
			const { services } = await status(stage.portico);
			const pools = services.filter(({ name }) => name === path.slice(1)).flatMap(({ pools }) => pools);
			waiting = pools.reduce((sum, pool) => sum + pool.waiting, 0);
			return waiting === count;
		},
		() => `${count} queued requests; there are ${waiting}`,
	);
}
