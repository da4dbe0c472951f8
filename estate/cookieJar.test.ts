import assert from "node:assert/strict";
import { test } from "node:test";
import { CookieJar } from "./cookieJar.ts";

test("a cookie goes only to its path, on a segment boundary", () => {
	const jar = new CookieJar();
	jar.store("https://a/x/y", ["one=1; Path=/x", "two=2"]);
	assert.equal(jar.headerFor("https://a/x"), "one=1; two=2");
	assert.equal(jar.headerFor("https://a/x/z"), "one=1; two=2");
	assert.equal(jar.headerFor("https://a/"), "");
	assert.equal(jar.headerFor("https://a/xy"), "");
	assert.equal(jar.headerFor("https://b/x"), "");
});

test("of one name the longer path comes first", () => {
	const jar = new CookieJar();
	jar.store("https://a/", ["n=root; Path=/", "n=deep; Path=/x/"]);
	assert.equal(jar.headerFor("https://a/x/1"), "n=deep; n=root");
	assert.equal(jar.get("https://a/x/1", "n"), "deep");
});

test("a Secure cookie is neither taken from plain http nor sent to it", () => {
	const jar = new CookieJar();
	jar.store("http://a/", ["plain=1; Path=/; Secure"]);
	jar.store("https://a/", ["safe=1; Path=/; Secure"]);
	assert.equal(jar.headerFor("http://a/"), "");
	assert.equal(jar.headerFor("https://a/"), "safe=1");
});

test("a cookie is replaced or deleted only under its own path", () => {
	const jar = new CookieJar();
	jar.store("https://a/", ["n=1; Path=/x", "n=2; Path=/"]);
	jar.store("https://a/", ["n=; Path=/; Max-Age=0", "n=3; Path=/x"]);
	assert.deepEqual(jar.list("a"), [{ name: "n", path: "/x" }]);
	assert.equal(jar.get("https://a/x", "n"), "3");
});

test("a cookie for another host's domain is refused", () => {
	const jar = new CookieJar();
	jar.store("https://a/", ["n=1; Path=/; Domain=b"]);
	assert.deepEqual(jar.list("a"), []);
});
