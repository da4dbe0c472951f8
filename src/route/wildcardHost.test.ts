import assert from "node:assert/strict";
import { test } from "node:test";
import { listedHost, ofHost, wildcardOf, withLabel, withoutLabel } from "./wildcardHost.ts";

test("a wildcard stands for one DNS label", () => {
	for (const [authority, wildcard] of [
		["a.gw.example.com", "*.gw.example.com"],
		["a.gw.example.com:8443", "*.gw.example.com:8443"],
		["xn--bcher-kva.example.com", "*.example.com"],
		["localhost", "localhost"],
		["_a.example.com", "_a.example.com"],
		["-a.example.com", "-a.example.com"],
		[`${"a".repeat(64)}.example.com`, `${"a".repeat(64)}.example.com`],
	] as const)
		assert.equal(wildcardOf(authority), wildcard);
});

test("a listed host goes before its wildcard", () => {
	const pages = new Map([
		["*.gw.example.com", "wildcard"],
		["own.gw.example.com", "own"],
	]);
	assert.equal(ofHost(pages, "a.gw.example.com"), "wildcard");
	assert.equal(ofHost(pages, "own.gw.example.com"), "own");
	assert.equal(ofHost(pages, "a.b.gw.example.com"), undefined);
	const services = [{ hosts: [...pages.keys()] }];
	assert.equal(listedHost(services, "a.gw.example.com"), "*.gw.example.com");
	assert.equal(listedHost(services, "own.gw.example.com"), "own.gw.example.com");
	assert.equal(listedHost(services, "other.example.com"), "other.example.com");
});

test("a node's path gets the label, and loses it again", () => {
	assert.equal(withLabel("/t/{name}.org/x", "acme.gw.example.com"), "/t/acme.org/x");
	assert.equal(withoutLabel("/t/acme.org/x", "/t/{name}.org", "acme.gw.example.com"), "/t/{name}.org/x");
	assert.equal(withoutLabel("/t/acme.organic/x", "/t/{name}.org", "acme.gw.example.com"), "/t/acme.organic/x");
});
