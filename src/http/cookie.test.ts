import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findCookie, parseCookieHeader } from "./cookie.ts";

test("pairs in the order sent, repeats included", () => {
	const rows: readonly (readonly [header: string, pairs: readonly (readonly [string, string])[]])[] = [
		["a=1", [["a", "1"]]],
		[
			"a=1; b=2;c=3 ;\td = 4 ",
			[
				["a", "1"],
				["b", "2"],
				["c", "3"],
				["d", "4"],
			],
		],
		[
			"JSESSIONID=1; JSESSIONID=2",
			[
				["JSESSIONID", "1"],
				["JSESSIONID", "2"],
			],
		],
		["a=b=c==", [["a", "b=c=="]]],
		[
			'a="x y"; b=%20',
			[
				["a", '"x y"'],
				["b", "%20"],
			],
		],
		[
			"a=; =b; c",
			[
				["a", ""],
				["", "b"],
				["", "c"],
			],
		],
		["", []],
		[" ; ;; ", []],
		["=", [["", ""]]],
		[
			"a;b=1",
			[
				["", "a"],
				["b", "1"],
			],
		],
	];
	for (const [header, pairs] of rows) {
		assert.deepEqual(
			parseCookieHeader(header),
			pairs.map(([name, value]) => ({ name, value })),
			header,
		);
	}
});

test("a cookie is found by its whole name, in its own case", () => {
	assert.equal(findCookie("xroute=1; route=2", "route"), "2");
	assert.equal(findCookie("a=route; ROUTE=1", "route"), undefined);
	assert.equal(findCookie("a=x route=1", "route"), undefined);
	assert.equal(findCookie("routed=1; route = 2 ;", "route"), "2");
	assert.equal(findCookie("route", "route"), undefined);
});

test("finding agrees with parsing", () => {
	const header = fc.string({ unit: fc.constantFrom("a", "b", "=", ";", " ", "\t", "aa") });
	fc.assert(
		fc.property(header, fc.constantFrom("a", "b", "aa", "ab"), (text, name) => {
			assert.equal(findCookie(text, name), parseCookieHeader(text).find((pair) => pair.name === name)?.value);
		}),
		{ numRuns: 3000 },
	);
});
