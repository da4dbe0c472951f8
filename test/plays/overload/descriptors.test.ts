/** The process runs out of descriptors: no worker ends, kept connections are served on, and idle clients make room for others. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";

const LINUX = process.platform === "linux" ? false : "prlimit is Linux's";
const CONNECTIONS = 40;

const node = await startRawServer({ after }, async (connection) => {
	for (;;) {
		await connection.request();
		await connection.send(responseText(200, [], "ok"));
	}
});
const portico = await startPortico(
	{ after },
	{
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		services: { app: { product: "http", routes: [{ path: "/app" }], nodes: [{ name: "a", url: `http://127.0.0.1:${node.port}` }] } },
		limits: { connections: CONNECTIONS },
		workers: 1,
	},
);

const deaths = (): number => portico.log.filter(({ msg }) => msg === "worker_died").length;
const mayOpen = (files: number): void => void execFileSync("prlimit", ["--pid", String(portico.child.pid), `--nofile=${files}:`]);

test("without a free descriptor kept connections are served on, and no worker ends", { skip: LINUX }, async (t) => {
	const client = await connectRaw(t, portico.port);
	await client.send(get("/app/before"));
	assert.equal((await client.response()).status, 200);
	const limit = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${portico.child.pid}/limits`, "utf8"))?.[1];
	// What is open stays open.
	mayOpen(3);
	try {
		// Memory is looked at four times a second: three times in this time.
		for (const until = performance.now() + 800; performance.now() < until; ) {
			await client.send(get("/app/meanwhile"));
			assert.equal((await client.response()).status, 200);
		}
	} finally {
		mayOpen(Number(limit));
	}
	assert.equal(deaths(), 0);
	assert.equal((await exchange(t, portico.port, get("/app/after", "Connection: close"))).status, 200);
});

test("clients that hold idle connections do not keep others out: the oldest of them are closed", async (t) => {
	const idle = [];
	for (let i = 0; i < 3 * CONNECTIONS; i++) {
		idle.push(await connectRaw(t, portico.port));
		if (i % 10 === 9) assert.equal((await exchange(t, portico.port, get("/app/honest", "Connection: close"))).status, 200);
	}
	assert.equal(await idle[0]?.ended(), "end");
	assert.equal(idle.at(-1)?.ending, null);
	assert.equal(deaths(), 0);
});
