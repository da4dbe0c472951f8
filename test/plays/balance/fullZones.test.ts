/** Nodes that have as many requests as they may: far ones help out, standby does not. And what becomes of a standby's clients when the active node is back. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get, responseText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { changeNode, untilWaiting } from "../admin/rig.ts";
import { home, Nodes } from "./rig.ts";

const NODES = [
	[{ zone: "ams" }, { zone: "fra" }],
	[{ zone: "ams" }, { zone: "ams", standby: true }],
	[{}, { standby: true }],
];
const stage = await openStage(
	{ after },
	{
		services: NODES.length,
		nodes: 2,
		node: (index, service) => NODES[service]?.[index] ?? {},
		service: (index) =>
			index === 2 ? { affinity: { mode: "cookie" }, balance: { slowStart: "off" } } : { overload: { maxRequests: 1, queueTimeout: "1m" } },
		config: { zone: "ams", admin: { address: "127.0.0.1:0" } },
	},
);

test("a far node takes what the near ones have no room for", async (t) => {
	const nodes = new Nodes(2);
	const { path } = stage.at(0, ...nodes.scripts);
	await nodes.hold(t, stage.port, path);
	assert.deepEqual(nodes.held, [1, 0]);
	assert.equal(await home(t, stage.portico, path), "b");
});

test("a standby takes nothing while another one serves, be that as full as it may: requests wait", async (t) => {
	const held = Promise.withResolvers<string>();
	const names: string[] = [];
	const active = serve(async ({ target }) => {
		names.push(target);
		return target.endsWith("hold") ? held.promise : responseText(200, [], "active");
	});
	const { path, nodes } = stage.at(1, active, serve(responseText(200, [], "standby")));
	const holding = await connectRaw(t, stage.port);
	await holding.send(get(`${path}/hold`));
	await eventually(
		() => names.length === 1,
		() => "a request at the active node",
	);
	const late = await connectRaw(t, stage.port);
	await late.send(get(`${path}/late`));
	await untilWaiting(stage.portico, 1);
	assert.equal(nodes[1]?.connections.length, 0);
	held.resolve(responseText(200, [], "held"));
	assert.equal((await holding.response()).body.toString(), "held");
	assert.equal((await late.response()).body.toString(), "active");
});

test("an active node that is back gets new clients; those of the standby stay there until it drains", async (t) => {
	const { path } = stage.at(2, ...new Nodes(2).scripts);
	const [active, standby] = ["n2-0", "n2-1"];
	const cookieAt = async (name: string): Promise<string> => {
		const client = await connectRaw(t, stage.port);
		await client.send(get(path));
		const answer = await client.response();
		assert.equal(answer.body.toString(), name);
		return `Cookie: ${(field(answer, "Set-Cookie") ?? "").split(";")[0]}`;
	};
	const before = await cookieAt("a");
	await changeNode(stage.portico, active, { adminState: "disabled" });
	assert.equal(await home(t, stage.portico, path, [before]), "b");
	const moved = await cookieAt("b");
	await changeNode(stage.portico, active, { adminState: "enabled" });
	await cookieAt("a");
	assert.equal(await home(t, stage.portico, path, [moved]), "b");
	await changeNode(stage.portico, standby, { adminState: "draining", drain: "hard" });
	assert.equal(await home(t, stage.portico, path, [moved]), "a");
});
