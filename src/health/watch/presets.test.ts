import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { type Estate, startEstate } from "../../../estate/estate.ts";
import { type NodeOptions, type RunningNode, startNode } from "../../../estate/node.ts";
import type { Health } from "../../balance/eligibility.ts";
import type { MemberTlsPlan } from "../../plan/member.ts";
import { presetHealth } from "../../products/presetHealth.ts";
import { PRODUCTS } from "../../products/products.ts";
import { NO_BLAME } from "../blame.ts";
import type { HealthEvent } from "../evidence.ts";
import { NO_TRAFFIC } from "../verdict.ts";
import { FakeTimers, until } from "./fakeTimers.fixture.ts";
import type { WatchedPool } from "./memberRecord.ts";
import { type HealthBoard, HealthMonitor } from "./monitor.ts";

const HOST = "sso.example.com";
const PORTS = { servlet: "servletHttps", gateway: "gatewayHttps", websocket: "websocketTls", websub: "websubTls" } as const;
type Kind = keyof typeof PORTS;

const started: { close(): unknown }[] = [];
afterEach(async () => {
	for (const each of started.splice(0).reverse()) await each.close();
});

type Product = "wso2-is" | "wso2-apim";

function watch(product: Product, kinds: readonly Kind[], ports: RunningNode["ports"], trust: string) {
	const timers = new FakeTimers();
	const events: HealthEvent[] = [];
	const healths: Health[] = [];
	const board: HealthBoard = {
		adminState: () => "enabled",
		setHealth: (slot, health) => {
			healths[slot] = health;
		},
		setUpSince: () => {},
		setSelfDraining: () => {},
		setEjected: () => {},
		verdicts: () => NO_TRAFFIC,
		takeBlame: () => NO_BLAME,
	};
	const tls: MemberTlsPlan = { ca: trust, pinnedSha256: null, verify: true, serverName: null };
	const pools = kinds.map(
		(kind, slot): WatchedPool => ({
			name: kind,
			service: 0,
			kind,
			health: presetHealth({ product: PRODUCTS[product], kind, host: HOST }),
			members: [{ name: `node/${kind}`, node: "node", slot, address: { host: "127.0.0.1", port: ports[PORTS[kind]], tls } }],
		}),
	);
	const monitor = new HealthMonitor({ board, timers, random: () => 0.5, onEvent: (event) => events.push(event) });
	monitor.watch(pools);
	monitor.start();
	started.push({ close: () => monitor.stop() });
	const pass = async (ms: number): Promise<void> => {
		for (let left = ms; left > 0; left -= 500) {
			timers.advance(Math.min(left, 500));
			await until(() => monitor.checksRunning === 0, "the end of the checks");
		}
	};
	return { timers, events, healths, monitor, pass };
}

async function nodeOf(options: Omit<NodeOptions, "name">): Promise<RunningNode> {
	const node = await startNode({ ...options, name: "node" });
	started.push(node);
	return node;
}

const targets = (node: RunningNode): string[] => [...new Set(node.requests.last.map(({ target }) => target))];

test("Identity Server: the health API decides, and is asked with the public Host", async () => {
	const node = await nodeOf({ product: "is" });
	const { healths, events, pass } = watch("wso2-is", ["servlet"], node.ports, node.trust);
	await pass(1000);
	assert.deepEqual(healths, ["up"]);
	assert.deepEqual(targets(node), ["/api/health-check/v1.0/health"]);
	for (const { rawHeaders } of node.requests.last) assert.equal(rawHeaders[rawHeaders.indexOf("Host") + 1], HOST);

	node.switches.notReady = true;
	await pass(8000);
	assert.deepEqual(healths, ["down"]);
	assert.deepEqual(events.at(-1)?.evidence.status, 503);

	node.switches.notReady = false;
	await pass(7000);
	assert.deepEqual(healths, ["up"]);
});

