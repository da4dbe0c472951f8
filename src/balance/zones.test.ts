import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { explainSpread } from "./explainSpread.ts";
import { OVER_PROVISIONING, type Spread, spreadOver, type ZoneMember } from "./zones.ts";

const AMS = { zone: "ams", overProvisioning: OVER_PROVISIONING };

function member(zone: string | null, overrides: Partial<ZoneMember> = {}): ZoneMember {
	return { zone, standby: false, weight: 1, factor: 1, eligible: true, ...overrides };
}

const down = { eligible: false };
const standby = { standby: true };

function times(count: number, zone: string | null, overrides: Partial<ZoneMember> = {}): ZoneMember[] {
	return Array.from({ length: count }, () => member(zone, overrides));
}

/** Percentages by level, rounded. */
function shares(spread: Spread): Record<string, number> {
	return Object.fromEntries(spread.levels.map(({ name, share }) => [name, Math.round(share * 100)]));
}

function of(...members: readonly ZoneMember[]): Record<string, number> {
	return shares(spreadOver(members, AMS));
}

test("all is well: everything stays in our zone", () => {
	assert.deepEqual(of(...times(2, "ams"), ...times(2, "fra"), member("fra", standby)), { local: 100, "other zones": 0, standby: 0 });
});

test("without a zone of our own, and for members without one, zones do not matter", () => {
	const members = [member("ams"), member("fra"), member(null)];
	const spread = spreadOver(members, { zone: null, overProvisioning: OVER_PROVISIONING });
	assert.deepEqual(shares(spread), { local: 100 });
	assert.deepEqual(of(member(null), member("fra")), { local: 100, "other zones": 0 });
});

test("what our zone cannot bear spills over, by the table in Envoy's manual", () => {
	for (const [healthy, local] of [
		[100, 100],
		[72, 100],
		[71, 99],
		[50, 70],
		[25, 35],
		[0, 0],
	] as const) {
		const members = [...times(healthy, "ams"), ...times(100 - healthy, "ams", down), ...times(100, "fra")];
		assert.deepEqual(of(...members), { local, "other zones": 100 - local }, `${healthy} % healthy`);
	}
	assert.deepEqual(of(...times(5, "ams"), ...times(2, "ams", down), member("fra")), { local: 100, "other zones": 0 }, "exactly 2 in 7");
});

test("when no zone can bear its part, they share in proportion to what they can", () => {
	const quarter = (zone: string) => [member(zone), ...times(3, zone, down)];
	assert.deepEqual(of(...quarter("ams"), ...quarter("fra")), { local: 50, "other zones": 50 });
	assert.deepEqual(of(member("ams"), ...times(3, "ams", down), ...times(2, "fra", down)), { local: 100, "other zones": 0 });
});

test("the weight of members counts, not their number", () => {
	assert.deepEqual(of(member("ams", { weight: 9 }), member("ams", { weight: 1, ...down }), member("fra")), {
		local: 100,
		"other zones": 0,
	});
	assert.deepEqual(of(member("ams", { weight: 1 }), member("ams", { weight: 3, ...down }), member("fra")), {
		local: 35,
		"other zones": 65,
	});
});

test("standby serves only when no other member does", () => {
	const spare = member("ams", standby);
	assert.deepEqual(of(member("ams"), spare), { local: 100, standby: 0 });
	assert.deepEqual(of(member("ams"), ...times(3, "ams", down), spare), { local: 100, standby: 0 });
	assert.deepEqual(of(member("ams", down), member("fra"), spare), { local: 0, "other zones": 100, standby: 0 });
	assert.deepEqual(of(member("ams", down), spare), { local: 0, standby: 100 });
	assert.deepEqual(of(member("ams", down), member("ams", { ...standby, ...down })), { local: 0, standby: 0 });
});

test("a zone that comes back takes its traffic back step by step", () => {
	const back = (factor: number) => of(...times(2, "ams", { factor }), ...times(2, "fra"));
	assert.deepEqual([0.1, 0.5, 0.7, 0.72].map(back), [
		{ local: 14, "other zones": 86 },
		{ local: 70, "other zones": 30 },
		{ local: 98, "other zones": 2 },
		{ local: 100, "other zones": 0 },
	]);
});

