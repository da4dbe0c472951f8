import assert from "node:assert/strict";
import { test } from "node:test";
import { memberPlan, planOf } from "../../../test/harness/plans.ts";
import type { Plan } from "../../plan/plan.ts";
import type { PoolPlan } from "../../plan/pool.ts";
import { Scoreboard } from "../../scoreboard/scoreboard.ts";
import { BoardSlots } from "./boardSlots.ts";

/** One pool for each member, of its name. */
function planWith(...names: readonly string[]): Plan {
	const members = names.map((name) => memberPlan({ name, node: name }));
	return { ...planOf([]), members, pools: names.map((name, index) => ({ name, members: [index] }) as unknown as PoolPlan) };
}

function filled() {
	const board = Scoreboard.create({ members: 1, workers: 1 });
	const worker = Scoreboard.attach(board.shared, 0);
	const slots = new BoardSlots(board);
	const names = (from: number, count: number) => Array.from({ length: count }, (_, index) => `m${from + index}`);
	const put = (...wanted: readonly string[]) => {
		const change = slots.for(planWith(...wanted));
		change?.takeOver();
		return change?.slots ?? null;
	};
	return { board, worker, slots, names, put };
}

test("a row that another member takes over is as if nobody had had it", () => {
	const { board, worker, names, put } = filled();
	put(...names(0, board.capacity));
	worker.addAttempt(0, 100, 200, -1, 0);
	worker.addVerdict(0, "timeout", "10.0.0.1");
	board.addAttempt(0, 0, 0, 42, 7);
	board.setHealth(0, "down");
	board.setAdminState(0, "disabled");
	board.setSelfDraining(0, true);
	board.setUpSince(0, 5);
	put(...names(1, board.capacity - 1));
	const { generation } = board;
	assert.deepEqual(put(...names(1, board.capacity - 1), "new")?.members.at(-1), 0);
	assert.deepEqual(board.trafficOf(0), { attempts: 0, sent: 0, received: 0 });
	assert.equal(board.verdicts(0).timeout, 0);
	assert.deepEqual([board.latency(0), board.latencyAt(0), board.upSince(0), board.selfDraining(0)], [0, 0, 0, false]);
	assert.deepEqual([board.health(0), board.adminState(0), board.weight(0)], ["unknown", "enabled", 1]);
	assert.notEqual(board.generation, generation);
});

test("the other rows keep what they say", () => {
	const { board, worker, names, put } = filled();
	put(...names(0, board.capacity));
	for (const slot of [1, board.capacity - 1]) {
		worker.addAttempt(slot, 1, 2, -1, 0);
		board.setWeight(slot, 9);
	}
	put(...names(1, board.capacity - 1));
	put(...names(1, board.capacity - 1), "new");
	for (const slot of [1, board.capacity - 1]) assert.deepEqual([board.attempts(slot), board.weight(slot)], [1, 9]);
});

test("nobody takes over a row at which something is in flight, connected or waiting", () => {
	for (const hold of [
		(worker: Scoreboard) => worker.begin(0),
		(worker: Scoreboard) => worker.openUpstream(0, 0),
		(worker: Scoreboard) => worker.beginWait(0, 0),
	]) {
		const { board, worker, names, put } = filled();
		put(...names(0, board.capacity));
		hold(worker);
		put(...names(1, board.capacity - 1));
		assert.equal(put(...names(1, board.capacity - 1), "new"), null);
	}
});

test("a plan that is not put in force changes nothing", () => {
	const { board, slots, names, put } = filled();
	const before = put(...names(0, 3));
	slots.for(planWith(...names(10, 20)));
	assert.deepEqual(put(...names(0, 3)), before);
	assert.deepEqual(put(...names(0, 3), "new")?.members, [0, 1, 2, 3]);
	assert.ok(board.capacity > 4);
});
