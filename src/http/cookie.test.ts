import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cookiesNamed, mapCookies, parseCookieHeader, soleCookie } from "./cookie.ts";
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
	const named = (header: string) => cookiesNamed(HeaderList.of(["Cookie", header]), "route");
	assert.deepEqual(named("xroute=1; route=2"), ["2"]);
	assert.deepEqual(named("a=route; ROUTE=1"), []);
	assert.deepEqual(named("a=x route=1"), []);
	assert.deepEqual(named("routed=1; route = 2 ;"), ["2"]);
	assert.deepEqual(named("route"), []);
});

test("finding agrees with parsing", () => {
	const header = fc.string({ unit: fc.constantFrom("a", "b", "=", ";", " ", "\t", "aa") });
	fc.assert(
		fc.property(header, fc.constantFrom("a", "b", "aa", "ab"), (text, name) => {
			const parsed = parseCookieHeader(text).filter((pair) => pair.name === name);
			assert.deepEqual(
				cookiesNamed(HeaderList.of(["Cookie", text]), name),
				parsed.map(({ value }) => value),
			);
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

test("all cookies of a name, and their values mapped in place, agree with parsing", () => {
	const shout = (value: string): string => `<${value}>`;
	assert.equal(mapCookies("a=1; S = x ;S=;b=S=2; S", "S", shout), "a=1; S = <x> ;S=<>;b=S=2; S");
	assert.equal(mapCookies("a=1; xS=2", "S", shout), "a=1; xS=2");
	assert.deepEqual(cookiesNamed(HeaderList.of(["Cookie", "S=1; a=2"], ["X", "S=3"], ["Cookie", "S=4"]), "S"), ["1", "4"]);
	const part = fc.string({ unit: fc.constantFrom("a", "S", "=", ";", " ", "\t"), maxLength: 20 });
	fc.assert(
		fc.property(part, (header) => {
			const values = (text: string): string[] => parseCookieHeader(text).flatMap(({ name, value }) => (name === "S" ? [value] : []));
			const found = cookiesNamed(HeaderList.of(["Cookie", header]), "S");
			assert.deepEqual([...found], values(header));
			assert.deepEqual(values(mapCookies(header, "S", shout)), found.map(shout));
			const others = (text: string) => parseCookieHeader(text).filter(({ name }) => name !== "S");
			assert.deepEqual(others(mapCookies(header, "S", shout)), others(header));
		}),
	);
});
