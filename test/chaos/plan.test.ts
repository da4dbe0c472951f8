import assert from "node:assert/strict";
import { test } from "node:test";
import { ATTACKS, FAULTS, type NodeFault, OPERATIONS, planOf, planText } from "./plan.ts";

test("the plan is the same for the same seed, and another one for another seed", () => {
	assert.deepEqual(planOf("7", 60_000), planOf("7", 60_000));
	assert.notDeepEqual(planOf("7", 60_000), planOf("8", 60_000));
	assert.equal(
		planText(planOf("7", 6_000)),
		[
			"seed 7, 6 s, 8 events",
			"    2.0 s  attack     half heads: 20 connections from 127.0.11.6 for 3784 ms",
			"    2.6 s  fault      slow: app-2 for 1323 ms",
			"    2.7 s  operation  kill a worker",
			"    3.3 s  fault      freeze: is-1 for 3115 ms",
			"    3.4 s  attack     TLS garbage: 20 connections from 127.0.10.5 for 2471 ms",
			"    4.5 s  attack     TLS handshakes that stop: 20 connections from 127.0.13.1 for 3944 ms",
			"    5.0 s  attack     resets: 60 connections from 127.0.12.7 for 3815 ms",
			"    5.5 s  operation  invalid reload",
		].join("\n"),
	);
});

test("a minute has every attack, every fault of a node and every operation", () => {
	const { events } = planOf("1", 60_000);
	const names = events.map((event) => (event.kind === "attack" ? event.attack : event.kind === "fault" ? event.fault : event.operation));
	assert.deepEqual([...new Set(names)].toSorted(), [...ATTACKS, ...FAULTS, ...OPERATIONS].toSorted());
});

test("the nodes of a service break one after the other", () => {
	const faults = planOf("1", 600_000).events.filter((event): event is NodeFault => event.kind === "fault" && event.service === "is");
	for (const [index, { at }] of faults.entries()) assert.ok(at - (faults[index - 1]?.at ?? 0) >= 2_000);
	assert.equal(new Set(faults.map(({ node }) => node)).size, 2);
});
