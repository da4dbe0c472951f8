import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseByName } from "./sni.ts";

const first = { names: ["first.example.com"] };
const exact = { names: ["sso.example.com", "idp.example.com"] };
const wildcard = { names: ["*.example.com"] };
const deeper = { names: ["*.eu.example.com"] };
const all = [first, wildcard, exact, deeper];

for (const [name, expected] of [
	["sso.example.com", exact],
	["idp.example.com", exact],
	["SSO.Example.COM", exact],
	["other.example.com", wildcard],
	["a.eu.example.com", deeper],
	["eu.example.com", wildcard],
	["a.b.example.com", first],
	["example.com", first],
	["example.org", first],
	["localhost", first],
	["", first],
	[".example.com", first],
	["*.example.com", wildcard],
] as const) {
	test(`${JSON.stringify(name)} gets the certificate of ${expected.names[0]}`, () => {
		assert.equal(chooseByName(all, name), expected);
	});
}

test("an exact name wins over a wildcard, whatever the order", () => {
	assert.equal(chooseByName([wildcard, exact], "sso.example.com"), exact);
	assert.equal(chooseByName([exact, wildcard], "sso.example.com"), exact);
});

test("of two certificates with one name the first is taken", () => {
	const again = { names: ["sso.example.com"] };
	assert.equal(chooseByName([exact, again], "sso.example.com"), exact);
});

test("without certificates there is none", () => {
	assert.equal(chooseByName([], "sso.example.com"), undefined);
});
