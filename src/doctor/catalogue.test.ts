import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS } from "./catalogue.ts";

test("every finding's id begins with its check's, and no id stands twice", () => {
	const ids = CHECKS.flatMap(({ id, kinds }) => Object.keys(kinds).map((kind) => ({ id, kind })));
	for (const { id, kind } of ids) assert.match(kind, new RegExp(`^${id}\\.[a-z-]+$`));
	assert.equal(new Set(ids.map(({ kind }) => kind)).size, ids.length);
	assert.equal(new Set(CHECKS.map(({ id }) => id)).size, CHECKS.length);
});

test("what is documented of a finding are sentences", () => {
	for (const { description, kinds } of CHECKS) {
		assert.match(description, /\.$/);
		for (const [id, { what, why, fix }] of Object.entries(kinds))
			for (const text of [what, why, fix]) assert.match(text, /^[^a-z].*[.)]$/s, id);
	}
});

test("each kind of finding has been found in a simulated environment", () => {
	const folder = new URL("../../test/plays/doctor/", import.meta.url);
	const plays = globSync("*.test.ts", { cwd: folder }).map((file) => readFileSync(new URL(file, folder), "utf8"));
	const ids = CHECKS.flatMap(({ kinds }) => Object.keys(kinds));
	assert.deepEqual(
		ids.filter((id) => !plays.some((text) => text.includes(`"${id}"`) || text.includes(`/${id.replace(".", "\\.")}/`))),
		[],
	);
});
