import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CheckPlan } from "../plan/health.ts";
import { presetHealth } from "../products/presetHealth.ts";
import { PRODUCTS } from "../products/products.ts";
import { type ActiveResult, afterCheck, forcedDown, initialActive, nextCheckIn } from "./activeCheck.ts";

const PLAN = presetHealth({ product: PRODUCTS["wso2-is"], kind: "servlet", host: "sso.example.com" }).check as CheckPlan;
const rules = (initial: CheckPlan["initial"], rise = 2, fall = 3) => ({ initial, rise, fall });

const LETTERS: Readonly<Record<string, ActiveResult>> = { p: "pass", f: "fail", h: "held", d: "drain" };
/** Health after each result: `p` pass, `f` fail, `h` held, `d` drain; `U` up, `D` down, `-` unknown, `u` up and draining. */
function story(results: string, initial: CheckPlan["initial"], rise = 2, fall = 3): string {
	let state = initialActive(rules(initial, rise, fall));
	let told = "";
	for (const letter of results) {
		state = afterCheck(state, LETTERS[letter] as ActiveResult, rules(initial, rise, fall));
		told += state.health === "unknown" ? "-" : state.health === "down" ? "D" : state.draining ? "u" : "U";
	}
	return told;
}

for (const [what, initial, results, expected] of [
	["goes down after three failures in a row", "up", "ffpffpfff", "UUUUUUUUD"],
	["comes up after two passes in a row", "down", "pfpfpp", "DDDDDU"],
	["of unknown health is up after one pass", "unknown", "p", "U"],
	["of unknown health is down after one failure, and then rises as others", "unknown", "fpp", "DDU"],
	["that must pass is up after one pass", "mustPass", "p", "U"],
	["that must pass and failed rises as others", "mustPass", "fpp", "DDU"],
	["that is up does not mind its gate", "up", "hhhh", "UUUU"],
	["that is down stays so while its gate is shut", "down", "hhhpp", "DDDDU"],
	["of unknown health behind a shut gate is down", "unknown", "h", "D"],
	["that is up drains itself at once, and takes it back at once", "up", "pddp", "UuuU"],
	["that drains itself still goes down by failures", "up", "dfff", "uUUD"],
	["that is down and drains itself is not up", "down", "dddpp", "DDDDU"],
] as const) {
	test(`a member ${what}`, () => assert.equal(story(results, initial), expected));
}

test("health changes only after rise or fall results in a row against it", () => {
	const result = fc.constantFrom<ActiveResult>("pass", "fail");
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 5 }),
			fc.integer({ min: 1, max: 5 }),
			fc.array(result, { maxLength: 60 }),
			(rise, fall, results) => {
				let state = initialActive(rules("up", rise, fall));
				let row = 0;
				let expected: "up" | "down" = "up";
				for (const each of results) {
					state = afterCheck(state, each, rules("up", rise, fall));
					const against = (each === "fail") === (expected === "up");
					row = against ? row + 1 : 0;
					if (row === (expected === "up" ? fall : rise)) {
						expected = expected === "up" ? "down" : "up";
						row = 0;
					}
					assert.equal(state.health, expected);
				}
			},
		),
	);
});

test("a member that is forced down rises as others", () => {
	const down = forcedDown(initialActive(rules("up")), rules("up"));
	assert.deepEqual(down, { health: "down", against: 0, limit: 2, draining: false });
});

test("a result that changes nothing gives the same state", () => {
	const up = initialActive(rules("up"));
	assert.equal(afterCheck(up, "pass", rules("up")), up);
});

test("checks come faster while it is not clear how a member is, and never outside their jitter", () => {
	const plan = { ...PLAN, interval: 5000, fastInterval: 1000, downInterval: 8000, jitter: 0.1 };
	const up = initialActive(rules("up"));
	assert.equal(nextCheckIn(up, plan, 0.5), 5000);
	assert.equal(nextCheckIn(up, plan, 0), 4500);
	assert.equal(nextCheckIn(up, plan, 1), 5500);
	assert.equal(nextCheckIn(afterCheck(up, "fail", plan), plan, 0.5), 1000);
	assert.equal(nextCheckIn(initialActive(rules("unknown")), plan, 0.5), 1000);
	const down = initialActive(rules("down"));
	assert.equal(nextCheckIn(down, plan, 0.5), 8000);
	assert.equal(nextCheckIn(afterCheck(down, "pass", plan), plan, 0.5), 1000);
});
