import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCookieHeader, skipBlanks, trimBlanks } from "../http/cookie.ts";
import { CookieParts } from "./cookieParts.ts";

/** Names and values; the parts themselves must lie end to end. */
function pairsOf(header: string): { name: string; value: string }[] {
	const pairs: { name: string; value: string }[] = [];
	let from = 0;
	for (const part = new CookieParts(header); part.advance(); ) {
		assert.equal(part.start, from);
		from = part.next;
		const isNamed = header.slice(part.nameEnd, part.end).includes("=");
		const value = isNamed ? skipBlanks(header, part.nameEnd) + 1 : part.nameEnd;
		if (isNamed || part.end > part.nameEnd) pairs.push({ name: part.name, value: trimBlanks(header, value, part.end) });
	}
	return pairs;
}

test("the pairs of a header are those that parseCookieHeader reads", () => {
	const piece = fc.constantFrom("a", "bc", "=", "==", ";", "; ", " ", "\t", "é");
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
			const header = pieces.join("");
			assert.deepEqual(pairsOf(header), parseCookieHeader(header));
		}),
		{ numRuns: 2000 },
	);
});

test("a header of nothing but separators is gone through once", () => {
	for (const piece of [";", "; ", "=;", ";=", "a;", " "]) {
		const header = `${piece.repeat(60_000)}; a=b`;
		let parts = 0;
		for (const part = new CookieParts(header); part.advance(); ) parts++;
		assert.ok(parts > 0);
	}
});
