import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { CookieAffinity } from "./cookieAffinity.ts";
import { affinityKey, nodeIdOf, sealValue } from "./cookieValue.ts";

const MINUTE = 60_000;
const NOW = 29_000_000 * MINUTE + 12_345;
const old = affinityKey({ id: "2025", secret: "the secret of the year before this one" });
const key = affinityKey({ id: "2026", secret: "the secret of this year, which is long" });
const NODES = ["is-1", "is-2"];
const affinity = new CookieAffinity("is", "portico-is", NODES, [key, old], true);

const cookies = (...lines: readonly string[]): HeaderList => HeaderList.of(...lines.map((line) => ["Cookie", line] as const));
const pairOf = (setCookie: string): string => setCookie.replace(/;.*/s, "");

test("a client is known again by the cookie it got", () => {
	for (const node of NODES) {
		const pair = pairOf(affinity.setCookie(node, NOW));
		for (let repeat = 0; repeat < 3; repeat++) {
			assert.deepEqual(affinity.claimOf(cookies(`a=1; ${pair}; b=2`)), { node, current: true, minute: 29_000_000 });
		}
		assert.equal(affinity.claimOf(cookies("a=1", pair))?.node, node);
	}
});

test("attributes: for cross-site logins over https, as far as browsers allow over http", () => {
	assert.match(affinity.setCookie("is-1", NOW), /^portico-is=[\w-]{44}; Path=\/; Secure; HttpOnly; SameSite=None$/);
	const plain = new CookieAffinity("is", "lb", NODES, [key], false);
	assert.match(plain.setCookie("is-1", NOW), /^lb=[\w-]{44}; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("what it issues says the minute of its issue", () => {
	const minuteOf = (wall: number) => affinity.claimOf(cookies(pairOf(affinity.setCookie("is-1", wall))))?.minute;
	assert.equal(minuteOf(NOW), 29_000_000);
	assert.equal(minuteOf(NOW + MINUTE), 29_000_001);
	assert.equal(affinity.setCookie("is-2", NOW), affinity.setCookie("is-2", NOW + 1000));
});

test("no cookie, none of that name and an empty one are no claim", () => {
	for (const lines of [[], ["a=1"], ["portico-is="], ["portico-is"], ["xportico-is=1; portico-isx=2"]]) {
		assert.equal(affinity.claimOf(cookies(...lines)), null, lines.join());
	}
});

test("two cookies of the name are no claim, even if both are good", () => {
	const [a, b] = NODES.map((node) => pairOf(affinity.setCookie(node, NOW)));
	for (const lines of [[`${a}; ${b}`], [`${a}; ${a}`], [`${a}`, `${b}`], [`portico-is=forged; ${a}`], [`${a}; portico-is=`]]) {
		assert.equal(affinity.claimOf(cookies(...lines)), null, lines.join());
	}
});

test("a cookie of another service is no claim, though its node has the same name", () => {
	const apim = new CookieAffinity("apim", "portico-is", NODES, [key], true);
	assert.equal(affinity.claimOf(cookies(pairOf(apim.setCookie("is-1", NOW)))), null);
});

test("a cookie for a node that is gone is no claim", () => {
	const before = new CookieAffinity("is", "portico-is", [...NODES, "is-3"], [key], true);
	assert.equal(affinity.claimOf(cookies(pairOf(before.setCookie("is-3", NOW)))), null);
	assert.equal(affinity.claimOf(cookies(pairOf(before.setCookie("is-2", NOW))))?.node, "is-2");
});

test("a cookie of an older key holds, and is to be replaced", () => {
	const before = new CookieAffinity("is", "portico-is", NODES, [old], true);
	assert.deepEqual(affinity.claimOf(cookies(pairOf(before.setCookie("is-2", NOW)))), { node: "is-2", current: false, minute: 29_000_000 });
});

test("more values than are remembered are still read", () => {
	const id = nodeIdOf(key, "is", "is-1");
	const pairs = Array.from({ length: 10_050 }, (_, index) => `portico-is=${sealValue(key, id, index)}`);
	for (const [minute, pair] of pairs.entries()) assert.equal(affinity.claimOf(cookies(pair))?.minute, minute);
	assert.equal(affinity.claimOf(cookies(pairs[0] ?? ""))?.minute, 0);
});

test("without a key there are no cookies to make", () => {
	assert.throws(() => new CookieAffinity("is", "portico-is", NODES, [], true), /need a key/);
});