test("API Manager without the health API: its version is asked for", async () => {
	const node = await nodeOf({ product: "apim", version: "3.2.0" });
	const { healths, monitor, pass } = watch("wso2-apim", ["servlet"], node.ports, node.trust);
	await pass(1000);
	assert.deepEqual(healths, ["up"]);
	assert.equal(monitor.evidence("node/servlet")?.last?.probe, "GET /services/Version");
	assert.deepEqual(targets(node), ["/api/health-check/v1.0/health", "/services/Version"]);
});

const ALL = ["servlet", "gateway", "websocket", "websub"] as const;

test("API Manager 4.5: every kind of port has a health of its own", async () => {
	const node = await nodeOf({ product: "apim", version: "4.5.0" });
	const { healths, monitor, pass } = watch("wso2-apim", ALL, node.ports, node.trust);
	await pass(3000);
	assert.deepEqual(healths, ["up", "up", "up", "up"]);
	const probes = ALL.map((kind) => monitor.evidence(`node/${kind}`)?.last?.probe);
	assert.deepEqual(probes.slice(0, 3), ["GET /services/Version", "GET /health-check", "GET /health"]);

	node.switches.notReady = true;
	await pass(9000);
	assert.deepEqual(healths.slice(0, 3), ["up", "down", "down"], "APIs that are not deployed leave the servlet port alone");
});

test("API Manager 3.2: a gateway without /health-check is what its servlet port is", async () => {
	const node = await nodeOf({ product: "apim", version: "3.2.0" });
	const { healths, events, monitor, pass } = watch("wso2-apim", ["servlet", "gateway"], node.ports, node.trust);
	await pass(3000);
	assert.deepEqual(healths, ["up", "up"]);
	assert.equal(monitor.evidence("node/gateway")?.last?.verdict, "absent");
	Object.assign(node.switches, { failing: true, only: "/services" });
	await pass(9000);
	assert.deepEqual(healths, ["down", "down"]);
	assert.equal(events.find(({ member, event }) => member === "node/gateway" && event === "member_down")?.cause, "gate");
});

for (const [what, switches, detail] of [
	["answers garbage", { garbage: true }, /HPE_/],
	["cuts its responses", { closeMidBody: true }, /ECONNRESET/],
	["answers 500", { failing: true }, /returned 500/],
] as const) {
	test(`a node that ${what} goes down`, async () => {
		const node = await nodeOf({ product: "is", switches });
		const { healths, events, pass } = watch("wso2-is", ["servlet"], node.ports, node.trust);
		await pass(1000);
		assert.deepEqual(healths, ["down"]);
		assert.match(events[0]?.evidence.text ?? "", detail);
	});
}

test("a half dead node, which accepts and never answers, goes down by its timeout", async () => {
	const node = await nodeOf({ product: "is", switches: { halfDead: true } });
	const { timers, healths, events } = watch("wso2-is", ["servlet"], node.ports, node.trust);
	timers.advance(500);
	await until(() => node.requests.count > 0);
	timers.advance(3000);
	assert.deepEqual(healths, ["down"]);
	assert.equal(events[0]?.evidence.error, "http_response_timeout");
});

let estate: Estate | null = null;
after(() => estate?.close());

test("a frozen node, whose kernel still accepts, goes down by its timeout and comes back when it thaws", async () => {
	estate = await startEstate({ identityServers: 1, apiManagers: 0 });
	const [node] = estate.nodes();
	assert.ok(node);
	const { timers, healths, events, monitor, pass } = watch("wso2-is", ["servlet"], node.ports, estate.trust);
	await pass(1000);
	assert.deepEqual(healths, ["up"]);
	await estate.freeze(node.name);
	for (let failures = 1; failures <= 3; failures++) {
		while (monitor.checksRunning === 0) timers.advance(500);
		timers.advance(3000);
	}
	assert.deepEqual(healths, ["down"]);
	assert.deepEqual([events.at(-1)?.evidence.error, events.at(-1)?.evidence.count], ["connection_timeout", 3]);
	await estate.thaw(node.name);
	await pass(8000);
	assert.deepEqual(healths, ["up"]);
});
