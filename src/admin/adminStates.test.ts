import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityPlan, memberPlan, planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import type { LogFields } from "../log/log.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { PoolPlan } from "../plan/pool.ts";
import { presetHealth } from "../products/presetHealth.ts";
import { PRODUCTS } from "../products/products.ts";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { AdminStates } from "./adminStates.ts";
import type { AffinityCounts, ProcessView } from "./processView.ts";

const HOUR = 3_600_000;

function planWith(members: readonly MemberPlan[], affinity = true): Plan {
	const keepAlive = { maxRequests: 200, idle: 15_000, maxIdle: 64 };
	const pool: PoolPlan = {
		...{ name: "is/servlet", service: 0, kind: "servlet", members: members.map((_, index) => index) },
		...{
			policy: "roundRobin",
			key: null,
			bound: 0,
			slowStart: null,
			overload: { maxRequests: 0, maxConnections: 0, queue: 0, queueTimeout: 0 },
			retryBudget: { share: 0.2, min: 3 },
			keepAlive,
		},
		health: presetHealth({ product: PRODUCTS["wso2-is"], kind: "servlet", host: "sso.example.com" }),
	};
	return { ...planOf([servicePlan()], [routePlan({ affinity: affinity ? affinityPlan() : null })]), members, pools: [pool] };
}

const TWO = [memberPlan(), memberPlan({ name: "is-2/servlet", node: "is-2" })];

/** A clock that stands still until it is moved, and a log that keeps its events. */
function stage(members: readonly MemberPlan[] = TWO, affinity = true) {
	const board = Scoreboard.create({ members: 8, workers: 1 });
	let now = 1_000_000;
	let plan = planWith(members, affinity);
	let kept: AffinityCounts = { sessions: 0, flows: 0, complete: !affinity };
	const events: (readonly [event: string, fields: LogFields])[] = [];
	const keep = (event: string, fields: LogFields = {}) => void events.push([event, fields]);
	const view: ProcessView = {
		get plan() {
			return plan;
		},
		board,
		slotOf: (member) => member,
		workers: () => ({ configured: 1, listening: 1, deaths: 0 }),
		draining: false,
		memory: { level: "normal", used: 0, limit: 0, live: 0 },
		connections: 0,
		waiting: () => 0,
		evidence: () => null,
		leaks: () => [],
		affinityCounts: () => kept,
		metrics: async () => "",
		configFile: "/etc/portico.yaml",
		tryReload: () => Promise.reject(new Error("none")),
		reload: async () => ({ ok: true, changes: [], restart: [], warnings: [] }),
		switchMaintenance: async () => null,
	};
	const states = new AdminStates(view, { now: () => now, wall: () => now }, { debug: keep, info: keep, warn: keep, error: keep });
	return {
		board,
		states,
		eventNames: () => events.map(([event]) => event),
		pass(ms: number) {
			now += ms;
			states.advanceDrains();
		},
		keep(clients: AffinityCounts) {
			kept = clients;
			states.advanceDrains();
		},
		reload(next: readonly MemberPlan[]) {
			plan = planWith(next, affinity);
			states.reloaded();
		},
	};
}

test("a soft drain keeps clients, a hard one does not; both are draining", () => {
	const { board, states } = stage();
	states.change([0], { adminState: "draining" });
	assert.deepEqual([states.adminState(0), board.adminState(0), states.drain(0)?.mode], ["draining", "draining", "soft"]);

	states.change([0], { adminState: "draining", drain: "hard" });
	assert.deepEqual([states.adminState(0), board.adminState(0), states.drain(0)?.mode], ["draining", "disabled", "hard"]);

	states.change([0], { adminState: "enabled" });
	assert.deepEqual([states.adminState(0), board.adminState(0), states.drain(0)], ["enabled", "enabled", null]);
	assert.equal(board.adminState(1), "enabled");
});

test("another weight leaves state and drain alone", () => {
	const { board, states } = stage();
	states.change([0, 1], { adminState: "draining", deadline: HOUR });
	states.change([0], { weight: 7 });
	assert.equal(board.weight(0), 7);
	assert.equal(board.weight(1), 1);
	assert.equal(states.adminState(0), "draining");
	assert.notEqual(states.drain(0)?.deadline, null);
});

