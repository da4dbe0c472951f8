/** Who waits for one member, or for another than those that failed, does not stand in the way of requests that others could take; nor does one that leaves. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Scope } from "../../harness/deadline.ts";
import { field, get, responseText } from "../../harness/message.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { eventually, openStage, STREAMED, serve } from "../../harness/stage.ts";
import { changeNode, untilWaiting } from "../admin/rig.ts";
import { Held } from "./rig.ts";

const services = [
	{ overload: { maxRequests: 1, queue: 2, queueTimeout: "1m" }, affinity: { mode: "cookie" } },
	{ overload: { maxRequests: 1, queueTimeout: "1m" } },
	{ overload: { maxRequests: 1, queueTimeout: "1m" } },
	{ overload: { maxRequests: 1, queueTimeout: "1m" } },
	{ overload: { maxRequests: 1, queueTimeout: "1m" }, affinity: { mode: "header", header: "X-User" } },
	{ affinity: { mode: "cookie", onMemberLost: "fail" } },
];
const stage = await openStage(
	{ after },
	{
		services: services.length,
		nodes: 2,
		config: { accessLog: { path: "-", format: "json" }, admin: { address: "127.0.0.1:0" }, limits: STREAMED },
		service: (index) => ({ ...services[index], health: { check: "off" } }),
	},
);

async function sent(scope: Scope, request: string): Promise<RawSocket> {
	const client = await stage.connect(scope);
	await client.send(request);
	return client;
}

test("a line full of clients that wait for their node refuses nobody whom another node can serve", async (t) => {
	const held = [new Held(), new Held()] as const;
	const { path } = stage.at(0, serve(held[0].answer), serve(held[1].answer));
	const first = await (await sent(t, get(`${path}/first`))).response();
	const cookie = `Cookie: ${(field(first, "Set-Cookie") ?? "").split(";")[0]}`;
	const clients = [await sent(t, get(`${path}/hold/one`, cookie))];
	await eventually(
		() => held[0].count + held[1].count === 1,
		() => "one request held",
	);
	for (const name of ["two", "three"]) clients.push(await sent(t, get(`${path}/hold/${name}`, cookie)));
	await untilWaiting(stage.portico, 2);
	for (let i = 0; i < 5; i++) assert.equal((await (await sent(t, get(`${path}/new-${i}`))).response()).status, 200);
	const full = held[0].count === 1 ? held[0] : held[1];
	for (const name of ["one", "two", "three"]) {
		await full.reaches(1);
		assert.equal(full.release(), name);
	}
	for (const client of clients) assert.equal((await client.response()).status, 200);
	await untilWaiting(stage.portico, 0);
});

/** One member holds a request, the other is about to fail a PUT whose body has begun. */
async function failingPut(t: Scope, index: number) {
	const held = new Held();
	const fails = Promise.withResolvers<void>();
	let failed = false;
	const script = async (connection: RawSocket): Promise<void> => {
		const head = await connection.readUntil("\r\n\r\n");
		if (head.startsWith("PUT") && !failed) {
			failed = true;
			await fails.promise;
			return connection.reset();
		}
		const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
		const body = length === 0 ? "" : (await connection.readBytes(length)).toString();
		const target = head.split(" ")[1] ?? "";
		const answer = await held.answer({ method: head.split(" ")[0] ?? "", target, body } as never, connection, 0);
		await connection.send(answer ?? "");
		connection.end();
	};
	const { path } = stage.at(index, script, script);
	const holding = await sent(t, get(`${path}/hold/holding`));
	await held.reaches(1);
	const put = await sent(t, `PUT ${path}/put HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst`);
	await eventually(
		() => failed,
		() => "the PUT at the node",
	);
	return { path, held, fails, holding, put };
}

test("the rest of a body may come while its next attempt waits for a member", async (t) => {
	const { held, fails, holding, put } = await failingPut(t, 1);
	fails.resolve();
	await untilWaiting(stage.portico, 1);
	await put.send("+more");
	await eventually(
		() => stage.portico.log.every(({ msg }) => msg !== "worker_died"),
		() => "no dead worker",
	);
	held.release();
	assert.equal((await holding.response()).status, 200);
	const answer = await put.response("PUT");
	assert.deepEqual([answer.status, answer.body.toString()], [200, "PUT put first+more"]);
});

test("one whose member failed, and who waits for the other, holds up nobody", async (t) => {
	const { path, held, fails, holding, put } = await failingPut(t, 2);
	fails.resolve();
	await untilWaiting(stage.portico, 1);
	for (let i = 0; i < 3; i++) assert.equal((await (await sent(t, get(`${path}/other-${i}`))).response()).status, 200);
	await put.send("+more");
	held.release();
	assert.equal((await holding.response()).status, 200);
	assert.equal((await put.response("PUT")).status, 200);
});

test("a POST whose client leaves the line is not sent", async (t) => {
	const held = new Held();
	const { path, nodes } = stage.at(3, serve(held.answer), serve(held.answer));
	const holding = [await sent(t, get(`${path}/hold/1`)), await sent(t, get(`${path}/hold/2`))];
	await held.reaches(2);
	const leaver = await sent(t, `POST ${path}/leaver HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody`);
	await untilWaiting(stage.portico, 1);
	leaver.reset();
	await untilWaiting(stage.portico, 0);
	assert.equal((await stage.logged(`${path}/leaver`)).status, 499);
	while (held.count > 0) held.release();
	for (const client of holding) assert.equal((await client.response()).status, 200);
	const all = nodes.flatMap(({ connections }) => connections.map(({ received }) => received.toString()));
	assert.ok(all.every((text) => !text.includes("leaver")));
});

test("a client that a hash keeps on a member waits for it while it is full", async (t) => {
	const held = [new Held(), new Held()] as const;
	const { path } = stage.at(4, serve(held[0].answer), serve(held[1].answer));
	const user = "X-User: ann";
	const clients = [await sent(t, get(`${path}/hold/one`, user))];
	await eventually(
		() => held[0].count + held[1].count === 1,
		() => "one request held",
	);
	clients.push(await sent(t, get(`${path}/hold/two`, user)));
	await untilWaiting(stage.portico, 1);
	assert.equal((await (await sent(t, get(`${path}/new`))).response()).status, 200);
	const full = held[0].count === 1 ? held[0] : held[1];
	for (const name of ["one", "two"]) {
		await full.reaches(1);
		assert.equal(full.release(), name);
	}
	for (const client of clients) assert.equal((await client.response()).status, 200);
});

test("clients of a node that somebody took out are not lost: another one serves them, whatever `onMemberLost` says", async (t) => {
	const { path } = stage.at(5, serve(responseText(200, [], "0")), serve(responseText(200, [], "1")));
	const first = await (await sent(t, get(path))).response();
	const cookie = `Cookie: ${(field(first, "Set-Cookie") ?? "").split(";")[0]}`;
	const node = `n5-${first.body}`;
	for (const change of [{ adminState: "disabled" }, { adminState: "draining", drain: "hard" }] as const) {
		await changeNode(stage.portico, node, change);
		const answer = await (await sent(t, get(path, cookie))).response();
		assert.equal(answer.status, 200);
		assert.notEqual(answer.body.toString(), first.body.toString());
	}
	await changeNode(stage.portico, node, { adminState: "draining", drain: "soft" });
	assert.equal((await (await sent(t, get(path, cookie))).response()).body.toString(), first.body.toString());
});
