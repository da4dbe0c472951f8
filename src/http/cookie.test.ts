import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findCookie, parseCookieHeader, soleCookie, withoutCookies } from "./cookie.ts";
import { HeaderList } from "./headers.ts";

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

test("a cookie that stands once is found in any Cookie line, one that stands twice is not", () => {
	const sole = (...lines: readonly string[]) => soleCookie(HeaderList.of(...lines.map((line) => ["Cookie", line] as const)), "lb");
	assert.equal(sole("a=1; lb=2; c=3"), "2");
	assert.equal(sole("a=1", "lb = 2"), "2");
	assert.equal(sole("a=1", "xlb=2; lbx=3; lb"), null);
	assert.equal(sole("lb=2; lb=2"), null);
	assert.equal(sole("lb=2", "lb=3"), null);
	assert.equal(sole(), null);
	assert.equal(soleCookie(HeaderList.of(["X-Cookie", "lb=2"]), "lb"), null);
});

test("cookies are taken out by name, and the others stay byte for byte", () => {
	const rows: readonly (readonly [header: string, left: string])[] = [
		["a=1; lb=2; c=3", "a=1; c=3"],
		["lb=2; c=3", "c=3"],
		["a=1;lb=2", "a=1"],
		["a=1; lb=2; lb=3;  c=3;lb2=4 ; lb=5", "a=1;  c=3"],
		["lb=2", ""],
		["lb = 2;lb=", ""],
		["a=lb; xlb=1; lbx=2; lb", "a=lb; xlb=1; lbx=2; lb"],
		["a=1;; LB=2 ", "a=1;; LB=2 "],
		["", ""],
	];
	for (const [header, left] of rows) assert.equal(withoutCookies(header, ["lb", "lb2"]), left, header);
});

test("taking out agrees with parsing", () => {
	const header = fc.string({ unit: fc.constantFrom("a", "b", "=", ";", " ", "\t", "aa") });
	const names = fc.subarray(["a", "b", "aa", "ab"]);
	fc.assert(
		fc.property(header, names, (text, out) => {
			const left = withoutCookies(text, out);
			assert.deepEqual(
				parseCookieHeader(left),
				parseCookieHeader(text).filter(({ name }) => !out.includes(name)),
			);
			if (!parseCookieHeader(text).some(({ name }) => out.includes(name))) assert.equal(left, text);
		}),
		{ numRuns: 3000 },
	);
});
