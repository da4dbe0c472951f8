/** Near the limit of connections the oldest idle one makes room, however many busy ones are older. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { Held } from "./rig.ts";

const LIMIT = 320;
/** More than are looked at for one that is idle. */
const BUSY = 258;

const stage = await openStage(
	{ after },
	{
		services: 1,
		service: () => ({ overload: { maxRequests: 0 }, health: { check: "off" } }),
		config: { workers: 1, limits: { connections: LIMIT } },
	},
);

test("idle connections behind many busy ones make room for new clients", async (t) => {
	const held = new Held();
	const { path } = stage.at(0, serve(held.answer));
	const from = { localAddress: "127.0.0.2" };
	for (let i = 0; i < BUSY; i++) await (await connectRaw(t, stage.port, from)).send(get(`${path}/hold/${i}`));
	await held.reaches(BUSY);
	for (let i = BUSY; i < LIMIT; i++) {
		const idle = await connectRaw(t, stage.port, from);
		await idle.send(get(path));
		assert.equal((await idle.response()).status, 200);
	}
	for (let i = 0; i < 20; i++) {
		const client = await connectRaw(t, stage.port);
		await client.send(get(path));
		assert.equal((await client.response()).status, 200);
	}
	assert.equal(held.count, BUSY, "none with a request was cut");
});
