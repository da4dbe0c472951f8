import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorPages } from "./errorPages.ts";

const EVIL = `<script>"'&</script>\u0001\\ {status} $& é`;
const facts = { status: 503, reason: EVIL, code: EVIL, message: EVIL, requestId: EVIL, host: EVIL };
const ALL = ["reason", "code", "message", "requestId", "host"];

test("values are escaped for the format, and are not looked at again", () => {
	const html = ALL.map((name) => `<p title="{${name}}">{${name}}</p>`).join("");
	const json = `{${["status", ...ALL].map((name) => `"${name}":"{${name}}"`).join(",")}}`;
	const pages = ErrorPages.of([{ status: "503", html, json }]);
	const page = pages?.find(503, "html")?.(facts) ?? "";
	assert.equal(page.match(/&lt;script&gt;&quot;&#39;&amp;&lt;\/script&gt;/g)?.length, 2 * ALL.length);
	assert.doesNotMatch(page, /<script|"'/);
	assert.equal(page.match(/\{status\} \$&amp;/g)?.length, 2 * ALL.length);
	assert.deepEqual(JSON.parse(pages?.find(503, "json")?.(facts) ?? ""), { ...facts, status: "503" });
});

test("other braces are text; the first page that fits and has the format counts", () => {
	const pages = ErrorPages.of([
		{ status: "404", html: "a{color:red}{ status }{unknown}{status}", json: null },
		{ status: "4xx", html: "class", json: "1" },
		{ status: "404", html: "never", json: "2" },
	]);
	const of = (status: number, format: "html" | "json") => pages?.find(status, format)?.({ ...facts, status }) ?? null;
	assert.equal(of(404, "html"), "a{color:red}{ status }{unknown}404");
	assert.deepEqual([of(403, "html"), of(404, "json"), of(500, "html")], ["class", "1", null]);
	assert.equal(ErrorPages.of([]), null);
});
