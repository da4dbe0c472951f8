/** Workers that die around a reload: whoever takes their place has the plan that is in force. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { get } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { eventually } from "../../harness/stage.ts";
import { sabotage, WITH_SABOTAGE } from "../threads/audit.ts";
import { changesOf, configOf, entry, type NamedNode, Reloadable, startNodes } from "./rig.ts";

const REPLACED_WITHIN = 10_000;

test("a worker that dies after a reload comes back with the new plan", async (t) => {
	const [a, b] = await startNodes(t, "a", "b");
	assert.ok(a && b);
	const rig = await Reloadable.start(t, configOf([a], { workers: 1 }), WITH_SABOTAGE);
	const { port } = rig.portico;
	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.nodes = [entry(b)];
		}),
	);
	await sabotage(t, port);
	await rig.portico.event("worker_replaced", () => true, REPLACED_WITHIN);
	assert.equal((await exchange(t, port, get("/app"))).body.toString(), "b");
});

test("reloads and deaths at the same time: in the end every worker has the last plan", async (t) => {
	const [a, b] = await startNodes(t, "a", "b");
	assert.ok(a && b);
	const rig = await Reloadable.start(t, configOf([a]), WITH_SABOTAGE);
	const { port } = rig.portico;
	const died = () => rig.portico.log.filter(({ msg }) => msg === "worker_died").length;
	for (let round = 1; round <= 3; round++) {
		const last: NamedNode = round % 2 === 0 ? a : b;
		const [outcome] = await Promise.all([
			rig.reload(({ services: { app } }) => {
				app.nodes = [entry(last)];
			}),
			sabotage(t, port),
		]);
		changesOf(outcome);
		const replaced = () => rig.portico.log.filter(({ msg }) => msg === "worker_replaced").length;
		await eventually(
			() => replaced() === round && died() === round,
			() => `${died()} deaths, ${replaced()} replaced`,
			REPLACED_WITHIN,
		);
		const names = new Set<string>();
		for (let count = 0; count < 12; count++) names.add((await exchange(t, port, get("/app"))).body.toString());
		assert.deepEqual([...names], [last.name]);
	}
});
