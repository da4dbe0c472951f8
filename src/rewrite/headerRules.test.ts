import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headerFacts } from "../../test/harness/plans.ts";
import { HeaderList } from "../http/headers.ts";
import type { HeaderAction, HeaderRulePlan } from "../plan/headers.ts";
import { addToOwnResponse, addToRequest, addToResponse, compileHeaderRules, type HeaderEdits } from "./headerRules.ts";
import type { HeaderFacts } from "./headerTemplate.ts";

type Pairs = readonly (readonly [string, string])[];

function editsOf(rules: readonly (readonly [HeaderAction, string, string])[], facts: Partial<HeaderFacts> = {}): HeaderEdits {
	const compiled = compileHeaderRules(rules.map(([action, name, value]): HeaderRulePlan => ({ action, name, value })));
	assert.ok(compiled);
	return { rules: compiled, facts: headerFacts(facts) };
}

function edited(pairs: Pairs, edits: HeaderEdits, status = 200): [string, string][] {
	const headers = HeaderList.of(...pairs.filter(([name]) => !edits.rules.dropped.has(name.toLowerCase())));
	addToResponse(headers, status, edits);
	return headers.toPairs();
}

test("no rules are null, so that a route without any costs nothing", () => {
	assert.equal(compileHeaderRules([]), null);
});

describe("for one name, in whatever order they are written", () => {
	const a: Pairs = [["A", "1"]];
	const table: readonly (readonly [rules: Parameters<typeof editsOf>[0], without: Pairs, withOne: Pairs])[] = [
		[[["remove", "a", ""]], [], []],
		[[["default", "a", "2"]], [["a", "2"]], a],
		[[["set", "a", "2"]], [["a", "2"]], [["a", "2"]]],
		[[["add", "a", "2"]], [["a", "2"]], [...a, ["a", "2"]]],
		[
			[
				["add", "a", "2"],
				["remove", "a", ""],
			],
			[["a", "2"]],
			[["a", "2"]],
		],
		[
			[
				["default", "a", "2"],
				["remove", "a", ""],
			],
			[["a", "2"]],
			[["a", "2"]],
		],
		[
			[
				["add", "a", "3"],
				["set", "A", "2"],
				["default", "a", "4"],
			],
			[
				["A", "2"],
				["a", "3"],
			],
			[
				["A", "2"],
				["a", "3"],
			],
		],
		[
			[
				["add", "a", "3"],
				["default", "a", "2"],
			],
			[
				["a", "2"],
				["a", "3"],
			],
			[...a, ["a", "3"]],
		],
		[
			[
				["set", "a", "{tenant}"],
				["add", "b", "{tenant}"],
			],
			[],
			[],
		],
	];
	for (const [rules, without, withOne] of table) {
		test(JSON.stringify(rules), () => {
			assert.deepEqual(edited([], editsOf(rules)), without);
			assert.deepEqual(edited(a, editsOf(rules)), withOne);
			const headers = HeaderList.of();
			addToRequest(headers, editsOf(rules));
			assert.deepEqual(headers.toPairs(), without);
		});
	}
});

test("a 304 gets no default and no line beside fields that it lacks: a cache would put them in place of the stored ones", () => {
	const edits = editsOf([
		["default", "A", "1"],
		["add", "B", "1"],
		["set", "C", "1"],
	]);
	assert.deepEqual(edited([], edits, 304), [["C", "1"]]);
	assert.deepEqual(edited([["B", "0"]], edits, 304), [
		["B", "0"],
		["C", "1"],
		["B", "1"],
	]);
});

test("Strict-Transport-Security is not sent over plain http", () => {
	const plain = { client: { address: "203.0.113.7", secure: false } };
	for (const action of ["default", "set"] as const) {
		const rules = [[action, "strict-transport-security", "max-age=1"]] as const;
		assert.deepEqual([edited([], editsOf(rules, plain)), edited([], editsOf(rules)).length], [[], 1]);
		const own = HeaderList.of();
		addToOwnResponse(own, editsOf(rules, plain));
		assert.equal(own.length, 0);
	}
});

test("a response of Portico's own keeps its fields, and says itself how long it may be kept", () => {
	const own = HeaderList.of(["Content-Type", "text/html"], ["Retry-After", "5"]);
	addToOwnResponse(
		own,
		editsOf([
			["remove", "Retry-After", ""],
			["set", "content-type", "text/plain"],
			["set", "Retry-After", "9"],
			["set", "Cache-Control", "public, max-age=3600"],
			["set", "X-Frame-Options", "DENY"],
			["add", "Link", "<a>"],
			["add", "Link", "<b>"],
		]),
	);
	assert.deepEqual(own.toPairs(), [
		["Content-Type", "text/html"],
		["Retry-After", "5"],
		["X-Frame-Options", "DENY"],
		["Link", "<a>"],
		["Link", "<b>"],
	]);
});
