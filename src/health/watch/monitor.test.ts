import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { AdminState, Health } from "../../balance/eligibility.ts";
import type { CheckPlan, HealthPlan, HttpProbe } from "../../plan/health.ts";
import { presetHealth } from "../../products/presetHealth.ts";
import { PRODUCTS } from "../../products/products.ts";
import type { Blame } from "../blame.ts";
import type { HealthEvent } from "../evidence.ts";
import { NO_TRAFFIC, type TrafficCounts, type Verdict } from "../verdict.ts";
import { FakeTimers, until } from "./fakeTimers.fixture.ts";
import type { WatchedMember, WatchedPool } from "./memberRecord.ts";
import { type HealthBoard, HealthMonitor, TICK_MS } from "./monitor.ts";
import { answering, rawServer, refusingPort, type TestServer } from "./servers.fixture.ts";

/** Remembers what it is told; traffic is what a test says. */
class Board implements HealthBoard {
	readonly health: Health[] = [];
	readonly admin: AdminState[] = [];
	readonly upSince: number[] = [];
	readonly selfDraining: boolean[] = [];
	readonly #verdicts: TrafficCounts[] = [];

	adminState(slot: number): AdminState {
		return this.admin[slot] ?? "enabled";
	}

	setHealth(slot: number, health: Health): void {
		this.health[slot] = health;
	}

	setUpSince(slot: number, wall: number): void {
		this.upSince[slot] = wall;
	}

	readonly ejected: boolean[] = [];

	setEjected(slot: number, on: boolean): void {
		this.ejected[slot] = on;
	}

	setSelfDraining(slot: number, on: boolean): void {
		this.selfDraining[slot] = on;
	}

	verdicts(slot: number): TrafficCounts {
		return this.#verdicts[slot] ?? NO_TRAFFIC;
	}

	/** Two clients see everything. */
	takeBlame(): Blame {
		return { connect: [], timeout: [1, 2], broken: [1, 2], unavailable: [1, 2], serverError: [1, 2] };
	}

	add(slot: number, counts: Partial<Record<Verdict, number>>): void {
		const sum = { ...this.verdicts(slot) };
		for (const [verdict, count] of Object.entries(counts) as [Verdict, number][]) sum[verdict] += count;
		this.#verdicts[slot] = sum;
	}
}

const HTTP_PROBE: HttpProbe = {
	kind: "http",
	via: null,
	method: "GET",
	path: "/health",
	host: "sso.example.com",
	headers: [],
	statuses: [[200, 299]],
	body: null,
	bodyBytes: 1000,
	absentOn: [404],
};
const CHECK: CheckPlan = {
	probes: [HTTP_PROBE],
	onAbsent: "fail",
	rise: 2,
	fall: 3,
	initial: "unknown",
	interval: 5000,
	fastInterval: 1000,
	downInterval: 4000,
	jitter: 0,
	timeout: 3000,
	drainOn: [],
};
const HEALTH: HealthPlan = { ...presetHealth({ product: PRODUCTS["wso2-is"], kind: "servlet", host: "sso.example.com" }), check: CHECK };
const UNCHECKED: HealthPlan = { ...HEALTH, check: null, breaker: null };

const started: { close(): unknown }[] = [];
afterEach(async () => {
	for (const each of started.splice(0).reverse()) await each.close();
});

/** A node whose response can be changed. */
async function node(status = 200): Promise<TestServer & { status: number; body: string }> {
	const state = { status, body: "" };
	const server = await rawServer((socket) => answering(state.status, state.body)(socket));
	started.push(server);
	return Object.assign(state, server);
}

const member = (name: string, slot: number, port: number): WatchedMember => ({
	name,
	node: name.split("/")[0] ?? name,
	slot,
	address: { host: "127.0.0.1", port, tls: null },
});
const pool = (kind: string, health: HealthPlan, members: readonly WatchedMember[]): WatchedPool => ({
	name: `apim/${kind}`,
	service: 0,
	kind,
	health,
	members,
});