test("a drain that is ordered again keeps its beginning and takes the new deadline", () => {
	const { states, pass } = stage();
	states.change([0], { adminState: "draining", deadline: HOUR });
	const first = states.drain(0);
	pass(60_000);
	states.change([0], { adminState: "draining", deadline: HOUR });
	assert.equal(states.drain(0)?.since, first?.since);
	assert.equal(states.drain(0)?.deadline, (first?.deadline ?? 0) + 60_000);
});

test("a soft drain with work left becomes hard at its deadline", () => {
	const { board, states, pass, eventNames } = stage();
	board.begin(0);
	states.change([0], { adminState: "draining", deadline: 1000 });
	pass(999);
	assert.equal(board.adminState(0), "draining");
	pass(1);
	assert.equal(board.adminState(0), "disabled");
	assert.deepEqual([states.drain(0)?.mode, states.drain(0)?.overdue], ["hard", true]);
	assert.deepEqual(eventNames(), ["drain_deadline"]);

	board.end(0);
	pass(1);
	pass(1);
	assert.deepEqual(eventNames(), ["drain_deadline", "drain_empty"]);
});

test("a drain that was empty before its deadline is not late", () => {
	const { board, states, pass, eventNames } = stage();
	states.change([0], { adminState: "draining", deadline: 10_000, quiet: 1000 });
	pass(1000);
	pass(9000);
	assert.deepEqual([states.drain(0)?.overdue, board.adminState(0)], [false, "disabled"]);
	assert.deepEqual(eventNames(), ["drain_empty"]);
});

test("while not all sessions are known, a soft drain is empty after a quiet time", () => {
	const { board, states, pass, eventNames } = stage();
	states.change([0], { adminState: "draining", quiet: 1000 });
	pass(900);
	board.addAttempt(0, 1, 1, -1, 0);
	pass(900);
	board.begin(0);
	pass(900);
	board.end(0);
	pass(999);
	assert.deepEqual(eventNames(), []);
	pass(1);
	assert.deepEqual(eventNames(), ["drain_empty"]);
});

test("when all sessions are known, a soft drain is empty without any", () => {
	const { states, pass, keep, eventNames } = stage();
	keep({ sessions: 3, flows: 0, complete: true });
	states.change([0], { adminState: "draining", quiet: 1000 });
	pass(HOUR);
	keep({ sessions: 0, flows: 1, complete: true });
	assert.deepEqual(eventNames(), []);
	keep({ sessions: 0, flows: 0, complete: true });
	assert.deepEqual(eventNames(), ["drain_empty"]);
});

test("without affinity a soft drain is empty as soon as nothing is in flight", () => {
	const { board, states, pass, eventNames } = stage(TWO, false);
	board.begin(0);
	states.change([0], { adminState: "draining" });
	pass(1);
	assert.deepEqual(eventNames(), []);
	board.end(0);
	pass(1);
	assert.deepEqual(eventNames(), ["drain_empty"]);
});

test("the file's own states and weights are in force from the start", () => {
	const { board, states } = stage([
		memberPlan({ adminState: "draining", weight: 5 }),
		memberPlan({ name: "is-2/servlet", node: "is-2", adminState: "disabled" }),
	]);
	assert.deepEqual([board.adminState(0), board.weight(0), states.drain(0)?.mode], ["draining", 5, "soft"]);
	assert.deepEqual([board.adminState(1), states.drain(1)], ["disabled", null]);
});

test("what was set at run time outlives a reload, unless the file changed it", () => {
	const { board, states, reload } = stage();
	states.change([0], { adminState: "draining", drain: "hard", weight: 9 });
	const drain = states.drain(0);
	const [first = memberPlan(), second = memberPlan()] = TWO;

	reload([second, first]);
	assert.deepEqual([board.adminState(1), board.weight(1), states.drain(1)], ["disabled", 9, drain]);
	assert.deepEqual([board.adminState(0), board.weight(0)], ["enabled", 1]);

	reload([second, { ...first, weight: 3 }]);
	assert.deepEqual([board.adminState(1), board.weight(1)], ["disabled", 3]);

	reload([second, { ...first, adminState: "disabled" }]);
	assert.deepEqual([states.adminState(1), states.drain(1)], ["disabled", null]);
});
