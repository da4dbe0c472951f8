/** Event streams last for hours: they leave the room that a member has to others. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { responseText } from "../../harness/message.ts";
import type { RawSocket } from "../../harness/rawSocket.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { asked } from "./rig.ts";

const WORKERS = 2;
const stage = await openStage(
	{ after },
	{
		services: 1,
		config: { workers: WORKERS },
		// An idle connection of the other thread counts too.
		service: () => ({ overload: { maxRequests: 2, maxConnections: 4, queue: 0 }, health: { check: "off" } }),
	},
);

const EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ndata:1\n\r\n";

test("open event streams leave room for as many requests as there may be, and one that ends takes no more than it gave", async (t) => {
	const streams: (() => Promise<void>)[] = [];
	const held: (() => Promise<void>)[] = [];
	const node = serve(async ({ target }, connection) => {
		if (target.endsWith("/x")) return responseText(200, [], "now");
		if (target.endsWith("/events")) {
			streams.push(() => connection.send("0\r\n\r\n"));
			await connection.send(EVENTS);
		} else held.push(() => connection.send(responseText(200, [], "late")));
		return undefined;
	});
	const { path } = stage.service(node);
	const { port } = stage;
	const status = async (): Promise<number> => (await (await asked(t, port, "GET", `${path}/x`)).response()).status;

	for (let round = 0; round < 2; round++) {
		const readers: RawSocket[] = [];
		for (let count = 0; count < 5; count++) {
			const reader = await asked(t, port, "GET", `${path}/events`);
			await reader.readUntil("data:1\n");
			readers.push(reader);
		}
		assert.equal(await status(), 200, "five streams take no room");
		const late = [await asked(t, port, "GET", `${path}/held`), await asked(t, port, "GET", `${path}/held`)];
		await eventually(
			() => held.length === 2,
			() => `2 requests at the node; there are ${held.length}`,
		);
		assert.equal(await status(), 503, "two requests take all of it");
		await Promise.all(streams.splice(0).map((end) => end()));
		await Promise.all(readers.map((reader) => reader.readUntil("0\r\n\r\n")));
		assert.equal(await status(), 503, "the end of a stream makes no more room");
		await Promise.all(held.splice(0).map((answer) => answer()));
		await Promise.all(late.map((client) => client.response()));
		assert.equal(await status(), 200);
	}
});
