// alone: it looks at memory, and its honest load must not wait for other tests
/** Half a minute of `npm run chaos`, always the same: the honest load notices nothing of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startNode } from "../harness/child.ts";
import { within } from "../harness/deadline.ts";
import { planOf, planText } from "./plan.ts";

const PROGRAM = fileURLToPath(new URL("main.ts", import.meta.url));
const SECONDS = 30;
/** Milliseconds, on a slow machine. */
const LONGEST = 200_000;

test("through attacks, broken nodes, reloads and deaths of workers no honest request fails, and everything is given back", async (t) => {
	const child = startNode(t, [PROGRAM, "--seconds", String(SECONDS), "--seed", "1"], { endWith: "SIGTERM" });
	const { code } = await within(child.exited, () => child.output, LONGEST);
	const told = child.output.slice(child.output.indexOf("repeat: "));
	assert.equal(code, 0, told);
	assert.ok(child.stdout.startsWith(planText(planOf("1", SECONDS * 1000))), "the plan comes first");
	assert.match(told, /repeat: npm run chaos -- --seed 1 --seconds 30\n/);
	t.diagnostic(told);
});
