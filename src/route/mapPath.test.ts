import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toNodePath, toPublicPath } from "./mapPath.ts";

const dash = { from: "/is-", to: "/" };
const slash = { from: "/is", to: "" };
const bare = { from: "", to: "" };

describe("toNodePath", () => {
	for (const [mapping, path, expected] of [
		[dash, "/is-samlsso", "/samlsso"],
		[dash, "/is-oauth2/token", "/oauth2/token"],
		[dash, "/is-", "/"],
		[dash, "/is-/carbon", null],
		[dash, "/%69s-samlsso", null],
		[dash, "/IS-samlsso", null],
		[dash, "/is", null],
		[slash, "/is", "/"],
		[slash, "/is/", "/"],
		[slash, "/is/samlsso", "/samlsso"],
		[slash, "/issamlsso", null],
		[slash, "/is%2fsamlsso", null],
		[slash, "/is;x/samlsso", null],
		[bare, "/samlsso", "/samlsso"],
		[bare, "/", "/"],
		[{ from: "/billing", to: "/api/v2" }, "/billing/7", "/api/v2/7"],
		[{ from: "/billing", to: "/api/v2" }, "/billing", "/api/v2"],
		[{ from: "/foo-", to: "" }, "/foo-/x", "/x"],
		[{ from: "/foo-", to: "" }, "/foo-x", null],
	] as const) {
		it(`maps ${path} by ${mapping.from} to ${mapping.to}: ${expected}`, () => assert.equal(toNodePath(mapping, path), expected));
	}
});

describe("toPublicPath", () => {
	for (const [mappings, path, expected] of [
		[[dash], "/samlsso", "/is-samlsso"],
		[[dash], "/", "/is-"],
		[[dash], "//evil.example", null],
		[[slash], "/samlsso", "/is/samlsso"],
		[[slash], "/", "/is/"],
		[[bare], "/samlsso", "/samlsso"],
		[[{ from: "/billing", to: "/api" }], "/api/7", "/billing/7"],
		[[{ from: "/billing", to: "/api" }], "/apiEVIL", null],
		[[{ from: "/billing", to: "/api" }], "/other", null],
		[
			[
				{ from: "/all", to: "" },
				{ from: "/billing", to: "/api" },
			],
			"/api/7",
			"/billing/7",
		],
		[
			[
				{ from: "/first", to: "/api" },
				{ from: "/second", to: "/api" },
			],
			"/api",
			"/first",
		],
		[[], "/x", null],
	] as const) {
		it(`maps ${path} back to ${expected}`, () => assert.equal(toPublicPath(mappings, path), expected));
	}

	it("undoes toNodePath", () => {
		const rest = fc.stringMatching(/^[a-z0-9%;._-]{1,8}(\/[a-z0-9%;._-]{0,8}){0,3}$/);
		fc.assert(
			fc.property(fc.constantFrom(dash, slash, bare, { from: "/a/b", to: "/c" }), rest, (mapping, path) => {
				const publicPath = mapping === dash ? `/is-${path}` : `${mapping.from}/${path}`;
				const nodePath = toNodePath(mapping, publicPath);
				assert.ok(nodePath !== null);
				assert.equal(toPublicPath([mapping], nodePath), publicPath);
			}),
		);
	});
});
