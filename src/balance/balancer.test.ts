import assert from "node:assert/strict";
import { test } from "node:test";
import { Scoreboard } from "../scoreboard/scoreboard.ts";
import { type BalancedMember, Balancer, type BalanceSettings } from "./balancer.ts";
import { NO_KEY } from "./picker.ts";
import { TestContext } from "./policy.fixture.ts";
import { RAMP } from "./slowStart.ts";
import { roundRobin } from "./smoothRoundRobin.ts";

const SETTINGS: BalanceSettings = { policy: roundRobin, zone: null, overProvisioning: 1.4, slowStart: { ...RAMP, window: 60_000 } };

interface World {
	readonly balancer: Balancer;
	readonly board: Scoreboard;
	readonly context: TestContext;
}

/** Slots count from 10. */
function world(members: number | readonly Partial<BalancedMember>[], settings: Partial<BalanceSettings> = {}): World {
	const list = typeof members === "number" ? Array.from({ length: members }, () => ({})) : members;
	const board = Scoreboard.create({ members: 2, workers: 1 });
	const context = new TestContext();
	context.now = 1e12;
	const all = list.map((each, i) => ({ slot: 10 + i, node: `n-${i}`, zone: null, standby: false, ...each }));
	return { balancer: new Balancer(all, { ...SETTINGS, ...settings }, board, context), board, context };
}

/** How often each member is picked in 1200. */
function spread({ balancer }: World): number[] {
	const counts: number[] = [];
	for (let pick = 0; pick < 1200; pick++) {
		const member = balancer.pick(NO_KEY, []);
		counts[member] = (counts[member] ?? 0) + 1;
	}
	return Array.from(counts, (count) => count ?? 0);
}

test("members that are down, draining, disabled or weigh nothing get no new clients, from the next pick on", () => {
	const its = world(6);
	assert.deepEqual(spread(its), [200, 200, 200, 200, 200, 200]);
	its.board.setHealth(11, "down");
	its.board.setAdminState(12, "draining");
	its.board.setAdminState(13, "disabled");
	its.board.setWeight(14, 0);
	assert.deepEqual(spread(its), [600, 0, 0, 0, 0, 600]);
	its.board.setHealth(11, "up");
	its.board.setWeight(10, 3);
	assert.deepEqual(spread(its), [720, 240, 0, 0, 0, 240]);
});

test("a member that comes up gets its share little by little, and all of it after a minute", () => {
	const its = world(2);
	its.board.setHealth(11, "down");
	assert.deepEqual(spread(its), [1200]);
	its.board.setUpSince(11, its.context.now);
	its.board.setHealth(11, "up");
	const shareAfter = (seconds: number): number => {
		its.context.now = 1e12 + seconds * 1000;
		return Math.round(((spread(its)[1] ?? 0) / 1200) * 100);
	};
	assert.deepEqual([0, 15, 30, 60, 600].map(shareAfter), [9, 20, 33, 50, 50]);
});

test("members that are up from the start have their full weight at once", () => {
	const its = world(2);
	its.board.setHealth(10, "up");
	assert.deepEqual(spread(its), [600, 600]);
});

test("a clock that is set back ends the slow start", () => {
	const its = world(2);
	its.board.setUpSince(10, its.context.now);
	assert.notDeepEqual(spread(its), [600, 600]);
	its.context.now -= 3_600_000;
	assert.deepEqual(spread(its), [600, 600]);
});

test("a slow start in one pool is reckoned anew once a step, not at every pick", () => {
	const its = world(2);
	let looks = 0;
	const health = its.board.health.bind(its.board);
	its.board.health = (member) => {
		looks++;
		return health(member);
	};
	its.board.setUpSince(10, its.context.now);
	spread(its);
	assert.equal(looks, 2);
	its.context.now += 1000;
	spread(its);
	assert.equal(looks, 4);
});

test("local nodes first, the other zone by its part, standby at last", () => {
	const its = world([{ zone: "ams" }, { zone: "ams" }, { zone: "fra" }, { zone: "fra", standby: true }], { zone: "ams" });
	assert.deepEqual(spread(its), [600, 600]);
	its.board.setHealth(10, "down");
	assert.deepEqual(spread(its), [0, 840, 360]);
	its.board.setHealth(11, "down");
	assert.deepEqual(spread(its), [0, 0, 1200]);
	its.board.setHealth(12, "down");
	assert.deepEqual(spread(its), [0, 0, 0, 1200]);
	assert.equal(its.balancer.spread.levels.at(-1)?.share, 1);
});

test("an exchange that failed at all who serve goes to the reserve, in order, and ends when none is left", () => {
	const { balancer } = world([{ zone: "ams" }, { zone: "fra", standby: true }, { zone: "fra" }], { zone: "ams" });
	const tried: { slot: number }[] = [];
	const picks = Array.from({ length: 4 }, () => {
		const member = balancer.pick(NO_KEY, tried);
		tried.push({ slot: 10 + member });
		return member;
	});
	assert.deepEqual(picks, [0, 2, 1, -1]);
});

test("when all are down, nobody is picked", () => {
	const its = world(2);
	its.board.setHealth(10, "down");
	its.board.setHealth(11, "down");
	assert.equal(its.balancer.pick(NO_KEY, []), -1);
});

test("a pool without members picks nobody", () => {
	assert.equal(world(0).balancer.pick(NO_KEY, []), -1);
});
