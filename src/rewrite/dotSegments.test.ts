import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hasDotSegments, resolveDotSegments } from "./dotSegments.ts";

test("a path resolves as browsers resolve it", () => {
	const segment = fc.constantFrom("a", "", ".", "..", "%2e", "%2E.", ".%2e", "...", ".a", "%2ea", "..;");
	fc.assert(
		fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (segments) => {
			const path = `/${segments.join("/")}`;
			const expected = new URL(`http://h${path}`).pathname;
			assert.equal(resolveDotSegments(path), expected);
			if (expected !== path) assert.ok(hasDotSegments(path), path);
		}),
		{ numRuns: 3000 },
	);
});
