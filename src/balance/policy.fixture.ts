/** What holds for every policy, and a world to try it in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CounterRandom } from "./counterRandom.ts";
import { mix32 } from "./hash.ts";
import { type Candidate, type Loads, NO_KEY, type PickContext, type Picker, type Policy } from "./picker.ts";

/** Room for this many slots. */
const SLOTS = 64;

/** Loads by slot, as tests set them. */
class TestLoads implements Loads {
	readonly inFlights = new Float64Array(SLOTS);
	readonly latencies = new Float64Array(SLOTS);
	readonly bytes = new Float64Array(SLOTS);
	readonly ended = new Float64Array(SLOTS);
	inFlight = (slot: number): number => this.inFlights[slot] ?? 0;
	latency = (slot: number): number => this.latencies[slot] ?? 0;
	latencyAt = (_slot: number): number => 0;
	traffic = (slot: number): number => this.bytes[slot] ?? 0;
	attempts = (slot: number): number => this.ended[slot] ?? 0;
}

export class TestContext implements PickContext {
	readonly loads = new TestLoads();
	turns = 0;
	now = 0;
	readonly #random: CounterRandom;

	constructor(seed = 1) {
		this.#random = new CounterRandom(seed);
	}

	turn = (): number => this.turns++;
	random = (): number => this.#random.next();
	wall = (): number => this.now;
}

/** Slots count from 0. */
export function candidatesOf(weights: readonly number[]): Candidate[] {
	return weights.map((weight, slot) => ({ slot, weight, id: mix32(slot + 1) }));
}

/** How often each candidate was picked. */
export function countPicks(picker: Picker, picks: number, candidates: number, keyOf = (pick: number): number => mix32(pick)): number[] {
	const counts = new Array<number>(candidates).fill(0);
	for (let pick = 0; pick < picks; pick++) {
		const index = picker.pick(keyOf(pick), []);
		counts[index] = (counts[index] ?? 0) + 1;
	}
	return counts;
}

/** Counts follow the weights: exactly, or within 5 standard deviations. */
export function assertShares(counts: readonly number[], weights: readonly number[], exact: boolean): void {
	const picks = counts.reduce((sum, each) => sum + each, 0);
	const sum = weights.reduce((total, each) => total + each, 0);
	weights.forEach((weight, index) => {
		const share = weight / sum;
		const slack = exact ? 1e-6 : 5 * Math.sqrt(picks * share * (1 - share)) + 1;
		const off = Math.abs((counts[index] ?? 0) - picks * share);
		assert.ok(off <= slack, `candidate ${index} was picked ${counts[index]} times of ${picks}, its share is ${share}`);
	});
}

const weight = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 1e-3, max: 1000, noNaN: true }));
const member = fc.record({
	weight,
	inFlight: fc.nat(50),
	latency: fc.nat(500),
	bytes: fc.nat(1e6),
	ended: fc.nat(100),
	tried: fc.boolean(),
});
const key = fc.oneof(fc.constant(NO_KEY), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

/** @param exact shares of an idle pool are exact, not only likely */
export function conforms(policy: Policy, { exact }: { readonly exact: boolean }): void {
	test("no candidate, no pick", () => {
		const picker = policy([], new TestContext());
		assert.equal(picker.pick(NO_KEY, []), -1);
		assert.equal(picker.pick(7, [{ slot: 3 }]), -1);
	});

	test("a million picks of an idle pool follow the weights", () => {
		const weights = [5, 1, 3, 1];
		const candidates = candidatesOf(weights);
		assertShares(countPicks(policy(candidates, new TestContext()), 1_000_000, candidates.length), weights, exact);
	});

	test("fractions of weights are followed as well", () => {
		const weights = [1, 0.25, 0.5, 0.25];
		const candidates = candidatesOf(weights);
		assertShares(countPicks(policy(candidates, new TestContext()), 80_000, candidates.length), weights, exact);
	});

	test("what members that were tried would have got is shared by the others, by weight", () => {
		const candidates = candidatesOf([4, 1, 3, 2]);
		const picker = policy(candidates, new TestContext());
		const counts = [0, 0, 0, 0];
		for (let pick = 0; pick < 100_000; pick++) {
			const index = picker.pick(mix32(pick), [{ slot: 0 }]);
			counts[index] = (counts[index] ?? 0) + 1;
		}
		assert.equal(counts[0], 0);
		// Better of two draws twice with replacement; its first draw decides among equals, so that the marginals are the same.
		assertShares(counts.slice(1), [1, 3, 2], false);
	});

	test("any member that was not tried is picked, and only such a one, whatever weights and loads are", () => {
		fc.assert(
			fc.property(fc.array(member, { minLength: 1, maxLength: 12 }), key, fc.integer(), (members, requestKey, seed) => {
				const context = new TestContext(seed);
				members.forEach((each, slot) => {
					context.loads.inFlights[slot] = each.inFlight;
					context.loads.latencies[slot] = each.latency;
					context.loads.bytes[slot] = each.bytes;
					context.loads.ended[slot] = each.ended;
				});
				const candidates = candidatesOf(members.map((each) => each.weight));
				const picker = policy(candidates, context);
				const free = candidates.filter(({ slot }) => !members[slot]?.tried);
				const tried = candidates.filter((each) => !free.includes(each));
				for (let pick = 0; pick < 5; pick++) {
					const picked = candidates[picker.pick(requestKey, tried)];
					assert.ok(free.length === 0 ? picked === undefined : picked !== undefined && free.includes(picked));
				}
			}),
		);
	});

	test("the same world gives the same picks", () => {
		const run = (): number[] => {
			const picker = policy(candidatesOf([2, 1, 1]), new TestContext(42));
			return Array.from({ length: 100 }, (_, pick) => picker.pick(mix32(pick), pick % 5 === 0 ? [{ slot: 1 }] : []));
		};
		assert.deepEqual(run(), run());
	});
}
