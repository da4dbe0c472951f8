import assert from "node:assert/strict";
import { test } from "node:test";
import { covers, PatternMap, prefixMapping, publicPattern, routeMapping, specialized } from "./patterns.ts";

test("a pattern covers what is below it on segment boundaries, whatever its parameters are called", () => {
	assert.ok(covers("/scim2", "/scim2/Users"));
	assert.ok(covers("/t/{tenant}", "/t/{t}/x"));
	assert.ok(covers("/", "/anything"));
	assert.ok(covers("/a-{x}", "/a-b"));
	assert.ok(!covers("/scim2", "/scim20"));
	assert.ok(!covers("/t/acme", "/t/{tenant}"));
	assert.ok(!covers("/a/b", "/a"));
	assert.ok(!covers("/a-{x}", "/a-"));
});

test("patterns that match the same paths are one key", () => {
	const map = new PatternMap<number>();
	map.set("/t/{tenant}/", 1);
	assert.deepEqual([map.get("/t/{t}"), map.get("/t"), map.get("/")], [1, undefined, undefined]);
});

test("a deep row reaches below a path through its parameters", () => {
	assert.equal(specialized("/{context}/{version}/hook", "/pizza"), "/pizza/{version}/hook");
	assert.equal(specialized("/{context}/{version}/hook", "/pizza/1"), "/pizza/1/hook");
	assert.equal(specialized("/{context}", "/pizza"), null);
	assert.equal(specialized("/pizza/{version}/hook", "/pizza"), null);
	assert.equal(specialized("/other/{version}/hook", "/pizza"), null);
});

test("the three prefix forms put a node's path where clients find it", () => {
	const of = (prefix: string, path: string): string => publicPattern(prefixMapping(prefix), path);
	assert.equal(of("/is-", "/samlsso"), "/is-samlsso");
	assert.equal(of("/is/", "/samlsso"), "/is/samlsso");
	assert.equal(of("/", "/samlsso"), "/samlsso");
	assert.deepEqual([of("/is-", "/"), of("/is/", "/"), of("/", "/")], ["/is-{any}", "/is", "/"]);
});

test("a free route maps its path to `to`, slashes at the end do not matter", () => {
	assert.deepEqual(routeMapping("/billing", "/"), { from: "/billing", to: "" });
	assert.deepEqual(routeMapping("/billing/", "/app/"), { from: "/billing", to: "/app" });
	assert.deepEqual(routeMapping("/", undefined), { from: "", to: "" });
	assert.deepEqual(routeMapping("/billing", undefined), { from: "/billing", to: "/billing" });
	assert.deepEqual(routeMapping("/app-{x}", "/"), { from: "/app-", to: "/" });
	assert.deepEqual(routeMapping("/app/{x}", "/v2"), { from: "/app", to: "/v2" });
	assert.equal(typeof routeMapping("/{x}/y", "/"), "string");
	assert.equal(typeof routeMapping("/app{x}", "/"), "string");
});
