/** What Prometheus scrapes, read strictly, and the OpenAPI document. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { exposition } from "../../../src/metrics/exposition.ts";
import { Histogram } from "../../../src/metrics/histogram.ts";
import { METRICS } from "../../../src/metrics/metrics.ts";
import { get } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { type Family, parsePrometheus } from "./prometheusText.ts";
import { ask, changeNode, startAdministered, startGatedNode } from "./rig.ts";

const scope = { after };
const nodes = await Promise.all(["a", "b"].map((name) => startGatedNode(scope, name)));
const portico = await startAdministered(scope, nodes);

async function scrape(): Promise<ReadonlyMap<string, Family>> {
	const { status, fields, text } = await ask(portico, "/metrics");
	assert.equal(status, 200);
	assert.match(String(fields["content-type"]), /^text\/plain; version=0\.0\.4/);
	return parsePrometheus(text);
}

function valueOf(families: ReadonlyMap<string, Family>, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
	const [family = name] = [name.replace(/_(?:bucket|sum|count)$/, "")];
	const samples = (families.get(name) ?? families.get(family))?.samples ?? [];
	return samples.find((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
		?.value;
}

async function visit(path: string): Promise<void> {
	const { status } = await exchange(scope, portico.port, get(path, "Connection: close"));
	assert.equal(status, path.startsWith("/api") ? 200 : 404);
}

test("a scrape has exactly the metrics of the table, with their types, labels and help", async () => {
	const families = await scrape();
	assert.deepEqual([...families.keys()].sort(), Object.keys(METRICS).sort());
	for (const [name, { type, help, labels }] of Object.entries(METRICS)) {
		const family = families.get(name);
		assert.deepEqual([family?.type, family?.help], [type, help], name);
		for (const sample of family?.samples ?? []) {
			const own = Object.keys(sample.labels).filter((label) => label !== "le");
			assert.deepEqual(own.sort(), [...labels].sort(), sample.name);
		}
	}
});

test("what happens is counted", async () => {
	const before = await scrape();
	for (let i = 0; i < 3; i++) await visit("/api");
	await visit("/nowhere");
	const now = await scrape();
	const grown = (name: string, labels = {}): number => (valueOf(now, name, labels) ?? 0) - (valueOf(before, name, labels) ?? 0);
	assert.equal(grown("portico_exchanges_total", { status: "2xx" }), 3);
	assert.equal(grown("portico_exchanges_total", { status: "4xx" }), 1);
	assert.equal(grown("portico_client_connections_accepted_total"), 4);
	assert.equal(grown("portico_exchange_duration_seconds_count"), 4);
	assert.equal(grown("portico_exchange_duration_seconds_bucket", { le: "+Inf" }), 4);
	assert.ok(grown("portico_exchange_duration_seconds_sum") > 0);
	assert.ok(grown("portico_response_body_bytes_total") > 0);
	assert.deepEqual([valueOf(now, "portico_ready"), valueOf(now, "portico_workers"), valueOf(now, "portico_workers_listening")], [1, 2, 2]);
	assert.ok((valueOf(now, "process_resident_memory_bytes") ?? 0) > 1e7);
	assert.ok(Math.abs((valueOf(now, "process_start_time_seconds") ?? 0) - Date.now() / 1000) < 600);
});

test("a member's state, weight and load are told", async () => {
	await changeNode(portico, "a-api", { adminState: "draining", weight: 4 });
	const member = { service: "api", pool: "api/http", node: "a-api", member: "a-api/http" };
	const now = await scrape();
	assert.equal(valueOf(now, "portico_member_weight", member), 4);
	assert.equal(valueOf(now, "portico_member_eligible", member), 0);
	assert.equal(valueOf(now, "portico_member_eligible", { member: "b-api/http" }), 1);
	assert.equal(valueOf(now, "portico_member_in_flight", member), 0);
	const states = ["enabled", "draining", "disabled"].map((state) =>
		valueOf(now, "portico_member_admin_state", { ...member, admin_state: state }),
	);
	assert.deepEqual(states, [0, 1, 0]);
});

test("any name is written so that it can be read again", async () => {
	const odd = 'a"b\\c\nd{},= é';
	const member = {
		...{ service: odd, pool: odd, node: odd, member: odd, health: "up", adminState: "enabled", eligible: true, weight: 1 },
		...{ inFlight: 0, sessions: 2, flows: 1, attempts: 5, sent: 6, received: 2 ** 52, latency: 12.5 },
	};
	const totals = {
		...{ connectionsOpen: 0, connectionsAccepted: 0, connectionsRefused: 0, byStatus: { "2xx": 0 }, byCode: new Map() },
		...{ bytesIn: 0, bytesOut: 0, retries: 0, logDropped: 0, shed: { upload: 7 }, abuse: { reset: 1 }, latency: new Histogram() },
	};
	const workers = { configured: 1, listening: 1, deaths: 0 };
	const usage = { startedAt: 0, cpuSeconds: 0, residentBytes: 0 };
	const config = { lastReloadOk: true, loadedAt: 0 };
	const leak = { service: odd, route: odd, where: "header", kind: "loopback", count: 3 };
	const families = parsePrometheus(
		await exposition({
			ready: true,
			workers,
			config,
			totals,
			memory: { level: "short", used: 1, limit: 2, live: 3 },
			certificates: [{ listener: odd, certificate: odd, notAfter: 5000 }],
			maintenance: [],
			pools: [{ service: odd, pool: odd, waiting: 4 }],
			members: [member],
			leaks: [leak],
			usage,
		}),
	);
	assert.equal(valueOf(families, "portico_member_latency_seconds", { member: odd }), 0.0125);
	assert.equal(valueOf(families, "portico_member_received_bytes_total", { node: odd }), 2 ** 52);
	assert.equal(valueOf(families, "portico_member_sessions", { member: odd }), 2);
	assert.equal(valueOf(families, "portico_member_logins", { member: odd }), 1);
	assert.equal(valueOf(families, "portico_pool_waiting", { pool: odd }), 4);
	assert.equal(valueOf(families, "portico_leaks_total", { route: odd, kind: "loopback" }), 3);
});

test("the reader is strict", () => {
	const good = '# HELP a_total h\n# TYPE a_total counter\na_total{x="1"} 2\n';
	assert.equal(parsePrometheus(good).get("a_total")?.samples.length, 1);
	for (const bad of [
		good.slice(0, -1),
		good.replace("2\n", "two\n"),
		good.replace('"1"', '"1'),
		`${good}a_total{x="1"} 3\n`,
		`${good}b_total 3\n`,
		good.replaceAll("a_total", "a"),
		good.replace("# TYPE a_total counter\n", ""),
		good.replace('{x="1"}', '{x="1",x="2"}'),
	])
		assert.throws(() => parsePrometheus(bad), Error, bad);
});

test("the OpenAPI document names every route, and every reference in it leads somewhere", async () => {
	const { status, text } = await ask(portico, "/api/v1/openapi.json");
	assert.equal(status, 200);
	interface Document {
		readonly openapi: string;
		readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object; readonly requestBody?: object }>>>>;
		readonly components: { readonly schemas: Readonly<Record<string, { readonly type?: string; readonly properties?: object }>> };
	}
	const document = JSON.parse(text) as Document;
	assert.match(document.openapi, /^3\.1\./);
	const operations = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
	assert.deepEqual(operations.sort(), [
		"get /api/v1/members/{name}",
		"get /api/v1/nodes/{name}",
		"get /api/v1/openapi.json",
		"get /api/v1/status",
		"get /livez",
		"get /metrics",
		"get /readyz",
		"patch /api/v1/members/{name}",
		"patch /api/v1/nodes/{name}",
		"post /api/v1/maintenance",
		"post /api/v1/reload",
	]);
	for (const [, name = ""] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]*)"/g))
		assert.ok(document.components.schemas[name], name);
	assert.ok(!text.includes("$defs"));
	for (const path of ["/livez", "/readyz", "/metrics", "/api/v1/status", "/api/v1/nodes/a", "/api/v1/members/b%2Fhttp"])
		assert.equal((await ask(portico, path)).status, 200, path);
	const { Change } = document.components.schemas;
	assert.deepEqual(Object.keys(Change?.properties ?? {}).sort(), ["adminState", "deadline", "drain", "quiet", "weight"]);
});
