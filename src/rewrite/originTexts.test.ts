import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeOriginTexts, publicOriginTexts, splitAuthority } from "./originTexts.ts";

test("a node origin is met with and without its default port, and without its scheme", () => {
	assert.deepEqual([...nodeOriginTexts("https://n:9443")], ["https://n:9443", "//n:9443"]);
	assert.deepEqual([...nodeOriginTexts("https://n:443")], ["https://n:443", "//n:443", "https://n", "//n"]);
	assert.deepEqual([...nodeOriginTexts("http://n:443")], ["http://n:443", "//n:443"]);
});

test("an IPv6 address is met as Java prints it", () => {
	const texts = nodeOriginTexts("https://[fd00::1:2]:9443");
	assert.ok(texts.has("https://[fd00::1:2]:9443"));
	assert.ok(texts.has("https://[fd00:0:0:0:0:0:1:2]:9443"));
	assert.ok(nodeOriginTexts("http://[::]:80").has("http://[0:0:0:0:0:0:0:0]"));
});

test("a public https origin is met as http as well, a public http origin not as https", () => {
	const secure = publicOriginTexts("p.example", "https");
	for (const text of [
		"https://p.example",
		"https://p.example:443",
		"http://p.example",
		"http://p.example:80",
		"http://p.example:443",
		"//p.example",
	]) {
		assert.ok(secure.has(text), text);
	}
	assert.ok(![...publicOriginTexts("p.example", "http")].some((text) => text.startsWith("https")));
	assert.ok(!publicOriginTexts("p.example:8443", "https").has("https://p.example"));
});

test("an authority is cut at the port, not inside an IPv6 address", () => {
	assert.deepEqual(splitAuthority("h"), { host: "h", port: "" });
	assert.deepEqual(splitAuthority("h:1"), { host: "h", port: "1" });
	assert.deepEqual(splitAuthority("[::1]"), { host: "[::1]", port: "" });
	assert.deepEqual(splitAuthority("[::1]:1"), { host: "[::1]", port: "1" });
});
