/** Which member of a pool gets a request. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get, responseText } from "../../harness/message.ts";
import { type RawServer, startRawServer } from "../../harness/rawServer.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";

const WEIGHTED = 2;
const DRAINING = 3;
const NONE = 4;

const stage = await openStage(
	{ after },
	{
		services: 5,
		nodes: 3,
		node: (index, service) => {
			if (service === WEIGHTED) return { weight: [5, 3, 2][index] };
			if (service === DRAINING) return { state: ["draining", "disabled", "enabled"][index] };
			return service === NONE ? { state: "disabled" } : {};
		},
	},
);
const named = (name: string) => serve(responseText(200, [], name));
const NAMES = ["a", "b", "c"].map(named);

/** Who answered so many requests, sent one after the other. */
async function answers(scope: Parameters<typeof stage.connect>[0], path: string, count: number): Promise<string> {
	const client = await stage.connect(scope);
	await client.send(get(path).repeat(count));
	let names = "";
	for (let i = 0; i < count; i++) names += (await client.response()).body.toString();
	return names;
}
const share = (names: string, name: string): number => names.split(name).length - 1;

test("equal members take turns", async (t) => {
	const { path } = stage.service(...NAMES);
	assert.match(await answers(t, path, 30), /^(abc){10}$/);
});

test("weights are shares, and the heaviest is not asked in bursts", async (t) => {
	const { path } = stage.at(WEIGHTED, ...NAMES);
	const names = await answers(t, path, 100);
	assert.deepEqual(
		["a", "b", "c"].map((name) => share(names, name)),
		[50, 30, 20],
	);
	assert.ok(!names.includes("aaa"), names);
});

test("a draining or disabled member gets nothing", async (t) => {
	const { path, nodes } = stage.at(DRAINING, ...NAMES);
	assert.equal(await answers(t, path, 6), "cccccc");
	assert.deepEqual(
		nodes.map((node: RawServer) => node.connections.length),
		[0, 0, 1],
	);
});

test("no member that may be asked: 503, with a time to come back", async (t) => {
	const { path } = stage.at(NONE, ...NAMES);
	const response = await stage.exchange(t, get(path));
	assert.equal(response.status, 503);
	assert.match(field(response, "retry-after") ?? "", /^[1-9]\d*$/);
});

test("a member that is away loses no request, and gets its share again when it is back", async (t) => {
	const { path, nodes } = stage.service(...NAMES);
	await answers(t, path, 3);
	const [, away] = nodes;
	assert.ok(away);
	const { port } = away;
	await away.close();
	const without = await answers(t, path, 12);
	assert.equal(without.length, 12);
	assert.equal(share(without, "b"), 0);
	await startRawServer(t, named("b"), { port });
	// It is left aside for a moment after it refused.
	await eventually(
		async () => share(await answers(t, path, 3), "b") >= 1,
		() => "the member to get its share",
	);
});
