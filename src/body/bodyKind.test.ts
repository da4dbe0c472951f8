import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyKind } from "./bodyKind.ts";

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
