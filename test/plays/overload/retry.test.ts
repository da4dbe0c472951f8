/** What a route may say about attempts that fail, and the budget that bounds all of them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type RawRequest, responseText } from "../../harness/message.ts";
import type { RawServer, Script } from "../../harness/rawServer.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { asked, Held } from "./rig.ts";

const settings = [
	{ path: "/s0", retry: { repeat: "always", keepBody: "1KiB" } },
	{ path: "/s1", retry: { repeat: "never" } },
	{ path: "/s2", retry: { attempts: 2 } },
	{ path: "/s3", retry: { redispatch: false } },
	{ path: "/s4", retry: { statuses: [503] } },
	{ path: "/s5", retry: { perTry: "100ms" } },
	{ path: "/s6", retry: { perTry: "100ms" } },
	{ path: "/s7", retry: { perTry: "100ms" } },
	{ path: "/s8" },
	{ path: "/s9" },
	{ path: "/s10", retry: { perTry: "100ms", keepBody: "1KiB" } },
];
const stage = await openStage(
	{ after },
	{
		services: settings.length,
		nodes: 3,
		config: { accessLog: { path: "-", format: "json" }, admin: { address: "127.0.0.1:0" } },
		service: (index) => ({
			routes: [settings[index]],
			...(index === 8 ? { retry: { budget: "0%", budgetMin: 0 } } : {}),
			...(index === 9 ? { retry: { budget: "0%", budgetMin: 1 } } : {}),
		}),
	},
);
const { port } = stage;

const diesAlways: Script = async (connection) => {
	await connection.request();
	connection.reset();
};
const echo = serve(({ method, body }: RawRequest) => responseText(200, [], `${method} ${body}`));
/** Longer than one read. */
const unavailable = serve(responseText(503, ["Retry-After: 7"], "starting ".repeat(50_000)));
const silent: Script = async (connection) => void (await connection.request());
const counts = (nodes: readonly RawServer[]): number => nodes.reduce((sum, { connections }) => sum + connections.length, 0);

async function status(t: Parameters<typeof asked>[0], method: string, path: string, body = ""): Promise<number> {
	return (await (await asked(t, port, method, path, body)).response(method)).status;
}

test("`repeat: always`: a POST that was written goes to another member, as long as its body was kept", async (t) => {
	const { path } = stage.service(diesAlways, diesAlways, echo);
	const answer = await (await asked(t, port, "POST", path, "small")).response("POST");
	assert.deepEqual([answer.status, answer.body.toString()], [200, "POST small"]);
	const statuses = [];
	for (let i = 0; i < 3; i++) statuses.push(await status(t, "POST", path, "x".repeat(300_000)));
	assert.ok(statuses.includes(502), "one of three in turn met a node that dies");
});

test("`repeat: never`: not even a GET, once it was written", async (t) => {
	const { path } = stage.service(diesAlways, diesAlways, diesAlways);
	assert.equal(await status(t, "GET", path), 502);
	assert.equal((await stage.logged(path)).attempts, 1);
});

test("no more attempts than allowed", async (t) => {
	const { path } = stage.service(diesAlways, diesAlways, diesAlways);
	assert.equal(await status(t, "GET", path), 502);
	assert.equal((await stage.logged(path)).attempts, 2);
});

test("`redispatch: false`: nobody else is asked", async (t) => {
	const { path, nodes } = stage.service(diesAlways, diesAlways, diesAlways);
	assert.equal(await status(t, "GET", path), 502);
	assert.equal(counts(nodes), 1);
});

test("a status that counts as no response sends the request to another member; where all say it, the client hears it", async (t) => {
	const { path, nodes } = stage.service(unavailable, unavailable, echo);
	for (let i = 0; i < 6; i++) assert.equal(await status(t, "GET", `${path}/${i}`), 200);
	const posts = [];
	for (let i = 0; i < 3; i++) posts.push(await status(t, "POST", path, "pay"));
	assert.deepEqual(posts.sort(), [200, 503, 503], "what must not be repeated gets the node's own response");
	assert.ok(nodes.every(({ connections }) => connections.length > 0));
});

test("an attempt that takes too long gives way to another member; the last possible one has all the time there is", async (t) => {
	const { path } = stage.service(silent, silent, echo);
	for (let i = 0; i < 3; i++) assert.equal(await status(t, "GET", `${path}/${i}`), 200);
	const held = new Held();
	const slow = stage.service(serve(held.answer), serve(held.answer), serve(held.answer));
	const client = await asked(t, port, "GET", `${slow.path}/hold`);
	await held.reaches(3);
	// These take more than one `perTry` each; meanwhile the third attempt goes on.
	for (let i = 0; i < 3; i++) assert.equal(await status(t, "GET", `${path}/${i}`), 200);
	assert.equal(held.count, 3);
	while (held.count > 0) held.release();
	assert.equal((await client.response()).status, 200);
	assert.equal((await stage.logged(`${slow.path}/hold`)).attempts, 3);
});

test("an attempt that none can follow, since its body was not kept, has all the time there is", async (t) => {
	const held = new Held();
	const { path } = stage.at(10, serve(held.answer), serve(held.answer), serve(held.answer));
	const large = await asked(t, port, "PUT", `${path}/hold`, "x".repeat(300_000));
	await held.reaches(1);
	// Two `perTry` pass until this one is at its last node.
	await asked(t, port, "PUT", `${path}/hold/small`, "x");
	await held.reaches(4);
	assert.deepEqual(held.names, ["hold", "small", "small", "small"]);
	while (held.count > 0) held.release();
	assert.equal((await large.response("PUT")).status, 200);
});

test("a node that was only slow is asked once more when the others do not answer at all", async (t) => {
	const held = new Held();
	const { path } = stage.service(serve(held.answer), diesAlways, diesAlways);
	const client = await asked(t, port, "GET", `${path}/hold`);
	await held.reaches(1);
	// The first one is given up after a while; the second one, on a new connection, is not.
	await held.reaches(2);
	for (let i = 0; i < 3; i++) assert.equal(await status(t, "GET", `${path}/quick`), 200);
	held.release();
	held.release();
	assert.equal((await client.response()).status, 200);
});

test("without a budget nothing is tried again", async (t) => {
	const { path } = stage.service(diesAlways, diesAlways, echo);
	const statuses = [];
	for (let i = 0; i < 3; i++) statuses.push(await status(t, "GET", `${path}/${i}`));
	assert.deepEqual(statuses.sort(), [200, 502, 502]);
});

test("a budget of one a second is ten in the window, and then it is spent", async (t) => {
	const { path, nodes } = stage.service(diesAlways, diesAlways, diesAlways);
	const requests = 12;
	for (let i = 0; i < requests; i++) assert.equal(await status(t, "GET", `${path}/${i}`), 502);
	assert.equal(counts(nodes), requests + 10);
	assert.equal((await stage.logged(`${path}/${requests - 1}`)).rule, "retry-budget-spent");
});