function watch(...pools: WatchedPool[]) {
	const timers = new FakeTimers();
	const board = new Board();
	const events: HealthEvent[] = [];
	const monitor = new HealthMonitor({ board, timers, random: () => 0.5, onEvent: (event) => events.push(event) });
	monitor.watch(pools);
	monitor.start();
	started.push({ close: () => monitor.stop() });
	const told = (): string[] => events.map(({ event, member }) => `${event} ${member ?? ""}`.trim());
	/** Time goes on, and the checks that begin then come to their end. */
	const pass = async (ms: number): Promise<void> => {
		for (let left = ms; left > 0; left -= TICK_MS) {
			timers.advance(Math.min(left, TICK_MS));
			await until(() => monitor.checksRunning === 0, "the end of the checks");
		}
	};
	return { timers, board, events, monitor, told, pass };
}

test("a member comes up by its first check, goes down after three failures and comes up after two passes, each told with its evidence", async () => {
	const server = await node();
	const { board, events, pass } = watch(pool("servlet", HEALTH, [member("is-1/servlet", 0, server.port)]));
	assert.equal(board.health[0], "unknown");
	await pass(1000);
	assert.equal(board.health[0], "up");
	assert.equal(board.upSince[0], 0, "one that was up all the time has no slow start");

	server.status = 503;
	await pass(5000 + 1000);
	assert.equal(board.health[0], "up");
	await pass(1000);
	assert.equal(board.health[0], "down");

	server.status = 200;
	await pass(4000 + 1000);
	assert.equal(board.health[0], "up");
	assert.ok((board.upSince[0] ?? 0) > 1_700_000_000_000);

	assert.deepEqual(
		events.map(({ event, level, from, to, cause, member }) => [event, level, from, to, cause, member]),
		[
			["member_up", "info", "unknown", "up", "check", "is-1/servlet"],
			["member_down", "warn", "up", "down", "check", "is-1/servlet"],
			["member_up", "info", "down", "up", "check", "is-1/servlet"],
		],
	);
	const { text, ...fields } = events[1]?.evidence ?? { text: "" };
	assert.match(text, /^3 checks in a row; the last: GET \/health: returned 503, expected 200-299 \(\d+ ms\)$/);
	assert.deepEqual(fields, { count: 3, probe: "GET /health", status: 503, duration: 0 });
	assert.match(server.received[0] ?? "", /\r\nHost: sso\.example\.com\r\n/);
});

test("first checks are spread, and no connection is kept between checks", async () => {
	const server = await node();
	const randoms = [0.1, 0.9];
	const timers = new FakeTimers();
	const monitor = new HealthMonitor({ board: new Board(), timers, random: () => randoms.shift() ?? 0.5, onEvent: () => {} });
	monitor.watch([pool("servlet", HEALTH, [member("a/servlet", 0, server.port), member("b/servlet", 1, server.port)])]);
	started.push({ close: () => monitor.stop() });
	monitor.start();
	timers.advance(100);
	await until(() => server.received.length === 1 && monitor.checksRunning === 0 && server.open() === 0);
	timers.advance(799);
	assert.equal(monitor.checksRunning, 0);
	timers.advance(1);
	assert.equal(monitor.checksRunning, 1);
	await until(() => server.received.length === 2 && server.open() === 0);
});

test("stopped, it leaves no timer and no connection", async () => {
	const server = await rawServer(() => {});
	started.push(server);
	const { timers, monitor } = watch(pool("servlet", HEALTH, [member("a/servlet", 0, server.port)]));
	timers.advance(1000);
	await until(() => server.open() === 1);
	monitor.stop();
	assert.equal(timers.waiting, 0);
	await until(() => server.open() === 0);
});

for (const [initial, health] of [
	["up", "up"],
	["unknown", "unknown"],
	["mustPass", "down"],
	["down", "down"],
] as const) {
	test(`a member that is ${initial} at first is ${health} before its first check, which is not news`, async () => {
		const server = await node();
		const { board, events } = watch(pool("servlet", { ...HEALTH, check: { ...CHECK, initial } }, [member("a/servlet", 0, server.port)]));
		assert.equal(board.health[0], health);
		assert.deepEqual(events, []);
	});
}

