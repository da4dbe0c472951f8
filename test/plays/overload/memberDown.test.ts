/** A node that stops answering: what it has in hand goes elsewhere as soon as its checks say so. And clients that belong to a node which is gone. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { type Answer, eventually, openStage, serve } from "../../harness/stage.ts";
import { changeNode, memberOf } from "../admin/rig.ts";
import { asked, Held } from "./rig.ts";

const CHECK = { path: "/health", interval: "20ms", timeout: "1s", rise: 1, fall: 2 };
const affinities = [
	undefined,
	{ mode: "cookie", onMemberLost: "fail" },
	{ mode: "cookie", onMemberLost: "wait", waitTime: "1m" },
	{ mode: "cookie", onMemberLost: "wait", waitTime: "50ms" },
	{ mode: "cookie", onMemberLost: "wait", waitTime: "1m" },
	undefined,
];
/** Where nobody may wait in line. */
const NO_LINE = 4;
const STREAMS = 5;
const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const stage = await openStage(
	{ after },
	{
		services: affinities.length,
		nodes: 2,
		config: { workers: 2, accessLog: { path: "-", format: "json" }, admin: { address: "127.0.0.1:0" } },
		service: (index) => ({
			health: { check: CHECK },
			...(affinities[index] === undefined ? {} : { affinity: affinities[index] }),
			...(index === NO_LINE ? { overload: { queue: 0 } } : {}),
		}),
	},
);
const { port } = stage;

/** A node whose health the test decides. */
class Patient {
	well = true;
	readonly held = new Held();
	readonly #name: string;

	constructor(name: string) {
		this.#name = name;
	}

