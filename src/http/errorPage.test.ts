import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, ERRORS } from "../errors.ts";
import { errorResponse, proxyStatus } from "./errorPage.ts";

const CODES = ERROR_CODES;
const HTML = "text/html,*/*;q=0.8";

test("an API client gets JSON with code, text and request id", () => {
	const { head, body } = errorResponse("no_eligible_member", { accept: "application/json", requestId: "id-1", retryAfter: 1.2 });
	assert.deepEqual(JSON.parse(body), { error: "no_eligible_member", message: ERRORS.no_eligible_member.text, requestId: "id-1" });
	assert.equal(head.status, 503);
	assert.equal(head.reason, "Service Unavailable");
	assert.deepEqual(head.headers.toPairs(), [
		["Content-Type", "application/json"],
		["Cache-Control", "no-store"],
		["Proxy-Status", "portico; error=no_eligible_member"],
		["Retry-After", "2"],
	]);
});

test("a browser gets a page with the same", () => {
	const { head, body } = errorResponse("route_not_found", { accept: HTML, requestId: "id-1" });
	assert.equal(head.headers.get("content-type"), "text/html; charset=utf-8");
	for (const part of [
		"<!doctype html>",
		'<html lang="en">',
		"<title>404 Not Found</title>",
		ERRORS.route_not_found.text,
		"route_not_found",
		"id-1",
	]) {
		assert.ok(body.includes(part), part);
	}
});

test("what comes from outside is escaped in both", () => {
	const evil = `</p><script>alert("1&2'")</script>é`;
	const html = errorResponse("path_refused", { accept: HTML, requestId: evil, detail: evil });
	assert.ok(!html.body.includes("<script>"));
	assert.ok(html.body.includes("&lt;script&gt;alert(&quot;1&amp;2&#39;&quot;)"));
	const json = errorResponse("path_refused", { accept: undefined, requestId: evil, detail: evil });
	assert.equal(JSON.parse(json.body).requestId, evil);
});

test("405 lists the methods", () => {
	const { head } = errorResponse("method_refused", { accept: undefined, requestId: "x", allow: ["GET", "POST"] });
	assert.equal(head.headers.get("allow"), "GET, POST");
});

test("every code has a reason phrase, a page and a Proxy-Status made of tokens", () => {
	for (const code of CODES) {
		const { head } = errorResponse(code, { accept: HTML, requestId: "x" });
		assert.notEqual(head.reason, "Error", code);
		assert.match(proxyStatus(code), /^portico; error=[a-z][a-z0-9_]*$/);
	}
});
