import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, servicePlan } from "../../test/harness/plans.ts";
import { httpsOriginOf } from "./httpsRedirect.ts";

const plan = planOf([
	servicePlan({ hosts: ["sso.example.com", "login.example.com"], publicOrigin: "https://sso.example.com" }),
	servicePlan({ name: "apim", hosts: ["api.example.com:8443"], publicOrigin: "https://api.example.com:8443" }),
]);

for (const [authority, origin] of [
	["sso.example.com", "https://sso.example.com"],
	["sso.example.com:80", "https://sso.example.com"],
	["sso.example.com:8080", "https://sso.example.com"],
	["login.example.com", "https://login.example.com"],
	["api.example.com", "https://api.example.com:8443"],
	["api.example.com:8080", "https://api.example.com:8443"],
	["evil.example", null],
	["sso.example.com.evil.example", null],
	["example.com", null],
	["", null],
] as const) {
	test(`${JSON.stringify(authority)} leads to ${origin}`, () => assert.equal(httpsOriginOf(plan, authority), origin));
}

test("an IPv6 host keeps its brackets", () => {
	const six = planOf([servicePlan({ hosts: ["[::1]:8443"], publicOrigin: "https://[::1]:8443" })]);
	assert.equal(httpsOriginOf(six, "[::1]:8080"), "https://[::1]:8443");
	assert.equal(httpsOriginOf(six, "[::1]"), "https://[::1]:8443");
	assert.equal(httpsOriginOf(six, "[::2]"), null);
});
