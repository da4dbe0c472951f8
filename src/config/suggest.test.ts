import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, nearest } from "./suggest.ts";

test("a slip of one letter, a swap and a wrong capital are near", () => {
	assert.equal(nearest("prefx", ["prefix", "path", "product"]), "prefix");
	assert.equal(nearest("wieght", ["weight", "width"]), "weight");
	assert.equal(nearest("firstbyte", ["firstByte", "drain"]), "firstByte");
});

test("what is far from everything gets no suggestion", () => {
	assert.equal(nearest("banana", ["drain", "connect"]), undefined);
	assert.equal(nearest("x".repeat(10_000), ["connect"]), undefined);
});

test("the distance counts insertions, deletions, changes and swaps", () => {
	assert.equal(distance("kitten", "sitting"), 3);
	assert.equal(distance("ab", "ba"), 1);
	assert.equal(distance("", "abc"), 3);
});
