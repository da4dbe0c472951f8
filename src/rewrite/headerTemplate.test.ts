import assert from "node:assert/strict";
import { test } from "node:test";
import { headerFacts } from "../../test/harness/plans.ts";
import { compileTemplate, fillTemplate, type HeaderFacts, unknownVariables } from "./headerTemplate.ts";

const filled = (value: string, facts: Partial<HeaderFacts> = {}) => fillTemplate(compileTemplate(value), headerFacts(facts));

const values: readonly (readonly [value: string, filled: string])[] = [
	["DENY", "DENY"],
	["{client.address}", "203.0.113.7"],
	["{scheme}://{host}/", "https://sso.example.com/"],
	["id={request.id}; {service} {route}", "id=id-1; is is:/samlsso"],
	["{{host}", "{host}"],
	["{{{host}}", "{sso.example.com}"],
	[
		'{"group":"default","max_age":1,"endpoints":[{"url":"https://{host}/r"}]}',
		'{"group":"default","max_age":1,"endpoints":[{"url":"https://sso.example.com/r"}]}',
	],
	["{ host }", "{ host }"],
	["{}", "{}"],
	["{tenant}", ""],
	["a {tenant}", "a"],
];
for (const [value, expected] of values) {
	test(`${value} becomes ${expected === "" ? "nothing" : expected}`, () => assert.equal(filled(value), expected));
}

test("a value without variables is a text, which costs no call", () => {
	assert.equal(compileTemplate("max-age=31536000"), "max-age=31536000");
	assert.equal(compileTemplate("{{x}"), "{x}");
});

test("names that are no variables are found, those of every object too", () => {
	assert.deepEqual(unknownVariables("{hots} {host} {{nix} {constructor} {a-b}"), ["hots", "constructor", "a-b"]);
	assert.throws(() => compileTemplate("{constructor}"), /unknown variable \{constructor\}/);
});

const tenants: readonly (readonly [facts: Partial<HeaderFacts>, tenant: string])[] = [
	[{ nodePath: "/t/acme.com/oauth2/token?x=/t/evil" }, "acme.com"],
	[{ nodePath: "/t/acme.com" }, "acme.com"],
	[{ nodePath: "/x/t/acme.com/y" }, ""],
	[{ nodePath: "/app", pattern: "/t/{tenant}/app", path: "/t/acme/app/x" }, "acme"],
	[{ nodePath: "/", pattern: "/app-{tenant}", path: "/app-acme" }, "acme"],
	[{ nodePath: "", pattern: "/is-t/{tenant}/carbon", path: "/is-t/acme/carbon" }, "acme"],
	[{ nodePath: "/", pattern: "/app-{tenant}", path: "/" }, ""],
	// What could end a value or begin another part of it is no tenant.
	...["a;script-src", "a,b", "a%0d%0ab", "a'b", "a\r\nb", ".", "-a"].map((tenant) => [{ nodePath: `/t/${tenant}/x` }, ""] as const),
];
for (const [facts, tenant] of tenants) {
	test(`the tenant of ${JSON.stringify(facts)} is ${JSON.stringify(tenant)}`, () => assert.equal(filled("{tenant}", facts), tenant));
}
