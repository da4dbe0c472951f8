import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { letInByPanic, type MemberStatus, mayEject } from "./poolRules.ts";

const RULES = { maxEjected: 0.5, panic: "passive" } as const;
const fit: MemberStatus = { checked: "up", out: false, admin: "enabled" };
const out: MemberStatus = { ...fit, out: true };
const down: MemberStatus = { ...fit, checked: "down" };
const disabled: MemberStatus = { ...fit, admin: "disabled" };
const draining: MemberStatus = { ...fit, admin: "draining" };

for (const [what, pool, index, may] of [
	["a pool of one keeps its member", [fit], 0, false],
	["one of two may go", [fit, fit], 0, true],
	["the other of two stays", [fit, out], 0, false],
	["two of four may go", [out, fit, fit, fit], 1, true],
	["the third of four stays", [out, out, fit, fit], 2, false],
	["the last that could serve stays, whatever the share", [fit, down, down, down], 0, false],
	["a draining member is no reason to let the last one go", [fit, draining], 0, false],
	["a disabled member is not counted", [fit, fit, disabled, disabled, disabled], 0, true],
	["who is out already may be out again", [out, fit], 0, true],
] as const) {
	test(`ejection: ${what}`, () => assert.equal(mayEject(pool, index, RULES), may));
}

for (const [what, pool, panic, letIn] of [
	["nobody is let in while a member serves", [fit, out, down], "passive", []],
	["those that traffic took out are let in when nobody is left", [out, down, out], "passive", [0, 2]],
	["those whose checks fail are not", [down, down], "passive", []],
	["unless so configured", [down, down, disabled, draining], "all", [0, 1]],
	["those that response their checks come first", [out, down], "all", [0]],
	[
		"an operator's word stands",
		[
			{ ...out, admin: "disabled" },
			{ ...out, admin: "draining" },
		],
		"all",
		[],
	],
	["nobody where it is off", [out, down], "off", []],
] as const) {
	test(`panic: ${what}`, () => assert.deepEqual(letInByPanic(pool, { ...RULES, panic }), letIn));
}

const standing = fc.record({
	checked: fc.constantFrom("up", "down", "unknown" as const),
	out: fc.boolean(),
	admin: fc.constantFrom("enabled", "draining", "disabled" as const),
});

test("traffic alone never leaves a pool without a member, and takes out no more than its share", () => {
	fc.assert(
		fc.property(fc.array(standing, { minLength: 1, maxLength: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (start, maxEjected) => {
			const serves = ({ checked, out, admin }: MemberStatus): boolean => checked !== "down" && !out && admin === "enabled";
			const pool = start.map((each) => ({ ...each, out: false }));
			const served = pool.some(serves);
			const enabled = pool.filter(({ admin }) => admin !== "disabled").length;
			for (const index of pool.keys()) {
				const member = pool[index] as MemberStatus;
				if (member.admin !== "disabled" && mayEject(pool, index, { ...RULES, maxEjected })) pool[index] = { ...member, out: true };
			}
			assert.equal(pool.some(serves), served);
			assert.ok(pool.filter(({ out }) => out).length <= Math.max(1, Math.floor(enabled * maxEjected)));
		}),
	);
});
