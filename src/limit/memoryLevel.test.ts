import assert from "node:assert/strict";
import { test } from "node:test";
import { MEMORY_LEVELS, type MemoryLevel, nextLevel, refuses, turnsAway, WORK_CLASSES, type WorkClass } from "./memoryLevel.ts";

/** Shares of the memory in a row, and the level after each. */
const WAYS: readonly (readonly [name: string, ...steps: (readonly [share: number, level: MemoryLevel])[]])[] = [
	["nothing is short", [0, "normal"], [0.5, "normal"], [0.699, "normal"]],
	["each level begins at its share", [0.7, "tight"], [0.8, "short"], [0.87, "scarce"], [0.94, "critical"]],
	["a leap passes the levels between", [0.99, "critical"], [0.1, "normal"]],
	["more than everything", [1.4, "critical"]],
	[
		"a level ends below where it began",
		[0.8, "short"],
		[0.79, "short"],
		[0.761, "short"],
		[0.759, "tight"],
		[0.661, "tight"],
		[0.659, "normal"],
	],
	["it falls no further than the share does", [0.94, "critical"], [0.85, "scarce"], [0.84, "scarce"], [0.82, "short"], [0.81, "short"]],
	["it rises again from where it is", [0.87, "scarce"], [0.84, "scarce"], [0.9, "scarce"], [0.94, "critical"], [0.91, "critical"]],
];

for (const [name, ...steps] of WAYS) {
	test(`memory levels: ${name}`, () => {
		let level: MemoryLevel = "normal";
		for (const [share, expected] of steps) {
			level = nextLevel(level, share);
			assert.equal(level, expected, `at ${share}`);
		}
	});
}

const REFUSED: Readonly<Record<MemoryLevel, readonly WorkClass[]>> = {
	normal: [],
	tight: [],
	short: ["handshake", "upload"],
	scarce: ["handshake", "upload", "connection", "request"],
	critical: ["handshake", "upload", "connection", "request", "login"],
};

for (const level of MEMORY_LEVELS) {
	test(`memory levels: ${level} refuses ${REFUSED[level].join(", ") || "nothing"}`, () => {
		assert.deepEqual(
			WORK_CLASSES.filter((work) => refuses(level, work)),
			REFUSED[level],
		);
		assert.equal(turnsAway(level), REFUSED[level].length > 0);
	});
}
