/** The line of those that wait, in one thread. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Scope } from "../../harness/deadline.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { asked, Held } from "./rig.ts";

const PRIORITIES = ["low", "normal", "high"] as const;
const stage = await openStage(
	{ after },
	{
		services: 3,
		config: { accessLog: { path: "-", format: "json" } },
		service: (index) => ({
			overload: { maxRequests: 1, queueTimeout: "1m" },
			health: { check: "off" },
			routes: [{ path: `/s${index}` }, { path: `/s${index}/low`, priority: "low" }, { path: `/s${index}/high`, priority: "high" }],
		}),
	},
);

const other = stage.service(serve(new Held().answer));

/** What was sent before this has been read, since who asks later is answered. */
async function allAreRead(scope: Scope): Promise<void> {
	for (let look = 0; look < 3; look++) await (await asked(scope, stage.port, "GET", `${other.path}/seen`)).response();
}

test("a client that leaves the line leaves its place to the next one", async (t) => {
	const held = new Held();
	const { path } = stage.service(serve(held.answer));
	await asked(t, stage.port, "GET", `${path}/hold/first`);
	await held.reaches(1);
	const leaver = await asked(t, stage.port, "GET", `${path}/leaver`);
	await allAreRead(t);
	leaver.reset();
	assert.equal((await stage.logged(`${path}/leaver`)).status, 499);
	const next = await asked(t, stage.port, "GET", `${path}/next`);
	held.release();
	assert.equal((await next.response()).status, 200);
});

test("routes of high priority go before all others, those of low priority after; within one, who came first", async (t) => {
	const held = new Held();
	const { path } = stage.service(serve(held.answer));
	await asked(t, stage.port, "GET", `${path}/normal/hold/first`);
	await held.reaches(1);
	const wanted: string[] = [];
	for (let i = 0; i < 3; i++) {
		for (const priority of PRIORITIES) {
			await asked(t, stage.port, "GET", `${path}/${priority}/hold/${priority}-${i}`);
			await allAreRead(t);
		}
	}
	for (const priority of [...PRIORITIES].reverse()) for (let i = 0; i < 3; i++) wanted.push(`${priority}-${i}`);
	const order: string[] = [];
	for (let served = 0; served < 10; served++) {
		await eventually(
			() => held.count > 0,
			() => "another one at the node",
		);
		order.push(held.release());
	}
	assert.deepEqual(order, ["first", ...wanted]);
});
