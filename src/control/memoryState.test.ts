import assert from "node:assert/strict";
import { test } from "node:test";
import { getHeapStatistics } from "node:v8";
import type { MemoryLevel } from "../limit/memoryLevel.ts";
import type { Log, LogFields } from "../log/log.ts";
import type { MemoryFigures } from "../scoreboard/memoryCells.ts";
import { heapLimit, MemoryState } from "./memoryState.ts";

const MIB = 2 ** 20;
const planWith = (memory: number, workers: number) => ({
	workers,
	limits: {
		...{ requestHead: 0, requestBuffer: 0, responseBuffer: 0, responseHead: 0, headerFields: 0, connections: 0, connectionsPerClient: 0 },
		memory: memory * MIB,
	},
});

test("the heaps of the workers fit the memory", () => {
	assert.equal(heapLimit(planWith(0, 2), 256 * MIB), 64 * MIB);
	assert.equal(heapLimit(planWith(512, 2), 4096 * MIB), 128 * MIB);
	assert.equal(heapLimit(planWith(0, 8), 256 * MIB), 48 * MIB);
	assert.equal(heapLimit(planWith(0, 1), 2 ** 50), getHeapStatistics().heap_size_limit);
});

test("each change of the level is logged once, with the figures", () => {
	const lines: [string, string, LogFields | undefined][] = [];
	const log = Object.fromEntries(
		["debug", "info", "warn", "error"].map((level) => [
			level,
			(event: string, fields?: LogFields) => void lines.push([level, event, fields]),
		]),
	) as unknown as Log;
	let figures: MemoryFigures = { level: "normal", used: 10 * MIB, limit: 100 * MIB, live: 5 * MIB };
	const state = new MemoryState(
		{
			get memoryFigures() {
				return figures;
			},
		},
		log,
	);
	const become = (level: MemoryLevel): void => {
		figures = { ...figures, level };
		state.look();
	};
	for (const level of ["normal", "tight", "tight", "short", "tight", "normal"] as const) become(level);
	assert.deepEqual(
		lines.map(([level, event, fields]) => [level, event, fields?.before, fields?.level]),
		[
			["info", "memory_level", "normal", "tight"],
			["warn", "memory_level", "tight", "short"],
			["warn", "memory_level", "short", "tight"],
			["info", "memory_level", "tight", "normal"],
		],
	);
	assert.deepEqual(lines[0]?.[2], { level: "tight", before: "normal", used_mib: 10, limit_mib: 100, live_mib: 5 });
});
