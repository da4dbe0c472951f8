/** Memory runs short: some is given back before anybody is refused, then work is refused by its class, and everybody is let in again as soon as there is room. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import type { MemoryLevel } from "../../../src/limit/memoryLevel.ts";
import { TestAuthority } from "../../harness/certs.ts";
import { field, get, type RawResponse, requestText, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { ask, status } from "../admin/rig.ts";
import { fillMemory, WITH_SABOTAGE } from "../threads/audit.ts";

const MIB = 2 ** 20;
const LIMIT = 240;
const LARGE = 200_000;

const { cert, key } = await (await TestAuthority.create()).issue();
const stage = await openStage(
	{ after },
	{
		services: 4,
		config: {
			workers: 1,
			limits: { memory: `${LIMIT}MiB`, requestBuffer: 0 },
			timeouts: { requestHead: "1m" },
			listeners: [{ address: "127.0.0.1:0" }, { address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			admin: { address: "127.0.0.1:0" },
		},
		// As deploy/portico.service does: large buffers go back to the kernel as soon as they are free.
		portico: { env: { ...WITH_SABOTAGE.env, MALLOC_MMAP_THRESHOLD_: "32768" }, files: { "cert.pem": cert, "key.pem": key } },
	},
);
const { portico } = stage;
const [, tlsPort = 0] = portico.ports;

/** What the worker holds beside what it must, in MiB, so that so much of the memory is in use; 0: nothing. */
let held = 0;

/** Makes the memory in use that share, whatever it was before, and waits for the level. 0: lets go of all. */
async function reach(t: TestContext, share: number, level: MemoryLevel): Promise<void> {
	let seen = 0;
	await eventually(
		async () => {
			const memory = (await status(portico)).memory;
			if (memory.level === level) return true;
			// A look that has seen what was done before.
			if (memory.used === seen) return false;
			seen = memory.used;
			held = share === 0 ? 0 : Math.max(Math.round(share * LIMIT - seen / MIB + held), 0);
			await fillMemory(t, stage.port, "hold", held);
			return false;
		},
		() => `level ${level}`,
		20_000,
	);
}

/** On a connection that is there. */
async function asked(client: RawSocket, path: string, body = ""): Promise<RawResponse> {
	await client.send(requestText(body === "" ? "GET" : "POST", path, { body }));
	return client.response(body === "" ? "GET" : "POST");
}

function assertShed(response: RawResponse, code: string): void {
	assert.equal(response.status, 503);
	assert.match(field(response, "proxy-status") ?? "", new RegExp(`error=${code}(;|$)`));
	assert.ok(field(response, "retry-after"));
}

/** Counted by kind. */
async function shed(): Promise<Readonly<Record<string, number>>> {
	const { text } = await ask(portico, "/metrics");
	return Object.fromEntries(
		Array.from(text.matchAll(/^portico_memory_shed_total\{kind="(\w+)"\} (\d+)$/gm), ([, kind, count]) => [kind, Number(count)]),
	);
}

test("garbage is collected before anybody is refused", async (t) => {
	const { path } = stage.service(serve(responseText(200, [], "ok")));
	for (let round = 0; round < 2; round++) {
		await fillMemory(t, stage.port, "waste", 120);
		await eventually(
			async () => (await status(portico)).memory.used < 0.55 * LIMIT * MIB,
			() => "the memory to come back",
			20_000,
		);
		assert.equal((await stage.exchange(t, get(path))).status, 200);
	}
	const levels = portico.log.filter(({ msg }) => msg === "memory_level").map(({ level }) => level);
	assert.deepEqual(
		levels.filter((level) => level !== "tight" && level !== "normal"),
		[],
	);
});