test("an active node that comes back takes over from standby step by step, and one of several calls no standby", () => {
	const back = (factor: number) => of(member("ams", { factor }), member("ams", standby));
	assert.deepEqual([0.1, 0.5, 0.72].map(back), [
		{ local: 14, standby: 86 },
		{ local: 70, standby: 30 },
		{ local: 100, standby: 0 },
	]);
	assert.deepEqual(of(member("ams", { factor: 0.1 }), member("ams"), member("ams", standby)), { local: 100, standby: 0 });
});

test("members share their level's part by weight, and whole weights stay whole where one level has all", () => {
	const [group] = spreadOver([member("ams", { weight: 3 }), member("ams", { weight: 5 })], AMS).groups;
	assert.deepEqual(group, [
		{ member: 0, weight: 3 },
		{ member: 1, weight: 5 },
	]);
	const spill = spreadOver([member("ams"), member("ams", down), member("fra", { weight: 2 }), member("fra", { weight: 4 })], AMS).groups;
	const weights = spill[0]?.map((each) => [each.member, Math.round(each.weight * 1000)]);
	assert.deepEqual(weights, [
		[0, 700],
		[2, 100],
		[3, 200],
	]);
});

test("levels without a share stay in reserve, in order, for an exchange that failed at all others", () => {
	const { groups } = spreadOver([member("ams", standby), member("fra"), member("ams"), member("ams", { weight: 0 })], AMS);
	assert.deepEqual(
		groups.map((group) => group.map((each) => each.member)),
		[[2], [1], [0]],
	);
});

test("when nobody is eligible, nobody is picked", () => {
	assert.deepEqual(spreadOver([member("ams", down), member("fra", { weight: 0 })], AMS).groups, []);
	assert.deepEqual(spreadOver([], AMS), { levels: [], groups: [] });
});

test("it can be explained", () => {
	const members = [member("ams"), member("ams", down), member("fra"), member("fra", standby)];
	assert.deepEqual(explainSpread(spreadOver(members, AMS), AMS), [
		"local (ams): 70 % of new traffic; 1 of 2 eligible, with 50 % of the weight × 1.4",
		"other zones: 30 % of new traffic; 1 of 1 eligible, with 100 % of the weight × 1.4",
		"standby: 0 % of new traffic; 1 of 1 eligible, with 100 % of the weight; it serves while no other member serves at full weight",
	]);
	const lastLine = (...all: readonly ZoneMember[]) => explainSpread(spreadOver(all, AMS), AMS).at(-1) ?? "";
	assert.match(lastLine(member("ams", down)), /^no member is eligible/);
});

const anyMember = fc.record({
	zone: fc.constantFrom("ams", "fra", null),
	standby: fc.boolean(),
	weight: fc.nat(10),
	factor: fc.double({ min: 0.1, max: 1, noNaN: true }),
	eligible: fc.boolean(),
});

test("whatever the state, all traffic is placed as long as anybody can take it, and never on a member that cannot", () => {
	fc.assert(
		fc.property(fc.array(anyMember, { maxLength: 10 }), (members) => {
			const { levels, groups } = spreadOver(members, AMS);
			const able = members.some(({ eligible, weight }) => eligible && weight > 0);
			const sum = levels.reduce((total, { share }) => total + share, 0);
			assert.ok(Math.abs(sum - (able ? 1 : 0)) < 1e-9);
			for (const group of groups) {
				assert.notEqual(group.length, 0);
				for (const { member: index, weight } of group) {
					assert.ok(weight > 0 && members[index]?.eligible);
				}
			}
			const placed = groups.flatMap((group) => group.map((each) => each.member));
			assert.equal(new Set(placed).size, placed.length);
			assert.equal(placed.length, members.filter(({ eligible, weight }) => eligible && weight > 0).length);
		}),
	);
});

test("our zone never gets less because one more of its members is well", () => {
	fc.assert(
		fc.property(fc.array(anyMember, { minLength: 1, maxLength: 10 }), (members) => {
			const localOf = (all: readonly ZoneMember[]): number => spreadOver(all, AMS).levels.find(({ name }) => name === "local")?.share ?? 0;
			const [first, ...rest] = members.map((each, i) => (i === 0 ? member("ams", { weight: 3 }) : each));
			if (first === undefined) return;
			assert.ok(localOf([first, ...rest]) >= localOf([{ ...first, eligible: false }, ...rest]) - 1e-9);
		}),
	);
});
