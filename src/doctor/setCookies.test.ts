import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HeaderList } from "../http/headers.ts";
import { sessionIdIn, setCookies } from "./setCookies.ts";

const of = (...values: readonly string[]) => setCookies(HeaderList.of(...values.map((value) => ["Set-Cookie", value] as const)));

test("attributes are read in any case and order", () => {
	const [cookie] = of("JSESSIONID=AB=C; path=/x; SECURE; httponly; SameSite=None; Domain=.Example.COM");
	assert.deepEqual(
		cookie && [cookie.name, cookie.value, cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path, cookie.domain, cookie.deletes],
		["JSESSIONID", "AB=C", true, true, "none", "/x", "example.com", false],
	);
});

test("a cookie that is gone is no session", () => {
	assert.equal(sessionIdIn(HeaderList.of(["Set-Cookie", "JSESSIONID=; Max-Age=0"])), null);
	assert.equal(sessionIdIn(HeaderList.of(["Set-Cookie", "other=1"], ["Set-Cookie", "JSESSIONID=A.n1; Path=/x"])), "A.n1");
});

test("no text makes it fail", () => {
	fc.assert(
		fc.property(fc.array(fc.string({ unit: "binary", maxLength: 60 }), { maxLength: 8 }), (values) =>
			assert.equal(of(...values).length, Math.min(values.length, 100)),
		),
	);
});