test("uploads and handshakes are refused first, logins last; probes and metrics say so, and all are let in again", async (t) => {
	const { path } = stage.service(serve(({ body }) => responseText(200, [], String(body.length))));
	const secure = { tls: { rejectUnauthorized: false } };
	const open = await Promise.all(Array.from({ length: 8 }, () => stage.connect(t)));
	// Idle connections are closed from `short` on: these are not idle.
	const begin = async (client: RawSocket): Promise<RawSocket> => {
		await client.send(`GET ${path}`);
		return client;
	};
	const finish = async (client: RawSocket, rest = ""): Promise<RawResponse> => {
		await client.send(`${rest} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
		return client.response();
	};
	const [scarceClient, scarceLogin, criticalLogin] = await Promise.all(open.slice(0, 3).map(begin));
	assert.ok(scarceClient !== undefined && scarceLogin !== undefined && criticalLogin !== undefined);
	assert.equal((await ask(portico, "/readyz")).status, 200);

	await reach(t, 0.835, "short");
	await assert.rejects(connectRaw(t, tlsPort, secure));
	const newcomer = await stage.connect(t);
	assert.equal((await asked(newcomer, path)).status, 200);
	assertShed(await asked(newcomer, path, "x".repeat(LARGE)), "overloaded_upload");
	assert.equal((await asked(await stage.connect(t), path, "x".repeat(1000))).status, 200);
	const probe = await ask(portico, "/readyz");
	assert.deepEqual([probe.status, JSON.parse(probe.text)], [503, { status: "short of memory: short" }]);

	await reach(t, 0.905, "scarce");
	assertShed(await stage.exchange(t, get(path)), "overloaded");
	assertShed(await finish(scarceClient), "overloaded");
	assert.equal((await finish(scarceLogin, "?sessionDataKey=a")).status, 200);
	assert.equal((await ask(portico, "/livez")).status, 200);

	await reach(t, 0.97, "critical");
	assertShed(await finish(criticalLogin, "?sessionDataKey=a"), "overloaded");
	const counts = await shed();
	for (const kind of ["handshake", "upload", "connection", "request", "login"]) assert.ok((counts[kind] ?? 0) > 0, kind);

	await reach(t, 0, "normal");
	assert.equal((await ask(portico, "/readyz")).status, 200);
	const client = await connectRaw(t, tlsPort, secure);
	assert.equal((await asked(client, path)).status, 200);
	assert.equal((await asked(await stage.connect(t), path, "x".repeat(LARGE))).body.toString(), String(LARGE));
	const entered = portico.log.filter(({ msg, level }) => msg === "memory_level" && level === "critical");
	assert.equal(entered.length, 1);
	assert.equal(entered[0]?.limit_mib, LIMIT);
});

/** So many clients, each with most of a head of 60 KB. */
async function largeHeads(
	t: TestContext,
	path: string,
	count: number,
): Promise<{ readonly clients: readonly RawSocket[]; readonly head: string }> {
	const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"x".repeat(60_000)}`;
	const clients = await Promise.all(Array.from({ length: count }, () => stage.connect(t)));
	for (const client of clients) await client.send(head);
	return { clients, head };
}

test("large heads take no more than their share, and honest requests are served beside them", async (t) => {
	const { path } = stage.service(serve(responseText(200, [], "ok")));
	const { clients, head } = await largeHeads(t, path, 560);
	await eventually(
		async () => ((await shed()).head ?? 0) > 0,
		() => "a head to be refused",
		20_000,
	);
	for (let count = 0; count < 20; count++) assert.equal((await stage.exchange(t, get(path))).status, 200);
	const refused = clients.filter(({ unread, ending }) => unread.length > 0 || ending !== null);
	assert.ok(refused.length > 0 && refused.length < 280, String(refused.length));
	for (const client of clients) client.destroy();
	await eventually(
		async () => (await stage.exchange(t, `${head}\r\n\r\n`)).status === 200,
		() => "a large head to be taken again",
	);
	assert.equal((await status(portico)).workers.deaths, 0);
});

test("with more memory by a reload the shares are larger at once", async (t) => {
	const { path } = stage.service(serve(responseText(200, [], "ok")));
	const file = join(portico.folder, "portico.yaml");
	writeFileSync(file, readFileSync(file, "utf8").replace(`${LIMIT}MiB`, `${10 * LIMIT}MiB`));
	portico.signal("SIGHUP");
	await portico.event("config_reloaded");
	const before = (await shed()).head ?? 0;
	const { clients } = await largeHeads(t, path, 560);
	for (const client of clients) {
		await client.send("\r\n\r\n");
		assert.equal((await client.response()).status, 200);
	}
	assert.equal((await shed()).head, before);
});
