/** Health of nodes that are any HTTP: what traffic says, what a check says that is written in the file, and that all threads hear of it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { field, responseText } from "../../harness/message.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { eventually, serve } from "../../harness/stage.ts";
import { COMMON, get, logOf, QUICK, shares, told } from "./rig.ts";

/** Two nodes; requests for `/app` are answered with `status`, for `/health` with `health`. */
interface Stage {
	readonly portico: Portico;
	readonly nodes: readonly (RawServer & { status: number; health: number })[];
}

async function stage(t: TestContext, health: object, config: object = {}, service: object = {}): Promise<Stage> {
	const nodes = await Promise.all(
		["a", "b"].map(async (name) => {
			const state = { status: 200, health: 200 };
			const answer = ({ target }: { readonly target: string }): string =>
				responseText(target === "/health" ? node.health : node.status, [], name);
			const server = await startRawServer(t, serve(answer));
			const node = Object.assign(server, state);
			return node;
		}),
	);
	const app = {
		product: "http",
		routes: [{ path: "/app" }],
		nodes: nodes.map(({ port }, index) => ({ name: index === 0 ? "a" : "b", url: `http://127.0.0.1:${port}` })),
		health,
		...service,
	};
	return { nodes, portico: await startPortico(t, { ...COMMON, services: { app }, ...config }) };
}

/** So many clients, one after the other: how many got which node, or which status. */
async function visits(t: TestContext, portico: Portico, count: number): Promise<Readonly<Record<string, number>>> {
	const seen: Record<string, number> = {};
	for (let i = 0; i < count; i++) {
		const { status, body } = await get(t, portico, "/app");
		const what = status === 200 ? body.toString() : String(status);
		seen[what] = (seen[what] ?? 0) + 1;
	}
	return seen;
}

test("a node that refuses connections is out before a check sees it, and all workers hear of it", async (t) => {
	const health = { check: { interval: "1h", fall: 100 }, passive: { connect: 2, baseTime: "1h", maxTime: "1h" } };
	const { portico, nodes } = await stage(t, health, { workers: 2 });
	await Promise.all(["a/http", "b/http"].map((member) => told(portico, "member_up", member)));
	await nodes[1]?.close();
	assert.deepEqual(await visits(t, portico, 40), { a: 40 }, "the other node answers");
	const down = await told(portico, "member_down", "b/http");
	assert.deepEqual([down.cause, down.kind], ["ejected", "connect"]);
	assert.match(String(down.text), /^\d+ attempts in a row failed to connect; ejected for /);
	const after = await logOf(t, portico, "/app/after", 40);
	assert.deepEqual(shares(after), { "a/http": 40 });
	assert.ok(
		after.every(({ attempts }) => attempts === 1),
		"nobody tries it any more",
	);
	const workers = new Set(after.map(({ request_id }) => String(request_id).split("-")[0]));
	assert.equal(workers.size, 2);
});

test("a node that responses 503 to clients is out, comes back on trial, and is trusted again", async (t) => {
	const health = { passive: { unavailable: 3, minClients: 1, baseTime: "50ms", trialAnswers: 2 } };
	const { portico, nodes } = await stage(t, health);
	const [, b] = nodes;
	assert.ok(b);
	b.status = 503;
	assert.deepEqual(await visits(t, portico, 6), { a: 3, 503: 3 });
	const down = await told(portico, "member_down", "b/http");
	assert.deepEqual([down.cause, down.kind, down.from], ["ejected", "unavailable", "unknown"]);
	b.status = 200;
	// Without a check it is asked whether it accepts connections.
	assert.equal((await told(portico, "member_unknown", "b/http")).cause, "trial");
	assert.deepEqual(await visits(t, portico, 10), { a: 5, b: 5 });
	await told(portico, "member_recovered", "b/http");
});

