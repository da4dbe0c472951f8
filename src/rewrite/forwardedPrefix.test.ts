import assert from "node:assert/strict";
import { test } from "node:test";
import { cutPrefix } from "./forwardedPrefix.ts";

for (const [from, to, cut] of [
	["/sso", "", "/sso"],
	["/a/b", "/b", "/a"],
	["/a/b", "/a/b", ""],
	["", "", ""],
	["", "/app", ""],
	["/a", "/app", ""],
	["/is-", "/", ""],
] as const) {
	test(`${from || "/"} to ${to || "/"} cuts ${cut || "nothing"}`, () => assert.equal(cutPrefix({ from, to }), cut));
}
