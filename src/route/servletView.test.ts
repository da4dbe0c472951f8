import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { servletView } from "./servletView.ts";

describe("the servlet view", () => {
	for (const [path, segments, violations] of [
		["/", [""], []],
		["/a", ["a"], []],
		["/a/", ["a", ""], []],
		["/a/b.c/~d", ["a", "b.c", "~d"], []],
		["/.well-known/...", [".well-known", "..."], []],
		["/a%20b/caf%C3%A9", ["a b", "café"], []],
		["/a%2Eb", ["a.b"], []],
		["/a+b", ["a+b"], []],
		["/a;x=1/b;y", ["a", "b"], ["path.parameter"]],
		["/a//b", ["a", "b"], ["path.empty-segment"]],
		["/a/;/b", ["a", "b"], ["path.empty-segment", "path.parameter"]],
		["/a/b/../c", ["a", "c"], ["path.dot-segment"]],
		["/a/b/..", ["a", ""], ["path.dot-segment"]],
		["/../../a", ["a"], ["path.dot-segment"]],
		["/a/..;x/b", ["b"], ["path.dot-segment", "path.parameter"]],
		["/a/%2e%2E/b", ["b"], ["path.encoded-dot"]],
		["/a%2fb", ["a", "b"], ["path.encoded-slash"]],
		["/a%5Cb", ["a", "b"], ["path.encoded-backslash"]],
		["/a%3Bb", ["a;b"], ["path.encoded-parameter"]],
		["/a%252fb", ["a%2fb"], ["path.double-encoding"]],
		["/100%25", ["100%"], []],
		["/100%", ["100%"], ["path.invalid-encoding"]],
		["/%e9", ["é"], ["path.invalid-utf8"]],
		["/%ed%a0%80", ["í\u00a0\u0080"], ["path.invalid-utf8"]],
		["/%c0%ae", ["À®"], ["path.overlong-utf8"]],
		["/a%00", ["a\0"], ["path.nul"]],
		["/a%0d%0a", ["a\r\n"], ["path.control"]],
		["/a%7f", ["a\x7f"], ["path.control"]],
		["/é", ["é"], ["path.invalid-encoding"]],
	] as const) {
		it(`of ${path} is [${segments}]${violations.length > 0 ? `, with ${violations}` : ""}`, () => {
			const view = servletView(path);
			assert.deepEqual(view.segments, segments);
			assert.deepEqual(view.violations, violations);
		});
	}

	it("tells how servers with other habits read the path", () => {
		const view = servletView("/a;x/b%2fc/d%252fe");
		assert.deepEqual(view.segments, ["a", "b", "c", "d%2fe"]);
		assert.deepEqual(view.opaque, ["a", "b%2fc", "d%252fe"]);
		assert.deepEqual(view.raw, ["a;x", "b%2fc", "d%252fe"]);
		assert.deepEqual(view.twice, ["a", "b", "c", "d", "e"]);
	});

	it("of a plain path is the same by the fast and by the slow way", () => {
		const segment = fc.stringMatching(/^[a-z.~!$&'()*+,=:@-]{0,4}$/);
		fc.assert(
			fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
				const path = `/${segments.join("/")}`;
				const view = servletView(path);
				if (!view.plain) return;
				// An escape sends it the slow way and means the same.
				const slow = servletView(`/%78${path.slice(1)}`);
				assert.deepEqual(slow.segments, [`x${view.segments[0]}`, ...view.segments.slice(1)]);
				assert.deepEqual(slow.violations, []);
			}),
		);
	});

	it("reads 64 KiB of any oddity", () => {
		for (const part of [";", "%25", "%c0", "%2e%2e/", ";a%3b", "%", "/", "..;/"]) {
			assert.ok(!servletView(`/${part.repeat(65_536 / part.length)}`).plain);
		}
	});
});
