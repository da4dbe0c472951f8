/** What each policy does, seen from outside: by one worker and by two. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openStage, type Stage } from "../../harness/stage.ts";
import { Nodes, type Tally, tally } from "./rig.ts";

interface Case {
	readonly balance: object;
	readonly weights: readonly number[];
}

const CASES = {
	roundRobin: { balance: { policy: "roundRobin" }, weights: [3, 2, 1] },
	random: { balance: { policy: "random" }, weights: [1, 3] },
	byTraffic: { balance: { policy: "byTraffic" }, weights: [1, 1] },
	heldByConnections: { balance: { policy: "leastConnections" }, weights: [2, 1] },
	heldByBusyness: { balance: { policy: "byBusyness" }, weights: [2, 1] },
	heldByTwoChoices: { balance: { policy: "twoChoices" }, weights: [1, 1] },
	busyConnections: { balance: { policy: "leastConnections" }, weights: [1, 1] },
	busyBusyness: { balance: { policy: "byBusyness" }, weights: [1, 1] },
	busyTwoChoices: { balance: { policy: "twoChoices" }, weights: [1, 1] },
	busyEwma: { balance: { policy: "peakEwma" }, weights: [1, 1] },
	busyRoundRobin: { balance: {}, weights: [1, 1] },
} satisfies Record<string, Case>;
const NAMES = Object.keys(CASES) as readonly (keyof typeof CASES)[];
const caseAt = (index: number): Case => CASES[NAMES[index] ?? "roundRobin"];

async function stageOf(workers: number): Promise<Stage> {
	return openStage(
		{ after },
		{
			services: NAMES.length,
			nodes: 3,
			service: (index) => ({ balance: caseAt(index).balance }),
			node: (index, service) => {
				const weight = caseAt(service).weights[index];
				return weight === undefined ? { state: "disabled" } : { weight };
			},
			config: { workers },
		},
	);
}

function opened(stage: Stage, name: keyof typeof CASES, bodyBytes: readonly number[] = []): { nodes: Nodes; path: string } {
	const nodes = new Nodes(3, bodyBytes);
	return { nodes, path: stage.at(NAMES.indexOf(name), ...nodes.scripts).path };
}

const stages = [await stageOf(1), await stageOf(2)];

for (const [index, stage] of stages.entries()) {
	const workers = index + 1;
	const title = (text: string): string => `${text} (${workers === 1 ? "one worker" : "two workers"})`;

	test(title("round robin: shares are exact"), async (t) => {
		const { path } = opened(stage, "roundRobin");
		assert.deepEqual(await tally(t, stage.port, path, 60), { a: 30, b: 20, c: 10 } satisfies Tally);
	});

	test(title("random: shares are near the weights"), async (t) => {
		const { path } = opened(stage, "random");
		const { a = 0, b = 0 } = await tally(t, stage.port, path, 400);
		assert.equal(a + b, 400);
		// Six standard deviations.
		assert.ok(Math.abs(a - 100) < 52, `${a}`);
	});

	test(title("by traffic: bytes are shared, so that a node with large responses gets few requests"), async (t) => {
		const bodies = [40_000, 4000] as const;
		const { path } = opened(stage, "byTraffic", bodies);
		const { a = 0, b = 0 } = await tally(t, stage.port, path, 88);
		assert.ok(Math.abs(a * bodies[0] - b * bodies[1]) <= 2 * bodies[0], `${a} large, ${b} small`);
	});

	for (const [name, text, expected] of [
		["heldByConnections", "least connections: what is in flight is in proportion to weights", [8, 4, 0]],
		["heldByBusyness", "by busyness: what is in flight is equal, whatever the weights", [6, 6, 0]],
		["heldByTwoChoices", "two choices: of two members the less busy one", [6, 6, 0]],
	] as const) {
		test(title(text), async (t) => {
			const { nodes, path } = opened(stage, name);
			for (let i = 0; i < 12; i++) await nodes.hold(t, stage.port, path);
			assert.deepEqual(nodes.held, expected);
		});
	}

	for (const name of ["busyConnections", "busyBusyness", "busyTwoChoices", "busyEwma"] as const) {
		test(title(`${CASES[name].balance.policy}: while a member is busy, the idle one gets what comes one by one`), async (t) => {
			const { nodes, path } = opened(stage, name);
			await nodes.hold(t, stage.port, path);
			assert.deepEqual(await tally(t, stage.port, path, 20, 1), nodes.held[0] === 1 ? { b: 20 } : { a: 20 });
		});
	}

	test(title("round robin is the policy unless told: a busy member gets its turns all the same"), async (t) => {
		const { nodes, path } = opened(stage, "busyRoundRobin");
		await nodes.hold(t, stage.port, path);
		assert.deepEqual(await tally(t, stage.port, path, 20), { a: 10, b: 10 });
	});
}
