/** Listeners that are added, removed or changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import { get } from "../../harness/message.ts";
import type { LogLine } from "../../harness/portico.ts";
import { accepts } from "../../harness/ports.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { eventually } from "../../harness/stage.ts";
import { Load } from "../ending/load.ts";
import { secured, shakeHands } from "../listeners/tlsClient.ts";
import { changesOf, configOf, Reloadable, startNodes } from "./rig.ts";

const portsOf = ({ listeners }: LogLine): number[] => (listeners as string[]).map((address) => Number(address.split(":").at(-1)));

test("one that is added is open when the reload is done, one that is removed is closed, the others keep their port", async (t) => {
	const nodes = await startNodes(t, "a");
	const rig = await Reloadable.start(t, configOf(nodes));
	const { port } = rig.portico;
	const added = await rig.reload(({ listeners }) => listeners.unshift({ address: "127.0.0.1:0" }, { address: "127.0.0.2:0" }));
	assert.deepEqual(changesOf(added), ["listener 127.0.0.2:0 added", "listener 127.0.0.1:0 added"]);
	const [kept, , fresh] = [portsOf(added)[0], portsOf(added)[1], portsOf(added)[2]];
	assert.equal(kept, port, "the first of two with the same text is the one that was there");
	assert.equal((await exchange(t, fresh ?? 0, get("/app"))).status, 200);
	const removed = await rig.reload(({ listeners }) => listeners.pop());
	assert.deepEqual(portsOf(removed), portsOf(added).slice(0, 2));
	assert.equal(await accepts(fresh ?? 0), false);
	assert.equal((await exchange(t, port, get("/app"))).status, 200);
});

test("an address that is removed and added again, again and again, is open every time", async (t) => {
	const nodes = await startNodes(t, "a");
	const config = configOf(nodes);
	config.listeners.push({ address: "127.0.0.1:0" });
	const rig = await Reloadable.start(t, config);
	const port = rig.portico.ports[1] ?? 0;
	await rig.reload(({ listeners }) => listeners.pop());
	for (let round = 0; round < 3; round++) {
		changesOf(await rig.reload(({ listeners }) => listeners.push({ address: `127.0.0.1:${port}` })));
		assert.equal((await exchange(t, port, get("/app"))).status, 200);
		changesOf(await rig.reload(({ listeners }) => listeners.pop()));
		assert.equal(await accepts(port), false);
	}
});

test("a request at a listener that is removed is answered, its idle connections are closed", async (t) => {
	const { promise: letGo, resolve: go } = Promise.withResolvers<void>();
	const server = await startRawServer(t, async (connection) => {
		await connection.request();
		await letGo;
		await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
	});
	const config = configOf([{ name: "a", url: `http://127.0.0.1:${server.port}`, server }]);
	config.listeners.push({ address: "127.0.0.1:0" });
	const rig = await Reloadable.start(t, config);
	const [busy, idle] = await Promise.all([connectRaw(t, rig.portico.ports[1] ?? 0), connectRaw(t, rig.portico.ports[1] ?? 0)]);
	await busy.send(get("/app"));
	await server.connection(0);
	changesOf(await rig.reload(({ listeners }) => listeners.pop()));
	await idle.ended();
	go();
	assert.equal((await busy.response()).body.toString(), "slow");
	await busy.ended();
});

test("new handshakes get the new certificate; a connection that was there before goes on", async (t) => {
	const authority = await TestAuthority.create();
	const [old, fresh] = await Promise.all([authority.issue({ names: ["old.test"] }), authority.issue({ names: ["fresh.test"] })]);
	const rig = await Reloadable.start(
		t,
		configOf(await startNodes(t, "a"), {
			public: "https://localhost",
			listeners: [{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "site.pem", key: "site.key" }] } }],
		}),
		{ files: { "site.pem": old.cert, "site.key": old.key, "fresh.pem": fresh.cert, "fresh.key": fresh.key } },
	);
	const nameAt = async (): Promise<string | undefined> => {
		const socket = await secured(t, rig.portico.port);
		const { CN } = socket.getPeerCertificate().subject;
		socket.destroy();
		return String(CN);
	};
	const before = await connectRaw(t, rig.portico.port, { tls: { rejectUnauthorized: false } });
	assert.equal(await nameAt(), "old.test");
	await rig.reload(({ listeners }) => {
		listeners[0].tls.certificates = [{ cert: "fresh.pem", key: "fresh.key" }];
	});
	for (let count = 0; count < 6; count++) assert.equal(await nameAt(), "fresh.test");
	await before.send(get("/app"));
	assert.equal((await before.response()).status, 200);
});

test("another least TLS version counts for new handshakes", async (t) => {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue();
	const tls = { certificates: [{ cert: "site.pem", key: "site.key" }] };
	const rig = await Reloadable.start(
		t,
		configOf(await startNodes(t, "a"), { public: "https://localhost", listeners: [{ address: "127.0.0.1:0", tls }] }),
		{
			files: { "site.pem": cert, "site.key": key },
		},
	);
	const old = async () => "socket" in (await shakeHands(t, rig.portico.port, { maxVersion: "TLSv1.2" }));
	assert.equal(await old(), true);
	await rig.reload(({ listeners }) => {
		listeners[0].tls.minVersion = "TLSv1.3";
	});
	for (let count = 0; count < 4; count++) assert.equal(await old(), false);
});

test("a listener that begins to redirect, or to speak TLS, keeps its socket; connections that were there before go on as they were", async (t) => {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue();
	const certificates = [{ cert: "site.pem", key: "site.key" }];
	const listeners = [{ address: "127.0.0.1:0", tls: { certificates } }, { address: "127.0.0.1:0" }];
	const rig = await Reloadable.start(t, configOf(await startNodes(t, "a"), { public: "https://localhost", listeners }), {
		files: { "site.pem": cert, "site.key": key },
	});
	const port = rig.portico.ports[1] ?? 0;
	const kept = new Load(t, port, get("/app"), 4);
	await eventually(
		() => kept.served > 20,
		() => "the load",
	);
	const redirecting = await rig.reload(({ listeners }) => {
		listeners[1].redirectTo = "https";
	});
	assert.deepEqual(changesOf(redirecting), ["listener 127.0.0.1:0: redirects to https"]);
	assert.equal((await exchange(t, port, get("/app"))).status, 301);
	const secure = await rig.reload(({ listeners }) => {
		listeners[1] = { address: "127.0.0.1:0", tls: { certificates } };
	});
	assert.deepEqual(changesOf(secure), ["listener 127.0.0.1:0: TLS on, no longer redirects"]);
	assert.equal((await exchange(t, port, get("/app"), { tls: { ca: authority.cert, servername: "localhost" } })).status, 200);
	await kept.stop();
	assert.deepEqual(kept.failures, []);
});
