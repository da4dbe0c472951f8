import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyKind } from "./bodyKind.ts";
import { acceptedCoding, codingOf } from "./codings.ts";

test("what a client prefers, then what costs least", () => {
	const rows = [
		["gzip, deflate, br, zstd", "gzip"],
		["gzip, deflate", "gzip"],
		["GZIP;q=0.5, br", "br"],
		["gzip;q=0, deflate", "deflate"],
		["*", "gzip"],
		["*;q=0, gzip", "gzip"],
		["x-gzip", "gzip"],
		["gzip;q=0.3, identity;q=0.5", null],
		["gzip;q=nonsense", null],
		["identity", null],
		["", null],
	] as const;
	for (const [accept, coding] of rows) assert.equal(acceptedCoding(accept), coding, accept);
	assert.equal(acceptedCoding(undefined), null);
});

test("what a Content-Encoding names", () => {
	for (const [value, coding] of [
		["gzip", "gzip"],
		["X-GZIP", "gzip"],
		["", "identity"],
		["gzip, gzip", "unknown"],
		["compress", "unknown"],
	] as const) {
		assert.equal(codingOf(value), coding);
	}
	assert.equal(codingOf(undefined), "identity");
});

test("kinds of bodies by their type, in charsets that agree with ASCII", () => {
	const rows = [
		["text/html", "html"],
		['Text/HTML; Charset="ISO-8859-1"', "html"],
		["text/html;charset=UTF-16", null],
		["text/html; charset=utf-32le", null],
		["text/html; charset=iso-2022-jp", null],
		["application/scim+json", "json"],
		["application/json;charset=UTF-8", "json"],
		["application/javascript", "script"],
		["text/css", "css"],
		["application/soap+xml", "xml"],
		["application/samlmetadata+xml", null],
		["application/jwt", null],
		["text/plain", null],
		["text/event-stream", null],
		["application/octet-stream", null],
	] as const;
	for (const [type, kind] of rows) assert.equal(bodyKind(type), kind, type);
	assert.equal(bodyKind(undefined), null);
});
