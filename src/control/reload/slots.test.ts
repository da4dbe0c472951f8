import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { memberPlan } from "../../../test/harness/plans.ts";
import { assignSlots, memberKey, NO_SLOTS, reassignedSlots, type SlotTable, slotsOf } from "./slots.ts";

const never = () => false;

/** The table after these reloads. */
function after(capacity: number, ...reloads: readonly (readonly string[])[]): SlotTable {
	let table = NO_SLOTS;
	for (const keys of reloads) {
		const next = assignSlots(keys, table, capacity, never);
		assert.ok(next !== null, keys.join());
		table = next;
	}
	return table;
}

test("who stays keeps its row, wherever it stands in the file", () => {
	const table = after(8, ["a", "b", "c"], ["c", "x", "a"]);
	assert.deepEqual(slotsOf(["a", "c"], table), [0, 2]);
});

test("who comes gets a row that nobody had, as long as there are any", () => {
	const table = after(4, ["a", "b"], ["b", "c"], ["b", "d"]);
	assert.deepEqual(slotsOf(["b", "c", "d"], { ...table, held: new Map([...table.past, ...table.held]) }), [1, 2, 3]);
	assert.deepEqual(reassignedSlots(NO_SLOTS, table), []);
});

test("then the one that was given back longest ago, which changes hands", () => {
	const before = after(3, ["a", "b", "c"], ["b", "c"], ["c"]);
	const table = assignSlots(["c", "d"], before, 3, never);
	assert.deepEqual(table?.held.get("d"), 0);
	assert.deepEqual(table === null ? null : reassignedSlots(before, table), [0]);
});

test("a row on which something still counts is passed over", () => {
	const before = after(3, ["a", "b", "c"], ["b", "c"], ["c"]);
	assert.equal(assignSlots(["c", "d"], before, 3, (slot) => slot === 0)?.held.get("d"), 1);
});

test("a row is not taken over in the same reload that takes it away", () => {
	assert.equal(assignSlots(["c"], after(1, ["a"]), 1, never), null);
});

test("who comes back gets its own row again, even a busy one", () => {
	const before = after(3, ["a", "b"], ["b"]);
	const table = assignSlots(["a", "b"], before, 3, () => true);
	assert.deepEqual(table && slotsOf(["a", "b"], table), [0, 1]);
	assert.deepEqual(table && reassignedSlots(before, table), []);
});

test("without room nothing is given", () => {
	assert.equal(assignSlots(["a", "b", "c"], NO_SLOTS, 2, never), null);
});

test("over any reloads each has a row of its own, and keeps it while it stays", () => {
	const reloads = fc.array(fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { maxLength: 4 }), { maxLength: 30 });
	fc.assert(
		fc.property(reloads, fc.integer({ min: 4, max: 12 }), fc.integer({ min: 0, max: 12 }), (plans, capacity, busy) => {
			let table = NO_SLOTS;
			for (const keys of plans) {
				const next = assignSlots(keys, table, capacity, (slot) => slot === busy);
				if (next === null) continue;
				const slots = slotsOf(keys, next);
				assert.equal(new Set(slots).size, keys.length);
				assert.ok(slots.every((slot) => slot >= 0 && slot < capacity));
				for (const [key, slot] of table.held) if (keys.includes(key)) assert.equal(next.held.get(key), slot);
				const taken = [...table.held].filter(([key]) => !keys.includes(key)).map(([, slot]) => slot);
				for (const slot of slots) assert.ok(!taken.includes(slot), "taken over in the same reload");
				for (const slot of reassignedSlots(table, next)) assert.notEqual(slot, busy);
				assert.equal(new Set([...next.held.values(), ...next.past.values()]).size, next.held.size + next.past.size);
				table = next;
			}
		}),
	);
});

test("a member is the same as long as name, address and scheme are", () => {
	const key = memberKey(memberPlan());
	const same = [memberPlan({ weight: 5, zone: "x", standby: true, adminState: "disabled" })];
	const others = [
		memberPlan({ name: "is-2/servlet" }),
		memberPlan({ host: "10.0.0.12" }),
		memberPlan({ port: 1 }),
		memberPlan({ tls: null }),
	];
	for (const each of same) assert.equal(memberKey(each), key);
	for (const each of others) assert.notEqual(memberKey(each), key);
});
