import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProbeOutcome } from "../judge.ts";
import { CheckLoop } from "./checkLoop.ts";
import { FakeTimers } from "./fakeTimers.fixture.ts";

const OUTCOME: ProbeOutcome = { verdict: "pass", probe: "tcp", status: 0, error: null, detail: "accepted", duration: 1 };

/** A check that ends when it is told to. */
class HandCheck {
	runs = 0;
	#onOutcome: ((outcome: ProbeOutcome) => void) | null = null;

	get running(): boolean {
		return this.#onOutcome !== null;
	}

	run(onOutcome: (outcome: ProbeOutcome) => void): void {
		assert.ok(!this.running, "one check at a time");
		this.runs++;
		this.#onOutcome = onOutcome;
	}

	stop(): void {
		this.#onOutcome = null;
	}

	end(): void {
		const onOutcome = this.#onOutcome;
		this.#onOutcome = null;
		onOutcome?.(OUTCOME);
	}
}

function loop(next = 1000) {
	const timers = new FakeTimers();
	const check = new HandCheck();
	return { timers, check, loop: new CheckLoop(check, timers, () => next) };
}

test("the next check comes an interval after the end of the one before", () => {
	const { timers, check, loop: checks } = loop();
	checks.start(300);
	timers.advance(299);
	assert.equal(check.runs, 0);
	timers.advance(1);
	assert.equal(check.runs, 1);
	timers.advance(5000);
	assert.equal(check.runs, 1, "a check that takes long is waited for");
	check.end();
	timers.advance(999);
	assert.equal(check.runs, 1);
	timers.advance(1);
	assert.equal(check.runs, 2);
});

test("a check that is wanted soon comes at once, and the interval counts from it", () => {
	const { timers, check, loop: checks } = loop();
	checks.start(1000);
	checks.soon();
	timers.advance(0);
	assert.equal(check.runs, 1);
	check.end();
	timers.advance(999);
	assert.equal(check.runs, 1);
	timers.advance(1);
	assert.equal(check.runs, 2);
});

test("wanted soon while one runs, another follows it at once", () => {
	const { timers, check, loop: checks } = loop();
	checks.start(0);
	timers.advance(0);
	checks.soon();
	check.end();
	timers.advance(0);
	assert.equal(check.runs, 2);
	check.end();
	timers.advance(999);
	assert.equal(check.runs, 2);
});

test("wanted again and again, it keeps the gap", () => {
	const { timers, check, loop: checks } = loop();
	checks.start(0);
	timers.advance(0);
	check.end();
	for (let i = 0; i < 9; i++) {
		timers.advance(50);
		checks.soon(500);
	}
	assert.equal(check.runs, 1);
	timers.advance(50);
	checks.soon(500);
	timers.advance(0);
	assert.equal(check.runs, 2);
});

test("stopped, it leaves nothing behind", () => {
	const { timers, check, loop: checks } = loop();
	checks.start(0);
	timers.advance(0);
	checks.stop();
	check.end();
	checks.soon();
	assert.equal(timers.waiting, 0);
	assert.ok(!check.running);
});