test("one client alone takes no node out, whatever it makes it respond; a second one does", async (t) => {
	const health = { passive: { unavailable: 3, baseTime: "1h", maxTime: "1h" }, breaker: { counts: ["unavailable"], minVolume: 5 } };
	const { portico, nodes } = await stage(t, health);
	const [, b] = nodes;
	assert.ok(b);
	b.status = 503;
	assert.deepEqual(await visits(t, portico, 40), { a: 20, 503: 20 });
	const answer = await get(t, portico, "/app", "", "127.0.0.2");
	if (answer.status === 200) assert.equal((await get(t, portico, "/app", "", "127.0.0.2")).status, 503);
	const down = await told(portico, "member_down", "b/http");
	assert.deepEqual([down.cause, down.kind], ["ejected", "unavailable"]);
	assert.deepEqual(await visits(t, portico, 6), { a: 6 });
	assert.equal(portico.log.filter(({ msg }) => msg === "member_down").length, 1, "it was the second client that did it");
	// Access lines may wait a second before they are written.
	const seen = () => portico.log.filter((line) => "request_id" in line && line.member === "b/http").map(({ client }) => client);
	await eventually(
		() => seen().includes("127.0.0.2"),
		() => "the access line of the second client",
	);
	assert.equal(seen().at(-1), "127.0.0.2");
});

test("without a word about health nothing is checked, and failures take nobody out", async (t) => {
	const { portico, nodes } = await stage(t, {});
	const [, b] = nodes;
	assert.ok(b);
	b.status = 503;
	assert.deepEqual(await visits(t, portico, 20), { a: 10, 503: 10 });
	assert.equal(
		portico.log.find(({ msg }) => String(msg).startsWith("member_")),
		undefined,
	);
});

test("a check takes a node out by the body it answers", async (t) => {
	const health = { check: { ...QUICK, path: "/health", body: { matches: "^a$" } } };
	const { portico } = await stage(t, health);
	await told(portico, "member_up", "a/http");
	const down = await told(portico, "member_down", "b/http");
	assert.match(String(down.text), /^GET \/health: returned 200, but its body does not match \/\^a\$\/ \(\d+ ms\)$/);
	assert.deepEqual(await visits(t, portico, 6), { a: 6 });
});

test("a node that responses 404 on its health path drains itself: its clients stay, new ones go elsewhere", async (t) => {
	const health = { check: { ...QUICK, path: "/health", drainOn: [404] } };
	const { portico, nodes } = await stage(t, health, {}, { affinity: { mode: "cookie" } });
	await Promise.all(["a/http", "b/http"].map((member) => told(portico, "member_up", member)));
	let cookie = "";
	for (let i = 0; i < 2; i++) {
		const answer = await get(t, portico, "/app");
		if (answer.body.toString() === "b") cookie = field(answer, "set-cookie")?.split(";")[0] ?? "";
	}
	assert.notEqual(cookie, "");
	const [, b] = nodes;
	assert.ok(b);
	b.health = 404;
	assert.equal((await told(portico, "member_draining", "b/http")).status, 404);
	assert.deepEqual(await visits(t, portico, 6), { a: 6 });
	assert.equal((await get(t, portico, "/app", cookie)).body.toString(), "b");
	b.health = 200;
	await told(portico, "member_drain_over", "b/http");
	assert.deepEqual(await visits(t, portico, 6), { a: 3, b: 3 });
});

for (const [panic, status] of [
	["passive", 503],
	["all", 200],
] as const) {
	test(`panic ${panic}: when the checks of all nodes fail, the response is ${status}`, async (t) => {
		const { portico, nodes } = await stage(t, { check: { ...QUICK, path: "/health" }, panic });
		await Promise.all(["a/http", "b/http"].map((member) => told(portico, "member_up", member)));
		for (const node of nodes) node.health = 500;
		if (panic === "all") await portico.event("pool_panic");
		else await Promise.all(["a/http", "b/http"].map((member) => told(portico, "member_down", member)));
		assert.equal((await get(t, portico, "/app")).status, status);
		for (const node of nodes) node.health = 200;
		if (panic === "all") await portico.event("pool_panic_over");
		await Promise.all(["a/http", "b/http"].map((member) => told(portico, "member_up", member, 2)));
	});
}
