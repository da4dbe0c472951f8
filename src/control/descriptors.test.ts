import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "../plan/plan.ts";
import { descriptorLimit, withinDescriptors } from "./descriptors.ts";

const plan = (connections: number) => ({ workers: 2, limits: { connections } }) as Plan;

for (const [name, configured, descriptors, expected] of [
	["a limit that fits stays", 400, 1024, 400],
	["a limit that does not fit is lowered", 20_000, 1024, 456],
	["no limit becomes what fits", 0, 1024, 456],
	["where the system does not tell, nothing changes", 0, Number.POSITIVE_INFINITY, 0],
	["there is always one connection", 20_000, 50, 1],
] as const) {
	test(`client connections for ${descriptors} descriptors: ${name}`, () => {
		assert.equal(withinDescriptors(plan(configured), descriptors).limits.connections, expected);
	});
}

test("the limit of this process is known on Linux", { skip: process.platform !== "linux" }, () => {
	assert.ok(descriptorLimit() >= 64);
});
