import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityPlan } from "../../test/harness/plans.ts";
import { HeaderList } from "../http/headers.ts";
import { explainRequest } from "./explain.ts";
import { affinityLines } from "./explainAffinity.ts";
import { formatProblems, loadText } from "./load.ts";

test("what keeps a client, what makes an end of that, and what happens when its node is lost", () => {
	assert.deepEqual(affinityLines(affinityPlan()), ["cookie portico-is: a client that sends it stays on its node"]);
	const much = affinityPlan({ maxIdle: 3_600_000, maxLife: 36_000_000, preserve: true, postOnly: true, flows: true, onMemberLost: "fail" });
	const [cookie, flows, lost] = affinityLines(much);
	assert.match(
		cookie ?? "",
		/\(within 60 minutes of its issue, for 600 minutes in total, set only in responses to POST, nodes may set it themselves\)$/,
	);
	assert.match(flows ?? "", /^a login in progress /);
	assert.equal(lost, "if that node cannot serve: 503");
	assert.equal(affinityLines(affinityPlan({ onMemberLost: "wait" })).at(-1), "if that node cannot serve: wait up to 10 s, then 503");
	for (const mode of ["jvmRoute", "prefix", "learn", "header"] as const) {
		assert.match(affinityLines(affinityPlan({ mode, name: "thing" })).join(), new RegExp(`^${mode}: .*thing`));
	}
	assert.equal(affinityLines(affinityPlan({ mode: "client", name: "", onMemberLost: "fail" })).length, 1);
});

test("a hash of the client or of a header decides instead of the pool's policy", async () => {
	const text = (affinity: string): string =>
		`public: http://localhost\nlisteners: [ { address: 127.0.0.1:0 } ]\nservices:\n  s: { product: http, routes: [ { path: /s } ], nodes: [ { name: a, url: "http://10.0.0.1" }, { name: b, url: "http://10.0.0.2" }, { name: c, url: "http://10.0.0.3" } ], affinity: ${affinity} }\n`;
	const explain = async (affinity: string, client: string, headers: HeaderList) => {
		const loaded = await loadText("portico.yaml", text(affinity), {}, 0);
		assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
		const { pool } = explainRequest(loaded.plan, {
			method: "GET",
			url: "/s",
			client,
			upgrade: null,
			headers,
			flow: null,
			listener: null,
			down: [],
		});
		assert.ok(pool);
		return pool;
	};
	const none = HeaderList.of();
	const byClient = await Promise.all(Array.from({ length: 12 }, (_, host) => explain("{ mode: client }", `192.0.2.${host}`, none)));
	assert.equal(new Set(byClient.map(({ order }) => order[0])).size, 3);
	for (const { policy, how } of byClient) assert.deepEqual([policy, how.includes("address")], ["consistentHash", true]);
	const mode = "{ mode: header, header: X-User }";
	const [first, again] = [
		await explain(mode, "192.0.2.1", HeaderList.of(["x-user", "u"])),
		await explain(mode, "192.0.2.9", HeaderList.of(["X-User", "u"])),
	];
	assert.deepEqual(first.order, again.order);
	assert.equal((await explain(mode, "192.0.2.1", none)).policy, "roundRobin");
});
