/** Nodes are drained, disabled, enabled and weighed at run time, under load: no request fails. */
import assert from "node:assert/strict";
import { after, beforeEach, type TestContext, test } from "node:test";
import { field, get } from "../../harness/message.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { eventually } from "../../harness/stage.ts";
import { ask, changeNode, memberOf, patch, startAdministered, startGatedNode, status } from "./rig.ts";

interface Visit {
	readonly node: string;
	readonly cookie: string;
}

const NAMES = ["a", "b", "c"];

const scope = { after };
const nodes = await Promise.all(NAMES.map((name) => startGatedNode(scope, name)));
const portico = await startAdministered(scope, nodes);

beforeEach(async () => {
	for (const name of NAMES) await changeNode(portico, name, { adminState: "enabled" });
});

/** One request on a connection of its own; it must not fail. */
async function visit(t: TestContext, cookie = "", path = "/app"): Promise<Visit> {
	const cookies = cookie === "" ? [] : [`Cookie: ${cookie}`];
	const answer = await exchange(t, portico.port, get(path, ...cookies, "Connection: close"));
	assert.equal(answer.status, 200);
	return { node: answer.body.toString(), cookie: field(answer, "set-cookie")?.split(";")[0] ?? cookie };
}

/** A client of every node, by the node's name. */
async function clientsOf(t: TestContext): Promise<ReadonlyMap<string, string>> {
	const clients = new Map<string, string>();
	for (let i = 0; i < 60 && clients.size < NAMES.length; i++) {
		const { node, cookie } = await visit(t);
		clients.set(node, cookie);
	}
	assert.equal(clients.size, NAMES.length);
	return clients;
}

const newcomers = async (t: TestContext): Promise<Set<string>> =>
	new Set((await Promise.all(Array.from({ length: 12 }, () => visit(t)))).map(({ node }) => node));

/** Clients that come again and again until it is stopped; it tells how often they came. A failure stops it, and is thrown then. */
function load(t: TestContext, cookies: readonly string[]): () => Promise<number> {
	let going = true;
	let visits = 0;
	const loops = cookies.map(async (cookie) => {
		while (going) {
			await visit(t, cookie);
			visits++;
		}
	});
	const all = Promise.all(loops);
	all.catch(() => undefined);
	return async () => {
		going = false;
		await all;
		return visits;
	};
}

test("soft, hard, enabled, disabled, under load: nothing fails, and everyone goes where he should", async (t) => {
	const clients = await clientsOf(t);
	const cookieOfA = clients.get("a") ?? "";
	const stop = load(t, ["", "", ...clients.values()]);

	const drained = await changeNode(portico, "a", { adminState: "draining" });
	assert.deepEqual([drained.adminState, drained.drain?.mode, drained.drain?.deadline], ["draining", "soft", null]);
	assert.ok(!(await newcomers(t)).has("a"), "new clients go elsewhere");
	assert.equal((await visit(t, cookieOfA)).node, "a", "its clients stay");

	await changeNode(portico, "a", { drain: "hard" });
	const moved = await visit(t, cookieOfA);
	assert.notEqual(moved.node, "a", "its clients go elsewhere");
	assert.notEqual(moved.cookie, cookieOfA, "with a new cookie");
	assert.equal((await visit(t, moved.cookie)).node, moved.node);

	await changeNode(portico, "a", { adminState: "enabled" });
	assert.equal((await visit(t, cookieOfA)).node, "a");
	await changeNode(portico, "b", { adminState: "disabled" });
	assert.notEqual((await visit(t, clients.get("b"))).node, "b");
	const nodes = await newcomers(t);
	assert.deepEqual([...nodes].sort(), ["a", "c"]);

	assert.ok((await stop()) > 0);
	const { services } = await status(portico);
	const states = services.flatMap((service) => service.nodes).map(({ name, adminState }) => `${name} ${adminState}`);
	assert.deepEqual(states, ["a enabled", "b disabled", "c enabled", "a-api enabled", "b-api enabled", "c-api enabled"]);
});

test("what is in flight ends in its own time, and is counted until then", async (t) => {
	const clients = await clientsOf(t);
	const c = nodes[2];
	const slow = visit(t, clients.get("c"), "/app/slow");
	await eventually(
		() => c?.waiting() === 1,
		() => "the request to arrive",
	);
	const drained = await changeNode(portico, "c", { drain: "hard" });
	assert.deepEqual([drained.drain?.inFlight, drained.drain?.empty], [1, false]);

	c?.letGo();
	assert.equal((await slow).node, "c");
	await portico.event("drain_empty", ({ member }) => member === "c/http");
	assert.equal((await memberOf(portico, "c/http")).drain?.empty, true);
});

test("at its deadline a soft drain with clients left becomes a hard one", async (t) => {
	const clients = await clientsOf(t);
	await changeNode(portico, "a", { adminState: "draining", deadline: "300ms" });
	assert.equal((await visit(t, clients.get("a"))).node, "a");
	await portico.event("drain_deadline", ({ member }) => member === "a/http");
	assert.notEqual((await visit(t, clients.get("a"))).node, "a");
	const { drain } = await memberOf(portico, "a/http");
	assert.deepEqual([drain?.mode, drain?.overdue], ["hard", true]);
});

test("one member is changed by its own name; who changed it is logged", async () => {
	const answer = await patch(portico, "/api/v1/members/b%2Fhttp", { weight: 250, adminState: "disabled" });
	assert.equal(answer.status, 200, answer.text);
	const member = await memberOf(portico, "b/http");
	assert.deepEqual([member.weight, member.adminState, member.eligible], [250, "disabled", false]);
	const line = await portico.event("admin_changed", ({ member }) => member !== undefined);
	assert.deepEqual([line.by, line.from, line.member, line.weight, line.admin_state], ["loopback", "127.0.0.1", "b/http", 250, "disabled"]);
});

test("a draining process is not ready, but lives and tells so", async (t) => {
	assert.equal((await ask(portico, "/readyz")).status, 200);
	const client = await connectRaw(t, portico.port);
	await client.send(get("/api/slow"));
	await client.response("GET");
	await client.send(get("/app/slow"));
	await eventually(
		() => nodes.some((node) => node.waiting() === 1),
		() => "the request to arrive",
	);
	portico.signal("SIGTERM");
	await portico.event("draining");
	const ready = await ask(portico, "/readyz");
	assert.deepEqual([ready.status, JSON.parse(ready.text)], [503, { status: "draining" }]);
	assert.equal((await ask(portico, "/livez")).status, 200);
	for (const node of nodes) node.letGo();
	assert.equal((await client.response("GET")).status, 200);
	assert.equal((await portico.child.exited).code, 0);
});
