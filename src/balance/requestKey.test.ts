import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { keyHash } from "./hash.ts";
import { NO_KEY } from "./picker.ts";
import { requestKey } from "./requestKey.ts";

const ALL = HeaderList.of(["X-Tenant", "acme"], ["Cookie", "a=1; JSESSIONID=F00"]);

test("a client is told by its address, the path, a header or a cookie", () => {
	const keyOf = (source: Parameters<typeof requestKey>[0]): number => requestKey(source, ALL, "/t/acme", "192.0.2.1");
	assert.equal(keyOf({ from: "client" }), keyHash("192.0.2.1"));
	assert.equal(keyOf({ from: "path" }), keyHash("/t/acme"));
	assert.equal(keyOf({ from: "header", name: "x-tenant" }), keyHash("acme"));
	assert.equal(keyOf({ from: "cookie", name: "JSESSIONID" }), keyHash("F00"));
});

test("a request without that header or cookie has no key, nor one with two such cookies", () => {
	const none = HeaderList.of(["X-Tenant", ""]);
	assert.equal(requestKey({ from: "header", name: "x-tenant" }, none, "/", ""), NO_KEY);
	assert.equal(requestKey({ from: "header", name: "x-other" }, none, "/", ""), NO_KEY);
	assert.equal(requestKey({ from: "cookie", name: "JSESSIONID" }, none, "/", ""), NO_KEY);
	assert.equal(requestKey({ from: "cookie", name: "a" }, HeaderList.of(["Cookie", "a=1; a=2"]), "/", ""), NO_KEY);
	const renamed = { from: "cookie", name: "is.a", older: "a" } as const;
	assert.equal(requestKey(renamed, HeaderList.of(["Cookie", "a=1; is.a=2"]), "/", ""), keyHash("2"));
	assert.equal(requestKey(renamed, HeaderList.of(["Cookie", "a=1"]), "/", ""), keyHash("1"));
});