test("a node that responses 503 on its health path drains itself where so configured, and comes back", async () => {
	const server = await node();
	const health = { ...HEALTH, check: { ...CHECK, drainOn: [404, 503] } };
	const { board, told, pass } = watch(pool("servlet", health, [member("a/servlet", 0, server.port)]));
	await pass(1000);
	server.status = 503;
	await pass(5000);
	assert.deepEqual([board.health[0], board.selfDraining[0]], ["up", true]);
	server.status = 200;
	await pass(5000);
	assert.deepEqual([board.health[0], board.selfDraining[0]], ["up", false]);
	assert.deepEqual(told(), ["member_up a/servlet", "member_draining a/servlet", "member_drain_over a/servlet"]);
});

test("beside a node that drains itself the last other one is not ejected", async () => {
	const [a, b] = [await node(), await node()];
	const health = { ...HEALTH, check: { ...CHECK, drainOn: [503] } };
	const { board, told, pass } = watch(pool("servlet", health, [member("a/servlet", 0, a.port), member("b/servlet", 1, b.port)]));
	await pass(1000);
	a.status = 503;
	await pass(5000);
	board.add(1, { connect: 3 });
	await pass(TICK_MS);
	assert.equal(board.health[1], "up");
	assert.equal(told().at(-1), "ejection_skipped b/servlet");
});

// --- stages

const GATED: HealthPlan = { ...HEALTH, gatedBy: "servlet", check: { ...CHECK, onAbsent: "gate", initial: "mustPass" } };

async function staged() {
	const [servlet, gateway] = [await node(503), await node()];
	const servletHealth: HealthPlan = { ...HEALTH, check: { ...CHECK, initial: "mustPass" } };
	const watched = watch(
		pool("servlet", servletHealth, [member("a/servlet", 0, servlet.port)]),
		pool("gateway", GATED, [member("a/gateway", 1, gateway.port)]),
	);
	return { servlet, gateway, ...watched };
}

test("a gateway member comes up only after the servlet member of its node, and then at once", async () => {
	const { servlet, board, told, pass } = await staged();
	await pass(9000);
	assert.deepEqual(board.health, ["down", "down"]);
	servlet.status = 200;
	await pass(5000);
	assert.deepEqual(board.health, ["up", "down"], "two passes, as the rule of its pool wants");
	await pass(1000);
	assert.deepEqual(board.health, ["up", "up"]);
	assert.deepEqual(told(), ["member_up a/servlet", "member_up a/gateway"]);
});

test("a gateway member that is up has a health of its own", async () => {
	const { servlet, board, pass } = await staged();
	servlet.status = 200;
	await pass(20_000);
	servlet.status = 503;
	await pass(30_000);
	assert.deepEqual(board.health, ["down", "up"]);
});

test("a gateway without the endpoint is what its servlet member is, in both directions", async () => {
	const { servlet, gateway, board, events, pass } = await staged();
	gateway.status = 404;
	servlet.status = 200;
	await pass(20_000);
	assert.deepEqual(board.health, ["up", "up"]);
	servlet.status = 503;
	await pass(8000);
	assert.deepEqual(board.health, ["down", "down"]);
	const [first, second] = events.slice(-2);
	assert.deepEqual([first?.member, second?.member, second?.cause, second?.at], ["a/servlet", "a/gateway", "gate", first?.at]);
	assert.equal(second?.evidence.text, "a/servlet is down");
});

test("a gateway that had the endpoint and does not find it is not ready", async () => {
	const { servlet, gateway, board, pass } = await staged();
	servlet.status = 200;
	await pass(20_000);
	gateway.status = 404;
	await pass(8000);
	assert.deepEqual(board.health, ["up", "down"]);
});

test("a node's other address can be asked for it", async () => {
	const servlet = await node(500);
	const via: HealthPlan = { ...HEALTH, check: { ...CHECK, probes: [{ ...HTTP_PROBE, via: "servlet" }] } };
	const { board, events, pass } = watch(
		pool("servlet", UNCHECKED, [member("a/servlet", 0, servlet.port)]),
		pool("gateway", via, [member("a/gateway", 1, await refusingPort())]),
	);
	await pass(1000);
	assert.deepEqual(board.health, ["unknown", "down"]);
	assert.match(events[0]?.evidence.text ?? "", /^GET \/health via servlet: returned 500/);
});

