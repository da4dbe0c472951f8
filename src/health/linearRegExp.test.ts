import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LinearRegExp } from "./linearRegExp.ts";

const atom = fc.constantFrom("a", "b", "c", ".", "[ab]", "[^b]", "\\d", "\\w", "\\s", "\\S", "[a-c\\d]", "^", "$", "\\b", "\\B", " ", "1");
const isAssertion = (text: string): boolean => ["^", "$", "\\b", "\\B"].includes(text);
const quantifier = fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "*?");
const { pattern } = fc.letrec<{ pattern: string; sequence: string; item: string }>((tie) => ({
	pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 2 }).map((branches) => branches.join("|")),
	sequence: fc.array(tie("item"), { maxLength: 3 }).map((items) => items.join("")),
	item: fc.oneof(
		{ maxDepth: 3, withCrossShrink: true },
		fc.tuple(atom, quantifier).map(([text, times]) => (isAssertion(text) ? text : text + times)),
		fc.tuple(tie("pattern"), quantifier).map(([inner, times]) => `(?:${inner})${times}`),
	),
}));
const text = fc.array(fc.constantFrom("a", "b", "c", "1", " ", "\n", "_", "é"), { maxLength: 8 }).map((chars) => chars.join(""));

test("it matches what the runtime's own expressions match", () => {
	fc.assert(
		fc.property(pattern, text, (source, subject) => {
			// Longer ones may be refused as too large, which is not what is asked here.
			fc.pre(source.length <= 80);
			assert.equal(
				LinearRegExp.compile(source).test(subject),
				new RegExp(source).test(subject),
				`/${source}/ on ${JSON.stringify(subject)}`,
			);
		}),
		{ numRuns: 3000 },
	);
});

test("patterns over what nodes answer", () => {
	const matches = (source: string, subject: string): boolean => LinearRegExp.compile(source).test(subject);
	assert.ok(matches("<ns:return>WSO2 (API Manager|Identity Server)-\\d+\\.\\d+", "<ns:return>WSO2 API Manager-4.2.0</ns:return>"));
	assert.ok(!matches("<ns:return>WSO2 (API Manager|Identity Server)-\\d+\\.\\d+", "<ns:return>WSO2 Carbon</ns:return>"));
	assert.ok(matches('"status"\\s*:\\s*"(UP|OK)"', '{ "status" :\n"UP" }'));
	assert.ok(matches("^\\x7b\\u0022a[\\]\\-x]", '{"a]'));
	assert.ok(matches("[-a]b[^]", "-bq"), "a dash at the edge of a set is itself; [^] is anything");
	assert.ok(!matches("a[]", "a"), "an empty set matches nothing");
});

test("a pattern that would keep the runtime's own busy for years is answered", () => {
	assert.equal(LinearRegExp.compile("^(a+)+$").test(`${"a".repeat(20_000)}!`), false);
	assert.ok(LinearRegExp.compile(`${"(".repeat(9)}${"){1000}".repeat(9)}a`).test("a"), "nothing, repeated without end");
	assert.throws(() => LinearRegExp.compile(`${"(".repeat(9)}${"){0,1000}".repeat(9)}a`), /too large/);
	assert.equal(LinearRegExp.compile("(a|a)*(a|a)*(a|a)*b").test("a".repeat(20_000)), false);
});

for (const [source, problem] of [
	["(a)\\1", "\\1 is not supported"],
	["(?=a)", "lookaround"],
	["(?<name>a)", "lookaround"],
	["a{1", "written \\{"],
	["a{2,1}", "out of order"],
	["a{9999}", "too many"],
	["((a{100}){100}){100}", "too large"],
	["(a", "not closed"],
	["a)", "closes nothing"],
	["[b-a]", "out of order"],
	["[a", "too early"],
	["*a", "nothing to repeat"],
	["a**", "nothing to repeat"],
	["\\q", "\\q is not supported"],
	["\\", "too early"],
	[`${"(".repeat(60)}a`, "too deep"],
] as const) {
	test(`/${source.slice(0, 20)}/ is refused: ${problem}`, () => {
		assert.throws(
			() => LinearRegExp.compile(source),
			(error: Error) => error.message.includes(problem),
		);
	});
}
