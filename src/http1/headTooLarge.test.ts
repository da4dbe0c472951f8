import assert from "node:assert/strict";
import { test } from "node:test";
import { headTooLarge } from "./headTooLarge.ts";

const head = (...lines: readonly string[]): string => ["GET / HTTP/1.1", "Host: x", ...lines].join("\r\n");

test("the largest cookie of all lines is named, and not what it holds, even where it is cut off", () => {
	const { detail, publicDetail } = headTooLarge(
		head("Cookie: a=1; is.b=s3cret", `COOKIE: c=${"s3cret".repeat(20)}; is.b=${"s3cret".repeat(30)}`),
		400,
	);
	assert.equal(detail, "head-bytes is.b 185");
	assert.match(publicDetail ?? "", /The largest is is\.b with 185 bytes\. The limit for all headers is 400 bytes/);
	assert.doesNotMatch(`${detail} ${publicDetail}`, /s3cret/);
	assert.match(
		headTooLarge(head(`Cookie: ${"s3cret".repeat(50)}`), 400).publicDetail ?? "",
		/The largest is one without a name with 301 bytes/,
	);
	assert.equal(headTooLarge(head(`Cookie: ${"n".repeat(300)}=1`), 400).detail, `head-bytes ${"n".repeat(64)} 302`);
});

test("where something else is large, no cookie is blamed", () => {
	const { detail, publicDetail } = headTooLarge(head("Cookie: a=1", `Authorization: Bearer ${"x".repeat(400)}`, "X-Cookie: b=2"), 400);
	assert.deepEqual([detail, publicDetail], ["head-bytes", undefined]);
});
