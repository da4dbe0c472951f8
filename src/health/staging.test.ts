import assert from "node:assert/strict";
import { test } from "node:test";
import { afterLooking, type EndpointPresence, gateOf, NEVER_SEEN, resultBehind } from "./staging.ts";

test("without a gate nothing is held back", () => {
	assert.deepEqual([gateOf(null), gateOf("up"), gateOf("unknown"), gateOf("down")], ["open", "open", "unknown", "shut"]);
});

for (const [gate, verdict, onAbsent, result] of [
	["open", "pass", "gate", "pass"],
	["shut", "pass", "gate", "held"],
	["unknown", "pass", "gate", null],
	["open", "fail", "gate", "fail"],
	["shut", "fail", "gate", "fail"],
	["unknown", "fail", "gate", "fail"],
	["shut", "drain", "gate", "drain"],
	["open", "absent", "gate", "pass"],
	["shut", "absent", "gate", "fail"],
	["unknown", "absent", "gate", null],
	["open", "absent", "fail", "fail"],
	["unknown", "absent", "fail", "fail"],
] as const) {
	test(`behind a gate that is ${gate}, ${verdict} means ${result ?? "nothing yet"} (on absent: ${onAbsent})`, () =>
		assert.equal(resultBehind(gate, verdict, onAbsent), result));
}

test("an endpoint that passed before is known; one that never did is not", () => {
	const seen = afterLooking(NEVER_SEEN, true, true, 0);
	assert.equal(seen.seen, true);
	assert.equal(afterLooking(NEVER_SEEN, true, false, 0).seen, false, "a failure of what is there proves little");
	assert.equal(afterLooking(NEVER_SEEN, false, false, 0).seen, false);
	assert.equal(afterLooking(seen, null, false, 9).seen, true, "a node that is gone says nothing about its endpoints");
});

test("an endpoint that is not found for long is forgotten", () => {
	let presence: EndpointPresence = { seen: true, absentSince: null };
	presence = afterLooking(presence, false, false, 1000);
	assert.equal(afterLooking(presence, false, false, 300_999).seen, true);
	assert.equal(afterLooking(presence, false, false, 301_000).seen, false);
	const back = afterLooking(presence, true, false, 200_000);
	assert.equal(afterLooking(back, false, false, 301_000).seen, true, "it was there in between");
});
