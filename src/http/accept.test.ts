import assert from "node:assert/strict";
import { test } from "node:test";
import { prefersHtml } from "./accept.ts";

test("browsers get HTML", () => {
	for (const accept of [
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
		"text/html, application/xhtml+xml, */*",
		"TEXT/HTML",
		"text/html;level=1;q=0.9, application/json;q=0.5",
		"text/html ; q=0.2 , application/json ; q=0.1",
	]) {
		assert.ok(prefersHtml(accept), accept);
	}
});

test("everyone else gets JSON", () => {
	for (const accept of [
		undefined,
		"",
		"*/*",
		"application/json",
		"application/json, text/html",
		"text/html;q=0.5, application/json",
		"text/html;q=0.5, */*",
		"text/html;q=0",
		"text/html;q=x",
		"text/html;q=2",
		"text/*",
		"text/html, application/problem+json",
		"image/png",
		",;,q=1",
	]) {
		assert.ok(!prefersHtml(accept), accept ?? "none");
	}
});
