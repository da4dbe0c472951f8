/** What is under way when the configuration changes ends as it began. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { field, get, responseText } from "../../harness/message.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";
import { changesOf, configOf, entry, type NamedNode, Reloadable, startNodes } from "./rig.ts";

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const UPGRADE = get("/app", "Connection: Upgrade", "Upgrade: websocket");

test("an exchange at a node that is removed ends there, with the routes that it began with; then its connection is closed", async (t) => {
	const { promise: letGo, resolve: go } = Promise.withResolvers<void>();
	const server = await startRawServer(t, async (connection) => {
		await connection.request();
		await letGo;
		await connection.send(responseText(302, [`Location: http://127.0.0.1:${connection.socket.localPort}/other/next`], ""));
	});
	const old: NamedNode = { name: "old", url: `http://127.0.0.1:${server.port}`, server };
	const [fresh] = await startNodes(t, "fresh");
	assert.ok(fresh);
	const config = configOf([old]);
	config.services.app.routes = [{ path: "/app", to: "/other" }];
	const rig = await Reloadable.start(t, config);
	const client = await connectRaw(t, rig.portico.port);
	await client.send(get("/app"));
	const connection = await server.connection(0);

	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.nodes = [entry(fresh)];
			app.routes = [{ path: "/app", to: "/elsewhere" }];
		}),
	);
	assert.equal((await exchange(t, rig.portico.port, get("/app"))).body.toString(), "fresh");
	go();
	const response = await client.response();
	assert.equal(response.status, 302);
	assert.equal(field(response, "location"), "http://localhost/app/next", "mapped as by the routes of before");
	await connection.ended();
	await client.send(get("/app"));
	assert.equal((await client.response()).body.toString(), "fresh", "the next one on the same connection is sent by the new ones");
});

test("an exchange that began before leaves its node when that goes down", async (t) => {
	let well = true;
	const asked = Promise.withResolvers<void>();
	const silent = serve(({ target }) => {
		if (target === "/health") return responseText(well ? 200 : 500, [], "");
		asked.resolve();
		return undefined;
	});
	const stuck: NamedNode = { name: "stuck", url: "", server: await startRawServer(t, silent) };
	const [fresh] = await startNodes(t, "fresh");
	assert.ok(fresh);
	const config = configOf([{ ...stuck, url: `http://127.0.0.1:${stuck.server.port}` }, fresh]);
	config.services.app.health = { check: { path: "/health", interval: "20ms", rise: 1, fall: 1 } };
	config.services.app.nodes[1].standby = true;
	const rig = await Reloadable.start(t, config);
	const client = await connectRaw(t, rig.portico.port);
	await client.send(get("/app"));
	await asked.promise;
	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.keepAlive = { idle: "7s" };
		}),
	);
	well = false;
	assert.equal((await client.response()).body.toString(), "fresh");
});

test("a tunnel lives on, also when its node and its listener are gone", async (t) => {
	const server = await startRawServer(t, async (connection) => {
		await connection.request();
		await connection.send(SWITCH);
		for (let count = 1; count <= 3; count++) {
			await connection.readUntil(`ping ${count};`, 20_000);
			await connection.send(`pong ${count};`);
		}
	});
	const [fresh] = await startNodes(t, "fresh");
	assert.ok(fresh);
	const config = configOf([{ name: "old", url: `http://127.0.0.1:${server.port}`, server }]);
	config.listeners.push({ address: "127.0.0.1:0" });
	const rig = await Reloadable.start(t, config);
	const client = await connectRaw(t, rig.portico.ports[1] ?? 0);
	await client.send(UPGRADE);
	assert.equal((await client.response()).status, 101);
	const speak = async (count: number) => {
		await client.send(`ping ${count};`);
		await client.readUntil(`pong ${count};`);
	};
	await speak(1);
	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.nodes = [entry(fresh)];
		}),
	);
	await speak(2);
	assert.deepEqual(changesOf(await rig.reload(({ listeners }) => listeners.pop())), ["listener 127.0.0.1:0 removed"]);
	await speak(3);
	assert.equal((await exchange(t, rig.portico.port, get("/app"))).body.toString(), "fresh");
});

test("idle connections to nodes that are removed or move are closed, those of the others are used on", async (t) => {
	const [stays, moves, goes, after] = await startNodes(t, "stays", "moves", "goes", "after");
	assert.ok(stays && moves && goes && after);
	const rig = await Reloadable.start(t, configOf([stays, moves, goes], { workers: 1 }));
	const client = await connectRaw(t, rig.portico.port);
	const ask = async () => {
		await client.send(get("/app"));
		return (await client.response()).body.toString();
	};
	assert.deepEqual([await ask(), await ask(), await ask()].sort(), ["goes", "moves", "stays"]);
	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.nodes = [entry(stays, { weight: 2 }), { name: "moves", url: after.url }];
		}),
	);
	await Promise.all([moves, goes].map(async ({ server }) => (await server.connection(0)).ended()));
	const answers = [await ask(), await ask(), await ask()].sort();
	assert.deepEqual(answers, ["after", "stays", "stays"]);
	assert.equal(stays.server.connections.length, 1);
	assert.equal(stays.server.connections[0]?.ending, null);
});

test("a pool that is added, removed or moved does not disturb the turns of the others", async (t) => {
	const [a, b] = await startNodes(t, "a", "b");
	assert.ok(a && b);
	const rig = await Reloadable.start(t, configOf([a, b]));
	const other = { product: "http", routes: [{ path: "/other" }], nodes: [entry(b, { name: "o-1" }), entry(a, { name: "o-2" })] };
	const third = { ...other, routes: [{ path: "/third" }], nodes: [entry(a, { name: "t" })] };
	const orders: readonly ((app: object) => object)[] = [
		(app) => ({ other, app }),
		(app) => ({ third, other, app }),
		(app) => ({ app, third }),
		(app) => ({ third, app }),
	];
	const turns: string[] = [];
	const take = async () => void turns.push((await exchange(t, rig.portico.port, get("/app"))).body.toString());
	await take();
	for (const order of orders) {
		changesOf(
			await rig.reload((config) => {
				config.services = order(config.services.app);
			}),
		);
		await exchange(t, rig.portico.port, get("/other"));
		await take();
	}
	const [first, second] = turns;
	assert.notEqual(first, second);
	assert.deepEqual(turns, [first, second, first, second, first]);
});

test("what began before is logged for its own service, also when the services have changed places; logs come and go", async (t) => {
	const { promise: letGo, resolve: go } = Promise.withResolvers<void>();
	const server = await startRawServer(t, async (connection) => {
		await connection.request();
		await letGo;
		await connection.send(responseText(200, [], "slow"));
	});
	const [b] = await startNodes(t, "b");
	assert.ok(b);
	const app = { product: "http", routes: [{ path: "/app" }], nodes: [{ name: "slow", url: `http://127.0.0.1:${server.port}` }] };
	const other = { product: "http", routes: [{ path: "/other" }], nodes: [entry(b)] };
	const logOf = (service: string) => ({ path: `${service}.log`, format: "%U", services: [service] });
	const rig = await Reloadable.start(t, configOf([], { services: { app, other }, accessLog: [logOf("app"), logOf("other")], workers: 1 }));
	const { port, folder } = rig.portico;
	const client = await connectRaw(t, port);
	await client.send(get("/app/early"));
	await server.connection(0);
	await exchange(t, port, get("/other/before"));
	changesOf(
		await rig.reload((config) => {
			config.services = { other, app };
			config.accessLog = [logOf("app"), { path: "all.log", format: "%U" }];
		}),
	);
	go();
	await client.response();
	await exchange(t, port, get("/other/after"));
	assert.deepEqual(await rig.portico.stop(), { code: 0, signal: null });
	const lines = (name: string) => readFileSync(join(folder, name), "utf8");
	assert.deepEqual(
		[lines("app.log"), lines("other.log"), lines("all.log")],
		["/app/early\n", "/other/before\n", "/app/early\n/other/after\n"],
	);
});

test("clients of a process with a key of its own stay on their node over reloads", async (t) => {
	const nodes = await startNodes(t, "a", "b", "c");
	const config = configOf(nodes);
	config.services.app.affinity = { mode: "cookie" };
	const rig = await Reloadable.start(t, config);
	const first = await exchange(t, rig.portico.port, get("/app"));
	const cookie = (field(first, "set-cookie") ?? "").split(";", 1)[0];
	const again = async () => (await exchange(t, rig.portico.port, get("/app", `Cookie: ${cookie}`))).body.toString();
	await rig.reload(({ services: { app } }) => app.nodes.reverse());
	assert.deepEqual([await again(), await again()], Array(2).fill(first.body.toString()));
	await rig.reload((config) => {
		config.secrets = { affinity: [{ id: "2026", secret: "a-secret-that-is-long-enough-0123456789" }] };
	});
	assert.deepEqual([await again(), await again()], Array(2).fill(first.body.toString()), "its cookies are read on when the file has a key");
});
