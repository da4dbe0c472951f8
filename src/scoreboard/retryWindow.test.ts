import assert from "node:assert/strict";
import { test } from "node:test";
import { Scoreboard } from "./scoreboard.ts";

const SECOND = 1_790_000_000;
const BUDGET = { share: 0.2, min: 3 };

/** Retries that are granted one after the other. */
function granted(board: Scoreboard, second: number, budget = BUDGET, pool = 0): number {
	let count = 0;
	while (count < 10_000 && board.takeRetry(pool, second, budget)) count++;
	return count;
}

function requests(board: Scoreboard, count: number, second: number, pool = 0): void {
	for (let i = 0; i < count; i++) board.countRequest(pool, second);
}

test("a pool without traffic has its least number for each of ten seconds", () => {
	const board = Scoreboard.create({ members: 2, workers: 1 });
	assert.equal(granted(board, SECOND), 30);
	assert.equal(granted(board, SECOND, { share: 0.2, min: 0 }), 0);
});

test("of many requests a share may be retried, whichever thread saw them", () => {
	const board = Scoreboard.create({ members: 2, workers: 2 });
	const [one, two] = [0, 1].map((worker) => Scoreboard.attach(board.shared, worker));
	assert.ok(one && two);
	requests(one, 400, SECOND);
	requests(two, 600, SECOND + 3);
	assert.equal(granted(two, SECOND + 4), 200);
	assert.equal(granted(one, SECOND + 4), 0, "the other thread's retries count");
});

test("what is older than ten seconds counts no more, neither as request nor as retry", () => {
	const board = Scoreboard.create({ members: 2, workers: 1 });
	requests(board, 1000, SECOND);
	assert.equal(granted(board, SECOND), 200);
	assert.equal(granted(board, SECOND + 9), 0);
	assert.equal(granted(board, SECOND + 10), 30);
	requests(board, 500, SECOND + 11);
	assert.equal(granted(board, SECOND + 11), 70);
});

test("the ring comes round again without what stood there", () => {
	const board = Scoreboard.create({ members: 2, workers: 1 });
	for (let second = SECOND; second < SECOND + 100; second++) requests(board, 100, second);
	assert.equal(granted(board, SECOND + 99), 200, "ten seconds of a hundred");
});

test("pools have budgets of their own", () => {
	const board = Scoreboard.create({ members: 2, workers: 1 });
	assert.equal(granted(board, SECOND, BUDGET, 0), 30);
	assert.equal(granted(board, SECOND, BUDGET, 1), 30);
});
