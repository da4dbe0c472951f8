import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { type Explanation, explainRequest } from "./explain.ts";
import { formatProblems, loadText } from "./load.ts";

interface Asked {
	readonly down?: readonly string[];
	readonly headers?: HeaderList;
	readonly client?: string;
	readonly path?: string;
}

type Explain = (asked?: Asked) => NonNullable<Explanation["pool"]>;

/** @param nodes what each says beside its name and URL; the first one is `a` */
async function explainer(nodes: readonly string[], balance = "{}", more = ""): Promise<Explain> {
	const list = nodes.map(
		(settings, index) => `{ name: ${"abcdef"[index]}, url: "http://10.0.0.${index}:80"${settings && `, ${settings}`} }`,
	);
	const text = `public: http://localhost\nlisteners: [ { address: 127.0.0.1:0 } ]\n${more}services:\n  s: { product: http, routes: [ { path: /s } ], nodes: [ ${list.join(", ")} ], balance: ${balance} }\n`;
	const loaded = await loadText("portico.yaml", text, {}, 0);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return ({ down = [], headers = HeaderList.of(), client = "192.0.2.1", path = "/s/x" } = {}) => {
		const { pool } = explainRequest(loaded.plan, {
			method: "GET",
			url: path,
			client,
			upgrade: null,
			headers,
			flow: null,
			listener: null,
			down,
		});
		assert.ok(pool);
		return { ...pool, order: pool.order.map((name) => name.replace("/http", "")) };
	};
}

const shares = (pool: ReturnType<Explain>): number[] => pool.members.map(({ share }) => Math.round(share * 1000) / 1000);

test("members that take turns are told in their order, by weight", async () => {
	for (const policy of ["roundRobin", "leastConnections", "byTraffic", "byBusyness"]) {
		const explain = await explainer(["weight: 3", ""], `{ policy: ${policy} }`);
		assert.deepEqual(explain().order, ["a", "a", "b", "a"], policy);
		assert.deepEqual(shares(explain()), [0.75, 0.25]);
		assert.deepEqual(explain({ down: ["a"] }).order, ["b"]);
	}
});

test("members that are drawn are told the likeliest first", async () => {
	for (const policy of ["random", "twoChoices", "peakEwma"]) {
		const explain = await explainer(["", "weight: 3", "state: draining"], `{ policy: ${policy} }`);
		assert.deepEqual(explain().order, ["b", "a"], policy);
		assert.deepEqual(shares(explain()), [0.25, 0.75, 0]);
	}
});

test("a hash: the member of this very client, then those that stand in for it", async () => {
	const explain = await explainer(["", "", ""], "{ policy: consistentHash }");
	const { order, how } = explain();
	assert.deepEqual([...order].sort(), ["a", "b", "c"]);
	assert.deepEqual(explain().order, order);
	assert.match(how, /^by the client's address 192\.0\.2\.1, .* 1\.5 times/);
	const [first = "", second] = order;
	assert.equal(explain({ down: [first] }).order[0], second);
	const homes = new Set(Array.from({ length: 20 }, (_, host) => explain({ client: `192.0.2.${host}` }).order[0]));
	assert.equal(homes.size, 3);
});

test("a hash of a header: the request's own, or any member without it", async () => {
	const explain = await explainer(["", "weight: 2"], "{ policy: consistentHash, hash: { on: header, name: X-Tenant }, bound: off }");
	assert.deepEqual(explain().order, ["b", "a"]);
	assert.match(explain().how, /header x-tenant, which this request does not have: any member/);
	const tenant = (name: string) => explain({ headers: HeaderList.of(["X-TENANT", name]) });
	assert.equal(tenant("acme").how, "by the header x-tenant, always the first of these that is available");
	assert.deepEqual(tenant("acme").order, tenant("acme").order);
	assert.equal(new Set(Array.from({ length: 20 }, (_, each) => tenant(`t${each}`).order[0])).size, 2);
});

test("a hash of the path: that of the client, without the query", async () => {
	const explain = await explainer(["", "", ""], "{ policy: consistentHash, hash: { on: path } }");
	assert.equal(explain().how.split(",")[0], "by the path /s/x");
	assert.deepEqual(explain({ path: "/s/x?a" }).order, explain({ path: "/s/x?b" }).order);
});

test("zones: near nodes first, the others in proportion to what is down, standby last", async () => {
	const explain = await explainer(["zone: ams", "zone: ams", "zone: fra", "zone: fra, standby: true"], "{}", "zone: ams\n");
	assert.deepEqual(shares(explain()), [0.5, 0.5, 0, 0]);
	assert.equal(explain().hasLevels, true);
	assert.match(explain().spread.join("\n"), /^local \(ams\): 100 % .*\nother zones: 0 % .*\nstandby: 0 % /);
	assert.deepEqual(shares(explain({ down: ["a"] })), [0, 0.7, 0.3, 0]);
	assert.deepEqual(shares(explain({ down: ["a", "b/http"] })), [0, 0, 1, 0]);
	assert.deepEqual(shares(explain({ down: ["a", "b", "c"] })), [0, 0, 0, 1]);
});

test("nobody left: 503, unless panic lets in those that are down", async () => {
	const explain = await explainer(["state: disabled", "state: draining"]);
	assert.deepEqual(explain().order, []);
	assert.equal(explain().spread.at(-1), "no member is eligible: requests get 503");
	const seenDown = await explainer(["", "state: disabled"]);
	const pool = seenDown({ down: ["a", "b"] });
	assert.deepEqual([pool.order, pool.members.map(({ down }) => down)], [["a"], [true, true]]);
	assert.match(pool.spread.at(-1) ?? "", /health\.panic/);
});

test("a node that is not there is told, with the one that may be meant", async () => {
	const explain = await explainer(["", ""]);
	assert.throws(() => explain({ down: ["a/htp"] }), /there is no node `a\/htp`; did you mean `a\/http`\?/);
});
