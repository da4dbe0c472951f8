import assert from "node:assert/strict";
import { test } from "node:test";
import { PRESET_NAMES, PRODUCTS } from "../products/products.ts";
import { SOURCES } from "../products/sources.ts";
import { formatProblems, loadText } from "./load.ts";
import { presetDifferences, presetTable } from "./presetTable.ts";

const paths = (product: "wso2-is" | "wso2-apim", version: string, among: readonly string[]): string[] => {
	const found = presetTable(product, version).contexts.map(({ path }) => path);
	return among.filter((path) => found.includes(path));
};

test("the user interfaces of Identity Server follow its version", () => {
	const uis = ["/dashboard", "/portal", "/user-portal", "/myaccount", "/console"];
	assert.deepEqual(paths("wso2-is", "5.9", uis), ["/dashboard", "/portal"]);
	assert.deepEqual(paths("wso2-is", "5.10", uis), ["/user-portal"]);
	for (const version of ["5.11", "6.0", "6.1", "7.x"]) assert.deepEqual(paths("wso2-is", version, uis), ["/myaccount", "/console"]);
});

test("the store, the developer portal and the token APIs of the gateway follow the version of API Manager", () => {
	const some = ["/store", "/devportal", "/token", "/userinfo", "/api/am/devportal", "/api/am/store"];
	assert.deepEqual(paths("wso2-apim", "2.6", some), ["/store", "/token", "/userinfo", "/api/am/store"]);
	assert.deepEqual(paths("wso2-apim", "3.2", some), ["/devportal", "/token", "/userinfo", "/api/am/store"]);
	assert.deepEqual(paths("wso2-apim", "4.x", some), ["/devportal", "/api/am/devportal"]);
});

test("event receivers have a port from 4.0 on; before, it is a problem to name it", async () => {
	const kinds = (version: string): string[] => presetTable("wso2-apim", version).pools.map(({ kind }) => kind);
	assert.deepEqual(
		[kinds("3.2"), kinds("4.0")],
		[
			["servlet", "gateway", "websocket"],
			["servlet", "gateway", "websocket", "websub"],
		],
	);
	const loaded = await loadText(
		"portico.yaml",
		`public: http://localhost:8080
listeners: [ { address: "127.0.0.1:0" } ]
services:
  s: { product: wso2-apim, version: '3.2', prefix: /, transport: http, nodes: [ { name: n, host: 10.0.0.11, ports: { websub: 9021 } } ] }
`,
		{},
		0,
	);
	assert.ok("problems" in loaded);
	assert.match(formatProblems(loaded.problems), /wso2-apim has no websub port/);
});

test("what a check asks follows the version; where there is nothing to ask, whether the port accepts", () => {
	const checks = (version: string, kind: string) => presetTable("wso2-apim", version).pools.find((pool) => pool.kind === kind)?.checks;
	assert.deepEqual([checks("2.6", "gateway"), checks("3.2", "gateway")], [["tcp connect"], ["GET /health-check"]]);
	assert.deepEqual([checks("3.2", "websocket"), checks("4.x", "websocket")], [["tcp connect"], ["GET /health", "GET /health-check"]]);
	assert.equal(presetTable("wso2-apim", "3.2").pools.find(({ kind }) => kind === "gateway")?.gatedBy, "servlet");
});

test("cookies of the portals are those of 3.0 and later; scripts read some of them by name", () => {
	const kept = (version: string): string[] => presetTable("wso2-apim", version).cookies.flatMap(({ name, kept }) => (kept ? [name] : []));
	assert.ok(kept("2.6").includes("opbs") && !kept("2.6").includes("WSO2_AM_TOKEN_1_Default"));
	assert.ok(kept("4.x").includes("WSO2_AM_TOKEN_1_Default"));
	assert.ok(!kept("4.x").includes("commonAuthId"));
});

test("every row says where it comes from, and every source is used", () => {
	const used = new Set<string>();
	for (const product of PRESET_NAMES) {
		const { contexts, pools, cookies, heads } = PRODUCTS[product];
		for (const { source } of [...contexts, ...pools, ...cookies, ...heads]) used.add(source ?? "none");
		for (const { health } of pools) for (const { source } of health.endpoints) used.add(source);
	}
	assert.deepEqual([...used].sort(), Object.keys(SOURCES).sort());
});

test("every pool of every known version is checked, and each route leads to a pool that is there", () => {
	for (const product of PRESET_NAMES) {
		for (const version of PRODUCTS[product].versions) {
			const { pools, contexts } = presetTable(product, version);
			for (const { kind, checks } of pools) assert.ok(checks.length > 0, `${product} ${version} ${kind}`);
			for (const { path, pool } of contexts)
				assert.ok(
					pools.some(({ kind }) => kind === pool),
					`${product} ${version} ${path}`,
				);
		}
	}
});

test("versions that do not differ are one span", () => {
	const { spans, rows } = presetDifferences("wso2-is");
	assert.deepEqual(spans, ["5.0 to 5.9", "5.10", "5.11", "6.0", "6.1", "7.0", "7.1", "7.2", "7.3"]);
	assert.deepEqual(rows.find(({ what }) => what.includes("user-portal"))?.there, [false, true, ...spans.slice(2).map(() => false)]);
});
