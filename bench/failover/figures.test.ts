import assert from "node:assert/strict";
import { test } from "node:test";
import { figures, shareOf, shareRegained } from "./figures.ts";
import type { Sample } from "./load/ask.ts";

const BLOW = { from: 1000, to: 2000, isBlow: true };
const RECOVERY = { from: 2000, to: 3000, isBlow: false };

function sample(
	at: number,
	result: Sample["result"] | string,
	rest: { client?: number | null; took?: number; count?: number } = {},
): Sample {
	const { client = null, took = 40, count = 1 } = rest;
	const isFailure = result === "status" || result === "closed" || result === "cut" || result === "timeout";
	return { client, at, took, result: typeof result === "object" || isFailure ? result : { node: result, session: "S", count } };
}

test("what is in flight at the blow belongs to it, what is in flight at the recovery belongs to the blow", () => {
	const samples = [sample(900, "n1"), sample(970, "cut"), sample(1990, "status", { took: 500 }), sample(2000, "n2")];
	const { sent, failed, cut, status } = figures(samples, BLOW);
	assert.deepEqual({ sent, failed, cut, status }, { sent: 2, failed: 2, cut: 1, status: 1 });
	assert.equal(figures(samples, RECOVERY).sent, 1);
});

test("failures are told apart, and a response that took long is slow, not failed", () => {
	const results = ["status", "closed", "closed", "cut", "timeout", "n2"] as const;
	const found = figures(
		results.map((result, index) => sample(1100 + index, result, { took: result === "n2" ? 501 : 40 })),
		BLOW,
	);
	assert.deepEqual(
		[found.failed, found.status, found.closed, found.cut, found.timeout, found.slow, found.longest],
		[5, 1, 2, 1, 1, 1, 501],
	);
});

test("it was detected when the last request that failed or was slow was sent", () => {
	assert.equal(figures([sample(1100, "n2")], BLOW).detected, 0);
	assert.equal(figures([sample(990, "cut")], BLOW).detected, 0);
	assert.equal(figures([sample(1100, "cut"), sample(1300, "n2", { took: 600 }), sample(1500, "n2")], BLOW).detected, 300);
});

test("a new session is lost, a count that does not go up is back, each where it is seen", () => {
	const visit = (at: number, client: number, session: string, count: number): Sample => ({
		client,
		at,
		took: 40,
		result: { node: "n1", session, count },
	});
	const samples = [
		visit(900, 0, "A", 5),
		visit(900, 1, "B", 5),
		visit(900, 2, "C", 5),
		visit(1100, 0, "A", 7),
		visit(1100, 1, "X", 1),
		visit(1100, 2, "C", 5),
		visit(2100, 1, "X", 2),
		visit(2100, 2, "C", 5),
	];
	const [blow, recovery] = [figures(samples, BLOW), figures(samples, RECOVERY)];
	assert.deepEqual([blow.sessionsLost, blow.countsBack], [1, 1]);
	assert.deepEqual([recovery.sessionsLost, recovery.countsBack], [0, 1]);
});

test("a failed request in between says nothing about the session", () => {
	const samples = [
		sample(1100, "n1", { client: 0, count: 3 }),
		sample(1200, "cut", { client: 0 }),
		sample(1300, "n2", { client: 0, count: 4 }),
	];
	const { sessionsLost, countsBack } = figures(samples, BLOW);
	assert.deepEqual([sessionsLost, countsBack], [0, 0]);
});

/** Newcomers every 50 ms from 2000 on; `1` stands for n1, which came back. */
const newcomers = (nodes: string): Sample[] => [...nodes].map((node, index) => sample(2000 + 50 * index, `n${node}`));

test("a node has its share again with the first newcomer of twenty of which it gets eight", () => {
	assert.equal(shareRegained(newcomers(`22${"12".repeat(10)}`), "n1", 2000), 2100);
	assert.equal(shareRegained(newcomers(`1222222222${"21".repeat(15)}`), "n1", 2000), 2550);
	assert.equal(shareRegained(newcomers("11111111222222222222"), "n1", 2000), 2000);
});

test("it has not while it gets less, or there are too few newcomers to say", () => {
	assert.equal(shareRegained(newcomers("1222".repeat(20)), "n1", 2000), null);
	assert.equal(shareRegained(newcomers("11111112222222222222"), "n1", 2000), null);
	assert.equal(shareRegained(newcomers("12".repeat(9)), "n1", 2000), null);
	assert.equal(shareRegained(newcomers("12".repeat(20)), "n1", 3500), null);
});

test("the share is that of the newcomers sent in the time", () => {
	assert.equal(shareOf(newcomers("11221111"), "n1", 2000, 2200), 0.5);
});
