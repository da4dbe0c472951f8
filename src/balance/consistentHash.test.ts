import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { consistentHash, consistentHashBoundedBy } from "./consistentHash.ts";
import { keyHash, mix32 } from "./hash.ts";
import { type Candidate, NO_KEY, type Policy } from "./picker.ts";
import { assertShares, candidatesOf, conforms, countPicks, TestContext } from "./policy.fixture.ts";

conforms(consistentHash, { exact: false });

const unbounded = consistentHashBoundedBy(0);
const KEYS = 20_000;

/** Slot by key. */
function slotsOf(policy: Policy, candidates: readonly Candidate[]): number[] {
	const picker = policy(candidates, new TestContext());
	return Array.from({ length: KEYS }, (_, key) => candidates[picker.pick(keyHash(`client ${key}`), [])]?.slot ?? -1);
}

test("a key stays on its member, in whatever order the members stand", () => {
	const candidates = candidatesOf([1, 2, 3, 4]);
	assert.deepEqual(slotsOf(consistentHash, candidates), slotsOf(consistentHash, candidates.toReversed()));
});

test("a member that goes away moves its own keys only, and they spread by weight", () => {
	const candidates = candidatesOf([1, 1, 2, 1]);
	const before = slotsOf(unbounded, candidates);
	const after = slotsOf(
		unbounded,
		candidates.filter(({ slot }) => slot !== 1),
	);
	const heirs = [0, 0, 0, 0];
	before.forEach((slot, key) => {
		const now = after[key] ?? -1;
		if (slot === 1) heirs[now] = (heirs[now] ?? 0) + 1;
		else assert.equal(now, slot);
	});
	assertShares([heirs[0] ?? 0, heirs[2] ?? 0, heirs[3] ?? 0], [1, 2, 1], false);
});

test("a member that gains weight takes keys for itself only, whatever the weights are", () => {
	const weights = fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 2, maxLength: 6 });
	fc.assert(
		fc.property(weights, fc.double({ min: 1, max: 10, noNaN: true }), (before, gain) => {
			const after = before.map((each, slot) => (slot === 0 ? each * gain : each));
			const old = unbounded(candidatesOf(before), new TestContext());
			const young = unbounded(candidatesOf(after), new TestContext());
			for (let pick = 0; pick < 200; pick++) {
				const key = mix32(pick);
				const now = young.pick(key, []);
				assert.ok(now === 0 || now === old.pick(key, []));
			}
		}),
	);
});

test("no member has more in flight than the bound allows, even when all ask for the same key", () => {
	const weights = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 8 });
	fc.assert(
		fc.property(weights, fc.constantFrom(1, 1.25, 1.5, 2), fc.boolean(), (shares, bound, sameKey) => {
			const context = new TestContext();
			const { inFlights } = context.loads;
			const picker = consistentHashBoundedBy(bound)(candidatesOf(shares), context);
			const sum = shares.reduce((total, each) => total + each, 0);
			for (let all = 1; all <= 300; all++) {
				const slot = picker.pick(sameKey ? 12345 : mix32(all), []);
				inFlights[slot] = (inFlights[slot] ?? 0) + 1;
				assert.ok((inFlights[slot] ?? 0) <= Math.ceil((bound * all * (shares[slot] ?? 0)) / sum + 1e-9));
			}
		}),
		{ numRuns: 50 },
	);
});

test("what overflows goes to the same second member every time, and back when there is room", () => {
	const context = new TestContext();
	const { inFlights } = context.loads;
	const picker = consistentHash(candidatesOf([1, 1, 1]), context);
	const first = picker.pick(99, []);
	inFlights[first] = 10;
	const second = picker.pick(99, []);
	assert.notEqual(second, first);
	assert.equal(second, picker.pick(99, [{ slot: first }]));
	inFlights[first] = 0;
	assert.equal(picker.pick(99, []), first);
});

test("a member that was not tried takes over although it is full", () => {
	const context = new TestContext();
	context.loads.inFlights[1] = 100;
	assert.equal(consistentHash(candidatesOf([1, 1]), context).pick(5, [{ slot: 0 }]), 1);
});

test("a request without a key goes anywhere, by weight", () => {
	const picker = consistentHash(candidatesOf([3, 1]), new TestContext());
	assertShares(
		countPicks(picker, 100_000, 2, () => NO_KEY),
		[3, 1],
		false,
	);
});
