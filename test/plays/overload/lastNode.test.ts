/** When there is nobody else: the only node that serves is waited for, and one that traffic alone had taken out is asked after all. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import type { Script } from "../../harness/rawServer.ts";
import { openStage, serve } from "../../harness/stage.ts";

const SLOW = 0;
const OUT = 1;
const stage = await openStage(
	{ after },
	{
		services: 2,
		nodes: 2,
		service: (index) =>
			index === SLOW
				? { retry: { perTry: "100ms" } }
				: { health: { passive: { unavailable: 1, minClients: 1, baseTime: "1h", maxTime: "1h" }, maxEjected: "100%" } },
		node: (node, service) => (service === SLOW && node === 1 ? { state: "disabled" } : {}),
		config: { accessLog: { path: "-", format: "json" } },
	},
);
const ask = (path: string): string => get(path, "Connection: close");

test("`perTry` takes no request from the only node that serves", async (t) => {
	const answer = responseText(200, [], "late");
	const { path, nodes } = stage.at(
		SLOW,
		serve(() => new Promise((resolve) => setTimeout(resolve, 1500, answer))),
	);
	assert.equal((await stage.exchange(t, ask(path))).body.toString(), "late");
	assert.equal((await stage.logged(path)).attempts, 1);
	assert.equal(nodes[1]?.connections.length, 0);
});

test("a node that traffic had taken out is asked before a client gets an error", async (t) => {
	let status = 503;
	let dies = false;
	const mayDie: Script = async (connection) => {
		await connection.request();
		if (dies) connection.reset();
		else await connection.send(responseText(200, ["Connection: close"], "a"));
	};
	const { path } = stage.at(
		OUT,
		mayDie,
		serve(() => responseText(status, ["Connection: close"], "b")),
	);
	const statuses = [];
	for (let i = 0; i < 2; i++) statuses.push((await stage.exchange(t, ask(path))).status);
	assert.deepEqual(statuses.sort(), [200, 503]);
	await stage.portico.event("member_down", ({ member, kind }) => member === `n${OUT}-1/http` && kind === "unavailable");
	status = 200;
	for (let i = 0; i < 4; i++) assert.equal((await stage.exchange(t, ask(path))).body.toString(), "a");

	dies = true;
	assert.equal((await stage.exchange(t, ask(path))).body.toString(), "b");
});
