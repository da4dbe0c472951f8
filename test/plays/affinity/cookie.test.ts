/** Affinity over real sockets: two nodes that tell their names, and clients with and without the cookie. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field } from "../../harness/message.ts";
import { newCookie, SECRET, startFront, startNodes, visit } from "./rig.ts";

const nodes = await startNodes({ after }, ["n-1", "n-2"]);
const front = await startFront({ after }, nodes, { other: true });
const otherNode = (name: string): string => (name === "n-1" ? "n-2" : "n-1");

test("a new client gets the cookie, and with it the same node every time, without another cookie", async (t) => {
	const first = await visit(t, front);
	assert.match(first.setCookies.join(), /^portico-app=[\w-]{60}; Path=\/; HttpOnly; SameSite=Lax$/);
	assert.deepEqual(first.cacheControl, ["private"]);
	for (let i = 0; i < 10; i++) {
		const next = await visit(t, front, [`a=1; ${first.cookie}`]);
		assert.equal(next.node, first.node);
		assert.deepEqual([next.setCookies, next.cacheControl], [[], []]);
	}
});

test("clients without the cookie are spread", async (t) => {
	const names = [await visit(t, front), await visit(t, front), await visit(t, front), await visit(t, front)].map(({ node }) => node);
	assert.deepEqual(names.sort(), ["n-1", "n-1", "n-2", "n-2"]);
});

test("nodes never see the cookie, not even one that is forged or another service's", async (t) => {
	const { cookie } = await newCookie(t, front);
	for (const node of nodes) node.requests.length = 0;
	await visit(t, front, [cookie]);
	await visit(t, front, [`a=1; ${cookie}; b=2`]);
	await visit(t, front, ["portico-app=forged", "c=3"]);
	await visit(t, front, [`d=4; portico-other=x;${cookie}`]);
	const requests = nodes.flatMap(({ requests }) => requests);
	assert.equal(requests.length, 4);
	assert.deepEqual(requests.map((request) => field(request, "cookie")).sort(), ["a=1; b=2", "c=3", "d=4", undefined]);
	for (const { raw } of requests) assert.ok(!raw.includes("portico-"));
});

test("what is not ours is served by whose turn it is, and replaced", async (t) => {
	const { cookie } = await newCookie(t, front);
	const value = cookie.slice("portico-app=".length);
	const foreign = (await newCookie(t, front, "/other")).cookie.replace("portico-other", "portico-app");
	const bytes = Buffer.from(value, "base64url");
	const otherVersion = Buffer.from(bytes);
	otherVersion[0] = 2;
	const forged: Readonly<Record<string, readonly string[]>> = {
		"a changed letter": [`portico-app=${value.slice(0, 20)}${value[20] === "A" ? "B" : "A"}${value.slice(21)}`],
		"another version": [`portico-app=${otherVersion.toString("base64url")}`],
		"another service's": [foreign],
		"an address": ["portico-app=127.0.0.1:80"],
		"a name": ["portico-app=n-1"],
		nothing: ["portico-app="],
		"much too long": [`portico-app=${"A".repeat(20_000)}`],
		"twice in one line": [`${cookie}; ${cookie}`],
		"twice in two lines": [cookie, cookie],
		"a good one beside a tossed one": [`portico-app=tossed; ${cookie}`],
	};
	for (const [what, cookies] of Object.entries(forged)) {
		const [a, b] = [await visit(t, front, cookies), await visit(t, front, cookies)];
		assert.deepEqual([a.status, b.status], [200, 200], what);
		assert.deepEqual([a.node, b.node].sort(), ["n-1", "n-2"], what);
		assert.ok(a.cookie !== null && b.cookie !== null, what);
		assert.equal((await visit(t, front, [a.cookie ?? ""])).node, a.node, what);
	}
});

test("a node that is killed: another one serves, and the same response brings its cookie", async (t) => {
	const own = await startNodes(t, ["n-1", "n-2"]);
	const portico = await startFront(t, own);
	const { node, cookie } = await newCookie(t, portico);
	await own.find(({ name }) => name === node)?.server.close();
	const next = await visit(t, portico, [cookie]);
	assert.equal(next.status, 200);
	assert.equal(next.node, otherNode(node));
	assert.ok(next.cookie !== null && next.cookie !== cookie);
	for (let i = 0; i < 3; i++) {
		const later = await visit(t, portico, [next.cookie]);
		assert.deepEqual([later.node, later.setCookies], [next.node, []]);
	}
});

test("a node cannot set or take away the cookie", async (t) => {
	const own = await startNodes(t, ["n-1", "n-2"], ["Set-Cookie: portico-app=mine; Path=/", "Set-Cookie: s=1", "Cache-Control: no-store"]);
	const portico = await startFront(t, own);
	const first = await visit(t, portico);
	assert.equal(first.setCookies.length, 2);
	assert.equal(first.setCookies[0], "s=1");
	assert.match(first.setCookies[1] ?? "", /^portico-app=[\w-]{60};/);
	assert.deepEqual(first.cacheControl, ["no-store"]);
	assert.deepEqual((await visit(t, portico, [first.setCookies[1]?.replace(/;.*/s, "") ?? ""])).setCookies, ["s=1"]);
});

test("without affinity there is no cookie, and one that a client brings is its own affair", async (t) => {
	const own = await startNodes(t, ["n-1", "n-2"]);
	const portico = await startFront(t, own, { affinity: {} });
	const visits = [await visit(t, portico, ["portico-app=x"]), await visit(t, portico, ["portico-app=x"])];
	assert.deepEqual(visits.map(({ node }) => node).sort(), ["n-1", "n-2"]);
	for (const { setCookies, cacheControl } of visits) assert.deepEqual([setCookies, cacheControl], [[], []]);
	for (const { requests } of own) assert.equal(field(requests[0] ?? { headers: [] }, "cookie"), "portico-app=x");
});

test("neither secrets nor cookies are in any log", async (t) => {
	const portico = await startFront(t, nodes, {
		config: { accessLog: [{ format: "json" }, { format: '%h "%r" %>s "%{Cookie}i" "%{Set-Cookie}o"' }] },
	});
	const { cookie } = await newCookie(t, portico);
	await visit(t, portico, [cookie]);
	await portico.stop();
	assert.match(portico.child.output, /GET \/app/);
	for (const text of [SECRET, cookie.slice("portico-app=".length)]) assert.ok(!portico.child.output.includes(text));
});