// --- traffic

/** Two members that nobody checks. */
async function pair(health: HealthPlan = UNCHECKED) {
	const [a, b] = [await node(), await node()];
	return { a, b, ...watch(pool("servlet", health, [member("a/servlet", 0, a.port), member("b/servlet", 1, b.port)])) };
}

test("failures in a row eject a member within one tick; after its time it is probed, and on trial until it answers well", async () => {
	const { a, board, events, monitor, pass } = await pair();
	board.add(0, { connect: 3 });
	await pass(TICK_MS);
	assert.deepEqual(board.health, ["down", "unknown"]);
	assert.equal(events[0]?.evidence.text, "3 attempts in a row failed to connect; ejected for 9.5 s (ejection 1)");
	assert.equal(monitor.evidence("a/servlet")?.passive.msLeft, 9500);
	await pass(9400);
	assert.equal(a.received.length, 0);
	await pass(200);
	assert.deepEqual([a.received.length, board.health[0]], [1, "unknown"], "asked by a connection, since it has no check");
	assert.equal(monitor.evidence("a/servlet")?.passive.phase, "onProbation");
	board.add(0, { answered: 5 });
	await pass(TICK_MS);
	assert.deepEqual(
		events.map(({ event, cause }) => [event, cause]),
		[
			["member_down", "ejected"],
			["member_unknown", "trial"],
			["member_recovered", "trial"],
		],
	);
});

test("a probe that fails after an ejection makes it longer", async () => {
	const { a, board, monitor, pass } = await pair();
	board.add(0, { timeout: 5 });
	await pass(TICK_MS);
	await a.close();
	started.splice(started.indexOf(a), 1);
	await pass(9600);
	const view = monitor.evidence("a/servlet");
	assert.deepEqual([board.health[0], view?.passive.phase, view?.passive.ejections], ["down", "ejected", 2]);
	assert.match(view?.evidence.text ?? "", /^tcp: ECONNREFUSED; ejected for 19 s \(ejection 2\)$/);
});

test("a member that traffic and checks took out is back as soon as its checks pass, however long it was away", async () => {
	const a = await node();
	const b = await node();
	const { board, monitor, told, pass } = watch(pool("servlet", HEALTH, [member("a/servlet", 0, a.port), member("b/servlet", 1, b.port)]));
	await pass(1000);
	assert.deepEqual(board.health, ["up", "up"]);
	a.status = 503;
	board.add(0, { timeout: 50 });
	await pass(TICK_MS);
	assert.deepEqual([board.health[0], board.ejected[0]], ["down", true], "traffic was first");
	await pass(60_000);
	assert.deepEqual([board.health[0], board.ejected[0]], ["down", false], "its checks say so too");
	assert.equal(monitor.evidence("a/servlet")?.passive.ejections, 1, "checks that fail do not lengthen it");
	a.status = 200;
	await pass(5000 + 1000);
	assert.deepEqual([board.health[0], monitor.evidence("a/servlet")?.passive.phase], ["up", "onProbation"]);
	assert.deepEqual(told().slice(2), ["member_down a/servlet", "member_up a/servlet"]);
});

test("of two members only one is ejected, and that the other was spared is told", async () => {
	const { board, told, pass } = await pair();
	board.add(0, { connect: 3 });
	board.add(1, { connect: 3 });
	await pass(TICK_MS);
	assert.deepEqual(board.health, ["down", "unknown"]);
	assert.deepEqual(told(), ["member_down a/servlet", "ejection_skipped b/servlet"]);
});

test("an ejected member is let in when an operator takes away the last other one", async () => {
	const { board, events, pass } = await pair();
	board.add(0, { connect: 3 });
	await pass(TICK_MS);
	board.admin[1] = "disabled";
	await pass(TICK_MS);
	assert.equal(board.health[0], "unknown");
	assert.deepEqual([events[1]?.cause, events[1]?.evidence.text], ["panic", "nobody else is left in the pool"]);
});

