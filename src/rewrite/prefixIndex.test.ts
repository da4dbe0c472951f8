import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PrefixIndex } from "./prefixIndex.ts";

const part = fc.constantFrom("a", "b", "a-", "ab", "");
const path = fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const prefix = fc.oneof(
	fc.record({
		text: fc.oneof(
			path.filter((text) => !text.endsWith("/")),
			fc.constant(""),
		),
		open: fc.constant(false),
	}),
	fc.record({ text: fc.constantFrom("/", "/a-", "/a", "/a/b-"), open: fc.constant(true) }),
);

test("finds what a search through all prefixes finds", () => {
	fc.assert(
		fc.property(fc.array(prefix, { maxLength: 24 }), path, (prefixes, text) => {
			const index = PrefixIndex.of(prefixes.map(({ text: prefix, open }, value) => ({ prefix, open, value })));
			const covers = (one: { text: string; open: boolean }) =>
				text.startsWith(one.text) && (one.open || text.length === one.text.length || text[one.text.length] === "/");
			const lengths = prefixes.filter(covers).map((one) => one.text.length);
			assert.equal(index.find(text)?.prefix.length ?? -1, Math.max(-1, ...lengths));
		}),
		{ numRuns: 3000 },
	);
});

test("of equal prefixes the first stays", () => {
	const index = PrefixIndex.of([1, 2].map((value) => ({ prefix: "/a", open: false, value })));
	assert.equal(index.find("/a/b")?.value, 1);
});

test("of many prefixes the longest one is found when it is the whole path", () => {
	const index = PrefixIndex.of(Array.from({ length: 20 }, (_, value) => ({ prefix: `/a/${"b".repeat(value)}x`, open: false, value })));
	assert.equal(index.find(`/a/${"b".repeat(19)}x`)?.value, 19);
	assert.equal(index.find(`/a/${"b".repeat(19)}x/y`)?.value, 19);
	assert.equal(index.find(`/a/${"b".repeat(19)}xy`), null);
});