	readonly answer: Answer = (request, connection, number) => {
		if (request.target === "/health") return responseText(this.well ? 200 : 500, [], "");
		if (request.target.includes("hold")) return this.held.answer(request, connection, number);
		return responseText(200, [], this.#name);
	};
}

async function patients(): Promise<{ a: Patient; b: Patient; path: string }> {
	const [a, b] = [new Patient("a"), new Patient("b")];
	const { path } = stage.service(serve(a.answer), serve(b.answer));
	const nodes = [0, 1].map((index) => `n${path.slice(2)}-${index}`);
	await eventually(
		() => nodes.every((node) => healthEvents(node).at(-1) === "member_up"),
		() => `${nodes} to be up`,
	);
	return { a, b, path };
}

const healthEvents = (node: string): string[] =>
	stage.portico.log.flatMap(({ msg, member }) =>
		String(msg).startsWith("member_") && String(member).startsWith(`${node}/`) ? [String(msg)] : [],
	);
const downs = (node: string): number => healthEvents(node).filter((event) => event === "member_down").length;
const ups = (node: string): number => healthEvents(node).filter((event) => event === "member_up").length;

test("a GET that waits at a node which goes down is answered by the other one; a POST stays", async (t) => {
	const { a, b, path } = await patients();
	const gets = await Promise.all(Array.from({ length: 8 }, (_, index) => asked(t, port, "GET", `${path}/hold/${index}`)));
	const posts = await Promise.all(Array.from({ length: 8 }, (_, index) => asked(t, port, "POST", `${path}/hold/p${index}`, "pay")));
	await eventually(
		() => a.held.count + b.held.count === 16,
		() => `16 requests at the nodes; there are ${a.held.count} and ${b.held.count}`,
	);
	const there = b.held.count;
	const moved = a.held.names.filter((name) => !name.startsWith("p")).length;
	a.well = false;
	await b.held.reaches(there + moved);
	assert.ok(moved > 0);
	for (const { held } of [a, b]) while (held.count > 0) held.release();
	for (const client of gets) assert.equal((await client.response()).status, 200);
	for (const client of posts) assert.equal((await client.response("POST")).status, 200);
});

test("an event stream and a tunnel go on at a node that goes down, and that is taken out", async (t) => {
	let well = true;
	const streams = new Map<string, RawSocket>();
	const streaming: Answer = async ({ target }, connection) => {
		if (target === "/health") return responseText(well ? 200 : 500, [], "");
		streams.set(target.split("/").at(-1) ?? "", connection);
		return target.endsWith("tunnel") ? SWITCH : "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";
	};
	const { path } = stage.at(STREAMS, serve(streaming), serve(responseText(200, [], "")));
	const node = `n${STREAMS}-0`;
	await eventually(
		() => ups(node) > 0,
		() => `${node} to be up`,
	);
	await changeNode(stage.portico, `n${STREAMS}-1`, { adminState: "disabled" });
	const events = await asked(t, port, "GET", `${path}/events`);
	await events.readUntil("data: 1");
	const tunnel = await connectRaw(t, port);
	await tunnel.send(get(`${path}/tunnel`, "Connection: Upgrade", "Upgrade: websocket"));
	await tunnel.readUntil("\r\n\r\n");
	await changeNode(stage.portico, `n${STREAMS}-1`, { adminState: "enabled" });
	well = false;
	await eventually(
		() => downs(node) > 0,
		() => `${node} to be down`,
	);
	await changeNode(stage.portico, node, { adminState: "draining", drain: "hard" });
	// What is in the way of either would end it at one of its looks, of which this request sees one at least.
	assert.equal((await (await asked(t, port, "GET", `${path}/other`)).response()).status, 200);
	for (let event = 2; event < 30; event++) {
		await streams.get("events")?.send(`data: ${event}\n\n`);
		await streams.get("tunnel")?.send(`frame ${event};`);
		await events.readUntil(`data: ${event}`);
		await tunnel.readUntil(`frame ${event};`);
	}
	const inFlight = async (): Promise<number> => (await memberOf(stage.portico, `${node}/http`)).inFlight;
	assert.equal(await inFlight(), 2);
	events.reset();
	tunnel.reset();
	await eventually(
		async () => (await inFlight()) === 0,
		() => "nothing in flight",
	);
});

/** A client that has a cookie, and the node it belongs to. */
async function settled(t: Parameters<typeof asked>[0], path: string): Promise<{ home: string; cookie: string }> {
	const answer = await (await asked(t, port, "GET", `${path}/first`)).response();
	return { home: answer.body.toString(), cookie: (field(answer, "Set-Cookie") ?? "").replace(/;.*/s, "") };
}

async function returning(t: Parameters<typeof asked>[0], path: string, cookie: string): ReturnType<typeof asked> {
	const client = await connectRaw(t, port);
	await client.send(get(path, `Cookie: ${cookie}`));
	return client;
}

async function goesDown(patient: Patient, node: string): Promise<void> {
	const before = downs(node);
	patient.well = false;
	await eventually(
		() => downs(node) > before,
		() => `${node} to be down`,
	);
}

test("`onMemberLost: fail`: a client whose node is down gets 503, new ones go on", async (t) => {
	const { a, b, path } = await patients();
	const { home, cookie } = await settled(t, path);
	await goesDown(home === "a" ? a : b, `n1-${home === "a" ? 0 : 1}`);
	const answer = await (await returning(t, `${path}/late`, cookie)).response();
	assert.equal(answer.status, 503);
	assert.match(field(answer, "Proxy-Status") ?? "", /affinity_member_lost/);
	assert.ok(field(answer, "Retry-After"));
	assert.notEqual((await settled(t, path)).home, home);
});

test("`onMemberLost: wait`: it waits, and is served by its node when that is back", async (t) => {
	const { a, b, path } = await patients();
	const { home, cookie } = await settled(t, path);
	const [patient, node] = home === "a" ? [a, "n2-0"] : [b, "n2-1"];
	await goesDown(patient, node);
	const client = await returning(t, `${path}/late`, cookie);
	// Others are served while it waits.
	for (let i = 0; i < 10; i++) assert.notEqual((await settled(t, path)).home, home);
	const before = ups(node);
	patient.well = true;
	const answer = await client.response();
	assert.deepEqual([answer.status, answer.body.toString()], [200, home]);
	assert.ok(ups(node) > before);
});

for (const [title, service] of [
	["and gets 503 when its node is not back in time", 3],
	["and where nobody may wait in line, it gets 503 at once", NO_LINE],
] as const) {
	test(title, async (t) => {
		const { a, b, path } = await patients();
		const { home, cookie } = await settled(t, path);
		await goesDown(home === "a" ? a : b, `n${service}-${home === "a" ? 0 : 1}`);
		const answer = await (await returning(t, `${path}/late`, cookie)).response();
		assert.equal(answer.status, 503);
		assert.match(field(answer, "Proxy-Status") ?? "", /affinity_member_lost/);
	});
}
