/** Reloads leave nothing behind, however many there are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { get } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { eventually } from "../../harness/stage.ts";
import { openFiles } from "../failures/processState.ts";
import { liveMemory, WITH_SABOTAGE } from "../threads/audit.ts";
import { changesOf, configOf, type Draft, entry, Reloadable, startNodes } from "./rig.ts";

const ROUNDS = 100;
/** MiB; a snapshot of this plan with its TLS contexts takes some 0.4, and would be there 200 times. */
const LIVE_SLACK = 8;

test("after 200 reloads memory, sockets, files and timers are as they were", async (t) => {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue();
	const [a, b, c] = await startNodes(t, "a", "b", "c");
	assert.ok(a && b && c);
	const tls = { certificates: [{ cert: "site.pem", key: "site.key" }] };
	const config = configOf([a, b], {
		public: "https://localhost",
		listeners: [{ address: "127.0.0.1:0", tls }, { address: "127.0.0.1:0" }],
		accessLog: [{ path: "one.log" }],
		workers: 1,
	});
	config.services.app.health = { check: { kind: "tcp", interval: "1s" } };
	// Its preset makes the snapshot large enough for one that stays to be seen.
	config.services.is = { product: "wso2-is", prefix: "/is-", nodes: [{ name: "is-1", host: "127.0.0.9" }], health: { check: "off" } };
	const rig = await Reloadable.start(t, config, { ...WITH_SABOTAGE, files: { "site.pem": cert, "site.key": key } });
	const { pid, ports } = rig.portico;
	const plain = ports[1] ?? 0;
	const forth = (draft: Draft) => {
		draft.services.app.nodes = [entry(c), entry(a, { weight: 2 })];
		draft.services.more = { product: "http", routes: [{ path: "/more" }], nodes: [entry(b, { name: "m" })] };
		draft.listeners[0].tls.minVersion = "TLSv1.3";
		draft.accessLog = [{ path: "one.log" }, { path: "two.log" }];
	};
	const back = (draft: Draft) => {
		draft.services.app.nodes = [entry(a), entry(b)];
		delete draft.services.more;
		delete draft.listeners[0].tls.minVersion;
		draft.accessLog = [{ path: "one.log" }];
	};
	const round = async () => {
		changesOf(await rig.reload(forth));
		await exchange(t, plain, get("/app"));
		changesOf(await rig.reload(back));
		await exchange(t, plain, get("/app"));
	};
	for (let count = 0; count < 10; count++) await round();
	const before = { live: await liveMemory(t, plain), files: openFiles(pid) };
	for (let count = 0; count < ROUNDS; count++) await round();
	const live = await liveMemory(t, plain);
	assert.ok(live - before.live < LIVE_SLACK, `${live} MiB live, ${before.live} before`);
	// Connections to nodes come and go with the requests.
	await eventually(
		() => openFiles(pid) <= before.files + 4,
		() => `${openFiles(pid)} open files, ${before.files} before`,
	);
	assert.deepEqual(await rig.portico.stop(), { code: 0, signal: null });
});

test("more new nodes than there is room for are refused, until those in use have ended", async (t) => {
	const [a] = await startNodes(t, "a");
	assert.ok(a);
	const rig = await Reloadable.start(t, configOf([a]));
	const many = (from: number) =>
		Array.from({ length: 40 }, (_, index) => ({ name: `x${from + index}`, url: `http://127.0.0.1:${from + index}` }));
	const put = (nodes: readonly object[]) =>
		rig.reload(({ services: { app } }) => {
			app.nodes = nodes;
		});
	changesOf(await put(many(1000)));
	const refused = await put(many(2000));
	assert.match(String(refused.reason), /^there is no room for so many new nodes/);
	changesOf(await put([entry(a)]));
	changesOf(await put(many(2000)));
	changesOf(await put([entry(a)]));
	assert.equal((await exchange(t, rig.portico.port, get("/app"))).body.toString(), "a");
});
