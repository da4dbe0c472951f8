import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PorticoError } from "../errors.ts";
import { authorityKey, parseAbsolute, parseTarget } from "./uri.ts";

function refuses(method: string, target: string, detail: string): void {
	assert.throws(
		() => parseTarget(method, target),
		(error) => error instanceof PorticoError && error.code === "request_target_refused" && error.detail === detail,
	);
}

describe("a request target", () => {
	for (const [target, path, query] of [
		["/", "/", ""],
		["/a/b?c=d", "/a/b", "?c=d"],
		["/a?b?c", "/a", "?b?c"],
		["/a?", "/a", "?"],
		["/?x", "/", "?x"],
		["//evil.example/a", "//evil.example/a", ""],
		["/a%2fb;c|d{e}", "/a%2fb;c|d{e}", ""],
		["/http://x", "/http://x", ""],
	] as const) {
		it(`${target} is taken in origin-form`, () =>
			assert.deepEqual(parseTarget("GET", target), { path, query, authority: null, scheme: null }));
	}

	for (const [target, scheme, authority, path, query] of [
		["http://sso.example.com/a?b", "http", "sso.example.com", "/a", "?b"],
		["HTTPS://SSO.example.com:443", "https", "SSO.example.com:443", "/", ""],
		["https://sso.example.com?b", "https", "sso.example.com", "/", "?b"],
		["http://[::1]:8080/", "http", "[::1]:8080", "/", ""],
	] as const) {
		it(`${target} is taken in absolute-form`, () => assert.deepEqual(parseTarget("GET", target), { path, query, authority, scheme }));
	}

	for (const [target, detail] of [
		["", "target.form"],
		["admin/secret", "target.form"],
		["?x", "target.form"],
		["ftp://sso.example.com/", "target.form"],
		["http:/sso.example.com/", "target.form"],
		["sso.example.com:443", "target.form"],
		["*", "target.asterisk"],
		["/a#b", "target.character"],
		["/a?b#c", "target.character"],
		["/a b", "target.character"],
		["/a\tb", "target.character"],
		["/a\\b", "target.character"],
		["/a?b\\c", "target.character"],
		["/a\u00e9", "target.character"],
		["/a\u20ac", "target.character"],
		["/a\x7f", "target.character"],
		["/a\0", "target.character"],
		["http://sso.example.com/a#b", "target.character"],
		["http://sso.example.com#@evil/", "target.character"],
		["http://sso.example.com\\@evil/", "target.character"],
		["http:///a", "target.authority"],
		["http://user@sso.example.com/", "target.authority"],
		["http://user:secret@sso.example.com/", "target.authority"],
		["http://sso.example.com:99999/", "target.authority"],
	] as const) {
		it(`${JSON.stringify(target)} is refused by ${detail}`, () => refuses("GET", target, detail));
	}

	it("* is taken for OPTIONS", () => assert.equal(parseTarget("OPTIONS", "*").path, "*"));

	it("of CONNECT must be host and port, and of others must not", () => {
		assert.deepEqual(parseTarget("CONNECT", "sso.example.com:443"), {
			path: "*",
			query: "",
			authority: "sso.example.com:443",
			scheme: null,
		});
		refuses("CONNECT", "sso.example.com", "target.authority");
		refuses("CONNECT", "sso.example.com:", "target.authority");
		refuses("CONNECT", "/", "target.authority");
		refuses("CONNECT", "http://sso.example.com/", "target.authority");
	});
});

describe("authorityKey", () => {
	for (const [host, scheme, key] of [
		["sso.example.com", "https", "sso.example.com"],
		["SSO.Example.COM", "https", "sso.example.com"],
		["sso.example.com:443", "https", "sso.example.com"],
		["sso.example.com:443", "http", "sso.example.com:443"],
		["sso.example.com:80", "http", "sso.example.com"],
		["sso.example.com:8443", "https", "sso.example.com:8443"],
		["sso.example.com:", "https", "sso.example.com"],
		["sso.example.com.", "https", "sso.example.com"],
		["sso.example.com.:8443", "https", "sso.example.com:8443"],
		["localhost", "https", "localhost"],
		["my_host-1", "https", "my_host-1"],
		["10.0.0.1:8080", "http", "10.0.0.1:8080"],
		["[::1]", "https", "[::1]"],
		["[2001:DB8:0::1]:8443", "https", "[2001:db8::1]:8443"],
		["[::1]:443", "https", "[::1]"],
		["[::1]:", "https", "[::1]"],
	] as const) {
		it(`of ${host} for ${scheme} is ${key}`, () => assert.equal(authorityKey(host, scheme), key));
	}

	for (const host of [
		...[
			"",
			".",
			"..",
			"a..b",
			".a",
			"a..",
			":443",
			"a@b",
			"user:pw@b",
			"a:0",
			"a:65536",
			"a:99999",
			"a:0443",
			"a:-1",
			"a:+1",
			"a:4 3",
			"a:80:80",
			"a:x",
		],
		...[
			"a,b",
			"a, b",
			"a b",
			" a",
			"a ",
			"a\t",
			"a/b",
			"a?b",
			"a#b",
			"a\\b",
			"a%41",
			"a\0",
			"é",
			"a:８０",
			"::1",
			"[::1",
			"::1]",
			"[::1]x",
			"[::1]x:80",
		],
		...["[fe80::1%25eth0]", "[fe80::1%eth0]", "[v1.x]", "[10.0.0.1]", "[]", "[[::1]]", "a[::1]", "a".repeat(254), "*", "*.example.com"],
	]) {
		it(`refuses ${JSON.stringify(host.slice(0, 40))}`, () => assert.equal(authorityKey(host, "https"), null));
	}
});

describe("parseAbsolute", () => {
	for (const [url, expected] of [
		["https://localhost:9443/carbon/", ["https", "localhost", 9443, "/carbon/"]],
		["HTTP://LocalHost", ["http", "localhost", 80, ""]],
		["https://a?b#c", ["https", "a", 443, "?b#c"]],
		["https://a#c", ["https", "a", 443, "#c"]],
		["https://a:443/x y/é", ["https", "a", 443, "/x y/é"]],
		["https://[0:0::1]:1/", ["https", "[::1]", 1, "/"]],
		["https://a/?b\\c", ["https", "a", 443, "/?b\\c"]],
		["https://localhost:9443.evil/", null],
		["https://localhost:9443@evil/", null],
		["https://localhost:9443\\@evil/", null],
		["https://localhost\\evil/", null],
		["https:/\\evil/", null],
		["https:///evil", null],
		["https:evil", null],
		["//evil/", null],
		["/path", null],
		["ftp://a/", null],
		["myapp://callback", null],
		[" https://a/", null],
		["https://a/\r\nSet-Cookie: x", null],
		["https://a/\\b", null],
		["https://a:99999/", null],
		["", null],
	] as const) {
		it(`of ${JSON.stringify(url)} is ${expected}`, () => {
			const parts = parseAbsolute(url);
			assert.deepEqual(parts && [parts.scheme, parts.host, parts.port, parts.rest], expected);
		});
	}
});
