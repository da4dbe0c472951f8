import assert from "node:assert/strict";
import { test } from "node:test";
import { DemoLog, type DemoPlan } from "./demoLog.ts";
import { sentenceOf } from "./demoSentences.ts";

const names = ["is-1/servlet", "is-2/servlet", "apim-1/servlet", "apim-1/gateway", "apim-2/servlet", "apim-2/gateway"];
const pool = (name: string, ...members: number[]) => ({ name, members });
const plan = {
	members: names.map((name) => ({ name, node: name.replace(/\/.*/, "") })),
	pools: [pool("is/servlet", 0, 1), pool("apim/servlet", 2, 4), pool("apim/gateway", 3, 5)],
} as unknown as DemoPlan;
const REFUSED = { from: "up", error: "connection_refused", text: "GET /: ECONNREFUSED" };

test("ports of a node that change together are one line, which names the node that takes over", (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const lines: string[] = [];
	const log = new DemoLog(plan, (text) => lines.push(text.replace(/^\d\d:\d\d:\d\d {2}/, "")), false);
	const told = (): string[] => {
		t.mock.timers.tick(500);
		return lines.splice(0);
	};
	log.info("member_up", { member: "is-1/servlet", from: "unknown" });
	assert.deepEqual(told(), [], "nothing before the welcome");
	log.begin();
	assert.deepEqual(told(), ["● is-1 is up.\n"]);
	for (const member of ["apim-1/servlet", "apim-1/gateway"]) log.warn("member_down", { member, ...REFUSED });
	assert.deepEqual(told(), ["■ apim-1 is down: it refuses connections. apim-2 takes its requests.\n"]);
	log.warn("member_down", { member: "apim-2/gateway", from: "up", error: null, text: "GET /: answered 500" });
	assert.deepEqual(told(), ["■ apim-2 (gateway) is down: GET /: answered 500. No node of apim is left: its clients get 503.\n"]);
	for (const member of ["apim-1/servlet", "apim-1/gateway"]) log.info("member_up", { member, from: "down" });
	assert.deepEqual(told(), ["● apim-1 is up again and takes requests.\n"]);
	log.warn("member_down", { member: "is-1/servlet", ...REFUSED });
	log.info("draining", { signal: "SIGINT" });
	assert.deepEqual(lines.splice(0), [
		"■ is-1 is down: it refuses connections. is-2 takes its requests.\n",
		"· Stopping. Requests in progress may finish.\n",
	]);
});

test("colours only at a terminal", () => {
	const lines: string[] = [];
	const log = new DemoLog(plan, (text) => lines.push(text), true);
	log.begin();
	log.info("stopped");
	assert.match(lines.join(""), /^\x1b\[2m\d\d:\d\d:\d\d\x1b\[0m {2}\x1b\[0m· Stopped\.\x1b\[0m\n$/);
});

test("every event is a sentence, also one that nobody wrote words for", () => {
	const text = (event: string, fields = {}): string | undefined => sentenceOf(event, fields)?.text;
	assert.equal(text("ready"), undefined);
	assert.equal(
		text("admin_changed", { node: "is-1", admin_state: "draining", drain: "hard" }),
		"is-1 is draining. All its clients move to other nodes with their next request.",
	);
	assert.equal(text("admin_changed", { member: "is-1/servlet", weight: 25 }), "The weight of is-1/servlet is 25.");
	assert.equal(
		text("attempt_failed", { member: "is-1/servlet", code: "connection_refused" }),
		"A request failed at is-1: connection refused.",
	);
	const alert = "0A000416:SSL routines:ssl3_read_bytes:ssl/tls alert certificate unknown:SSL alert number 46\n";
	assert.match(text("client_refused", { cause: alert }) ?? "", /^A browser does not trust the demo's certificate yet\./);
	assert.equal(text("worker_died", { worker: 1, cause: "out of memory" }), "Worker died: worker 1, cause out of memory.");
});
