import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CounterRandom } from "./counterRandom.ts";
import { assertShares, candidatesOf } from "./policy.fixture.ts";
import { WeightedDraw } from "./weightedDraw.ts";

function drawOf(weights: readonly number[], seed = 7): WeightedDraw {
	const random = new CounterRandom(seed);
	return new WeightedDraw(candidatesOf(weights), () => random.next());
}

function count(times: number, members: number, draw: () => number): number[] {
	const counts = new Array<number>(members).fill(0);
	for (let i = 0; i < times; i++) {
		const drawn = draw();
		counts[drawn] = (counts[drawn] ?? 0) + 1;
	}
	return counts;
}

test("draws are as likely as the weights say, however far apart these are", () => {
	const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 50 });
	fc.assert(
		fc.property(weights, (each) => {
			const draw = drawOf(each);
			assertShares(
				count(20_000, each.length, () => draw.draw()),
				each,
				false,
			);
		}),
		{ numRuns: 30, seed: 1 },
	);
});

test("another one is likely as its weight says among the others, also beside a very heavy one", () => {
	const draw = drawOf([1000, 1, 3]);
	const counts = count(40_000, 3, () => draw.drawOther(0));
	assert.equal(counts[0], 0);
	assertShares(counts.slice(1), [1, 3], false);
	assert.equal(drawOf([5, 1]).drawOther(0), 1);
	assert.equal(drawOf([5]).drawOther(0), 0);
});

test("what was tried is not drawn; none is drawn of none", () => {
	const draw = drawOf([1, 2, 4]);
	const counts = count(40_000, 3, () => draw.drawUntried([{ slot: 1 }]));
	assert.equal(counts[1], 0);
	assertShares([counts[0] ?? 0, counts[2] ?? 0], [1, 4], false);
	assert.equal(draw.drawUntried(candidatesOf([1, 1, 1])), -1);
	assert.equal(drawOf([]).draw(), -1);
});