test("with panic over all, members whose checks fail are let in until one is well", async () => {
	const { a, b, board, told, pass } = await pair({ ...HEALTH, panic: "all" });
	await pass(1000);
	a.status = b.status = 503;
	await pass(8000);
	assert.deepEqual(board.health, ["unknown", "unknown"]);
	a.status = 200;
	await pass(9000);
	assert.deepEqual(board.health, ["up", "down"]);
	assert.deepEqual(
		told().filter((each) => each.startsWith("pool")),
		["pool_panic", "pool_panic_over"],
	);
});

test("without it they stay down", async () => {
	const { a, b, board, pass } = await pair(HEALTH);
	await pass(1000);
	a.status = b.status = 503;
	await pass(8000);
	assert.deepEqual(board.health, ["down", "down"]);
});

test("a circuit opens by the share of errors, is half open after its time and closes by good responses", async () => {
	const breaker = {
		counts: ["serverError"],
		errorRatio: 0.5,
		minVolume: 20,
		minClients: 2,
		window: 10_000,
		openTime: 5000,
		jitter: 0,
		trialAnswers: 3,
	} as const;
	const { board, events, monitor, pass } = await pair({ ...UNCHECKED, breaker });
	board.add(0, { answered: 10, serverError: 10 });
	await pass(TICK_MS);
	assert.equal(board.health[0], "down");
	assert.equal(events[0]?.evidence.text, "10 of 20 attempts failed; ejected for 5 s");
	await pass(5000);
	assert.deepEqual([board.health[0], monitor.evidence("a/servlet")?.breaker?.phase], ["unknown", "halfOpen"]);
	board.add(0, { answered: 3 });
	await pass(TICK_MS);
	assert.equal(monitor.evidence("a/servlet")?.breaker?.phase, "closed");
	assert.deepEqual(
		events.map(({ event, cause }) => [event, cause]),
		[
			["member_down", "circuit"],
			["member_unknown", "trial"],
			["member_recovered", "trial"],
		],
	);
});

test("trouble in traffic brings the next check forward", async () => {
	const server = await node();
	const { timers, board, pass } = watch(pool("servlet", HEALTH, [member("a/servlet", 0, server.port)]));
	await pass(3000);
	assert.equal(server.received.length, 1);
	board.add(0, { connect: 1 });
	timers.advance(TICK_MS);
	timers.advance(0);
	await until(() => server.received.length === 2);
});

// --- reload

test("over a reload a member keeps what is known of it, one with another address starts anew, and one that left is not asked again", async () => {
	const [a, b, c] = [await node(503), await node(), await node()];
	const { board, monitor, pass, timers } = watch(
		pool("servlet", HEALTH, [member("a/servlet", 0, a.port), member("b/servlet", 1, b.port), member("c/servlet", 2, c.port)]),
	);
	await pass(1000);
	assert.deepEqual(board.health, ["down", "up", "up"]);
	monitor.watch([pool("servlet", HEALTH, [member("a/servlet", 0, a.port), member("b/servlet", 1, c.port)])]);
	assert.deepEqual(board.health, ["down", "unknown", "up"]);
	assert.equal(monitor.evidence("c/servlet"), null);
	const asked = c.received.length;
	timers.advance(400);
	await until(() => monitor.checksRunning === 0);
	assert.equal(c.received.length, asked, "its timer is gone; the new one has half a second to go");
	await pass(600);
	assert.deepEqual(board.health, ["down", "up", "up"]);
});

test("evidence for operators holds checks, traffic and what happened", async () => {
	const { a, board, monitor, pass } = await pair(HEALTH);
	await pass(1000);
	a.status = 503;
	await pass(5000);
	board.add(0, { answered: 7, unavailable: 2 });
	await pass(TICK_MS);
	const view = monitor.evidence("a/servlet");
	assert.deepEqual([view?.health, view?.cause, view?.check], ["up", "check", { health: "up", against: 1, limit: 3, gate: null }]);
	assert.deepEqual([view?.last?.status, view?.last?.verdict], [503, "fail"]);
	assert.deepEqual([view?.traffic.answered, view?.breaker?.errors, view?.breaker?.total], [7, 2, 9]);
	assert.deepEqual(
		view?.events.map(({ event }) => event),
		["member_up"],
	);
});
