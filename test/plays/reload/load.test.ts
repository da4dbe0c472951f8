/** Under steady load: no reload, whatever it changes, fails a request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { get } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { eventually } from "../../harness/stage.ts";
import { Load } from "../ending/load.ts";
import { changesOf, configOf, type Draft, entry, Reloadable, startNodes } from "./rig.ts";

const CLIENTS = 12;

test("nodes, weights, routes, limits and logs change again and again: no request fails", async (t) => {
	const [a, b, c] = await startNodes(t, "a", "b", "c");
	assert.ok(a && b && c);
	const rig = await Reloadable.start(t, configOf([a, b]));
	const load = new Load(t, rig.portico.port, get("/app"), CLIENTS);
	const edits: readonly (readonly [edit: (config: Draft) => void, changes: readonly string[]])[] = [
		[({ services: { app } }) => app.nodes.push(entry(c)), ["service app: node c added (127.0.0.1)"]],
		[({ services: { app } }) => app.nodes.shift(), ["service app: node a removed"]],
		[
			({ services: { app } }) => {
				app.nodes = [entry(c, { weight: 3 }), entry(a), entry(b)];
			},
			["service app: node c: weight 1 → 3", "service app: node a added (127.0.0.1)"],
		],
		[
			({ services }) => {
				services.early = { product: "http", routes: [{ path: "/early" }], nodes: [entry(a, { name: "e" })] };
			},
			["service early added, with 1 node"],
		],
		[
			(config) => {
				const { app, early } = config.services;
				config.services = { early, app: { ...app, balance: { policy: "leastConnections" } } };
			},
			["service app: pool http: balance changed"],
		],
		[
			(config) => {
				delete config.services.early;
				Object.assign(config, { limits: { requestHead: "8KiB" }, timeouts: { keepAlive: "20s", connect: "1s" } });
			},
			["limits.requestHead 65536 → 8192", "timeouts.keepAlive 60s → 20s", "timeouts.connect 3s → 1s", "service early removed"],
		],
		[
			(config) => {
				config.services.app.nodes = [entry(a), entry(b)];
				config.services.app.balance = { policy: "roundRobin" };
			},
			["service app: node c removed", "service app: pool http: balance changed"],
		],
	];
	for (let round = 1; round <= 2; round++) {
		for (const [edit, changes] of edits) {
			const told = changesOf(await rig.reload(edit));
			if (round === 1) assert.deepEqual(told, changes);
			const goal = load.served + 50;
			await eventually(
				() => load.served >= goal,
				() => `more served; ${load.failures.join("; ")}`,
			);
		}
	}
	await load.stop();
	assert.deepEqual(load.failures, []);
	assert.deepEqual(await rig.portico.stop(), { code: 0, signal: null });
});

test("another prefix counts from the next request on, also on a connection that was there before", async (t) => {
	const nodes = await startNodes(t, "a");
	const rig = await Reloadable.start(t, configOf(nodes));
	const old = new Load(t, rig.portico.port, get("/app"), 4);
	await eventually(
		() => old.served > 20,
		() => "the load",
	);
	changesOf(await rig.reload(({ services: { app } }) => app.routes.push({ path: "/new", to: "/app" })));
	const fresh = new Load(t, rig.portico.port, get("/new"), 4);
	await eventually(
		() => fresh.served > 20,
		() => "the load",
	);
	await old.stop();
	changesOf(await rig.reload(({ services: { app } }) => app.routes.shift()));
	await fresh.stop();
	assert.deepEqual([...old.failures, ...fresh.failures], []);
	assert.equal((await exchange(t, rig.portico.port, get("/app"))).status, 404);
});

test("a certificate that is renewed again and again fails no handshake and no request", async (t) => {
	const authority = await TestAuthority.create();
	const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => authority.issue()));
	assert.ok(first);
	const nodes = await startNodes(t, "a");
	const config = configOf(nodes, {
		public: "https://localhost",
		listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "0.pem", key: "0.key" }] } }],
	});
	const files = [first, ...others].flatMap(({ cert, key }, index) => [
		[`${index}.pem`, cert],
		[`${index}.key`, key],
	]);
	const rig = await Reloadable.start(t, config, { files: Object.fromEntries(files) });
	const tls = { ca: authority.cert, servername: "localhost" };
	const kept = new Load(t, rig.portico.port, get("/app"), 4, { tls });
	const ever = new Load(t, rig.portico.port, get("/app", "Connection: close"), 4, { tls });
	for (const [index] of others.entries()) {
		const changes = changesOf(
			await rig.reload(({ listeners }) => {
				listeners[0].tls.certificates = [{ cert: `${index + 1}.pem`, key: `${index + 1}.key` }];
			}),
		);
		assert.deepEqual(changes, ["listener 127.0.0.1:0: certificates changed"]);
		const goal = ever.served + 20;
		await eventually(
			() => ever.served >= goal,
			() => `more served; ${ever.failures.join("; ")}`,
		);
	}
	await Promise.all([kept.stop(), ever.stop()]);
	assert.deepEqual([...kept.failures, ...ever.failures], []);
	assert.ok(kept.served > 0);
});
