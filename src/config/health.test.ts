import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthPlan } from "../plan/health.ts";
import { presetHealth } from "../products/presetHealth.ts";
import { PRODUCTS } from "../products/products.ts";
import { formatProblems, loadText } from "./load.ts";

/** Health of each pool, by kind, of a service that says this of its health. */
async function healthOf(product: "wso2-apim" | "http", more: string): Promise<ReadonlyMap<string, HealthPlan>> {
	const nodes =
		product === "http"
			? 'routes: [ { path: /x } ], nodes: [ { name: n, url: "http://10.0.0.11:80" } ]'
			: "prefix: /apim-, transport: http, nodes: [ { name: n, host: 10.0.0.11 } ]";
	const text = `public: http://localhost:8080
listeners: [ { address: "127.0.0.1:0" } ]
services:
  s: { product: ${product}, ${nodes}, ${more} }
`;
	const loaded = await loadText("portico.yaml", text, {}, 0);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return new Map(loaded.plan.pools.map(({ kind, health }) => [kind, health]));
}

async function ofHttp(health: string): Promise<HealthPlan> {
	const found = (await healthOf("http", `health: ${health}`)).get("http");
	assert.ok(found);
	return found;
}

test("without a word it is the product's, asked with the public host", async () => {
	for (const [kind, health] of await healthOf("wso2-apim", "health: {}"))
		assert.deepEqual(health, presetHealth({ product: PRODUCTS["wso2-apim"], kind, host: "localhost:8080" }));
});

test("product http is not watched unless the file says so", async () => {
	const { check, breaker, passive } = await ofHttp("{}");
	assert.deepEqual([check, breaker], [null, null]);
	assert.deepEqual(new Set(Object.values(passive.inARow)), new Set([0]));
});

test("a check of product http asks whether the port accepts, or for its path", async () => {
	assert.deepEqual((await ofHttp("{ check: {} }")).check?.probes, [{ kind: "tcp", via: null }]);
	assert.deepEqual((await ofHttp("{ check: { kind: tls } }")).check?.probes, [{ kind: "tls", via: null }]);
	const { check } = await ofHttp(
		'{ check: { path: "/up?a=b", method: HEAD, headers: { X-Probe: "1" }, status: [ 204, 300-399 ], body: { contains: UP }, bodyLimit: 1KiB } }',
	);
	assert.deepEqual(check?.probes, [
		{
			...{ kind: "http", via: null, method: "HEAD", path: "/up?a=b", host: "localhost:8080", headers: [["X-Probe", "1"]] },
			statuses: [
				[204, 204],
				[300, 399],
			],
			...{ body: { kind: "contains", text: "UP" }, bodyBytes: 1024, absentOn: [] },
		},
	]);
	assert.equal(check?.onAbsent, "fail");
});

test("times: what is not written follows what is", async () => {
	const times = async (check: string): Promise<unknown> => {
		const { check: plan } = await ofHttp(`{ check: ${check} }`);
		return [plan?.interval, plan?.fastInterval, plan?.downInterval, plan?.rise, plan?.jitter];
	};
	assert.deepEqual(await times("{}"), [5000, 1000, 5000, 2, 0.1]);
	assert.deepEqual(await times("{ interval: 200ms, rise: 1, jitter: 0% }"), [200, 200, 200, 1, 0]);
	assert.deepEqual(await times("{ interval: 1m, fastInterval: 2s, downInterval: 3s }"), [60_000, 2000, 3000, 2, 0.1]);
});

test("a pool's word goes before the service's, and field by field", async () => {
	const plans = await healthOf(
		"wso2-apim",
		"health: { check: { interval: 2s, fall: 5 }, passive: { connect: 7 }, maxEjected: 20% }, " +
			"pools: { gateway: { health: { check: { fall: 6, path: /up }, gatedBy: off, breaker: off } }, websub: { health: { check: off, panic: all } } }",
	);
	const [servlet, gateway, websub] = ["servlet", "gateway", "websub"].map((kind) => plans.get(kind));
	assert.deepEqual([servlet?.check?.interval, servlet?.check?.fall, gateway?.check?.interval, gateway?.check?.fall], [2000, 5, 2000, 6]);
	assert.deepEqual(
		servlet?.check?.probes,
		presetHealth({ product: PRODUCTS["wso2-apim"], kind: "servlet", host: "localhost:8080" }).check?.probes,
	);
	assert.deepEqual([gateway?.check?.probes.length, gateway?.check?.onAbsent, gateway?.gatedBy, gateway?.breaker], [1, "fail", null, null]);
	assert.deepEqual([websub?.check, websub?.gatedBy, websub?.panic], [null, "servlet", "all"]);
	for (const plan of plans.values())
		assert.deepEqual([plan.passive.inARow.connect, plan.passive.inARow.broken, plan.maxEjected], [7, 5, 0.2]);
});

test("behind a gate an endpoint that is absent leaves the word to the gate", async () => {
	const plans = await healthOf("wso2-apim", "pools: { gateway: { health: { check: { path: /up, absent: [ 404 ] } } } }");
	assert.equal(plans.get("gateway")?.check?.onAbsent, "gate");
});

test("a breaker of product http counts what a node is to blame for", async () => {
	const { breaker } = await ofHttp("{ breaker: { errorRatio: 30%, window: 1m } }");
	assert.deepEqual(breaker?.counts, ["connect", "timeout", "broken", "unavailable"]);
	assert.deepEqual([breaker?.errorRatio, breaker?.window, breaker?.openTime], [0.3, 60_000, 10_000]);
});
