import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { CookieAffinity, type CookieSettings } from "./cookieAffinity.ts";
import { affinityKey, nodeIdOf, openValue, sealValue } from "./cookieValue.ts";
import { KeyMaker } from "./memory.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 29_000_000 * MINUTE + 12_345;
const old = affinityKey({ id: "2025", secret: "the secret of the year before this one" });
const key = affinityKey({ id: "2026", secret: "the secret of this year, which is long" });
const NODES = ["is-1", "is-2"];
const SETTINGS: CookieSettings = { name: "portico-is", maxIdle: 0, maxLife: 0, postOnly: false };

let sessions = 0;
const newSession = (): string => (++sessions).toString(16).padStart(16, "0");

interface Options extends Partial<CookieSettings> {
	readonly service?: string;
	readonly nodes?: readonly string[];
	readonly ring?: readonly (typeof key)[];
	readonly secure?: boolean;
}

function affinityWith({ service = "is", nodes = NODES, ring = [key, old], secure = true, ...settings }: Options = {}): CookieAffinity {
	const keys = new KeyMaker(new Uint8Array(32), service);
	return new CookieAffinity(service, { ...SETTINGS, ...settings }, nodes, ring, secure, keys, newSession);
}

const affinity = affinityWith();
const cookies = (...lines: readonly string[]): HeaderList => HeaderList.of(...lines.map((line) => ["Cookie", line] as const));
const pairOf = (setCookie: string | null): string => (setCookie ?? "none").replace(/;.*/s, "");
/** What a new client of the node gets. */
const issued = (node: string, wall = NOW, from = affinity): string => pairOf(from.setCookie(null, node, "GET", wall));
const claimOf = (pair: string, wall = NOW, from = affinity) => from.claimOf(cookies(pair), wall);
/** Of the Set-Cookie value, which must be one. */
function contentOf(setCookie: string | null) {
	const content = openValue([key, old], pairOf(setCookie).replace("portico-is=", ""));
	assert.ok(content !== null);
	return content;
}

test("a client is known again by the cookie it got", () => {
	for (const node of NODES) {
		const pair = issued(node);
		for (let repeat = 0; repeat < 3; repeat++) {
			const claim = affinity.claimOf(cookies(`a=1; ${pair}; b=2`), NOW);
			assert.equal(claim?.node, node);
			assert.equal(affinity.setCookie(claim, node, "GET", NOW), null);
		}
		assert.equal(affinity.claimOf(cookies("a=1", pair), NOW)?.node, node);
	}
});

test("attributes: for cross-site logins over https, as far as browsers allow over http", () => {
	assert.match(affinity.setCookie(null, "is-1", "GET", NOW) ?? "", /^portico-is=[\w-]{60}; Path=\/; Secure; HttpOnly; SameSite=None$/);
	const plain = affinityWith({ name: "lb", secure: false });
	assert.match(plain.setCookie(null, "is-1", "GET", NOW) ?? "", /^lb=[\w-]{60}; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("clients have a session each, which they keep whatever cookie they get", () => {
	const [a, b] = [issued("is-1"), issued("is-1")];
	assert.notEqual(a, b);
	assert.notDeepEqual(claimOf(a)?.session, claimOf(b)?.session);
	const moved = affinity.setCookie(claimOf(a), "is-2", "GET", NOW + HOUR);
	assert.deepEqual(contentOf(moved), { ...contentOf(a), ...contentOf(moved), session: contentOf(a).session, first: 29_000_000 });
	assert.equal(contentOf(moved).minute, 29_000_060);
	assert.deepEqual(claimOf(pairOf(moved))?.session, claimOf(a)?.session);
	assert.equal(claimOf(pairOf(moved))?.node, "is-2");
});

test("no cookie, none of that name and an empty one are no claim", () => {
	for (const lines of [[], ["a=1"], ["portico-is="], ["portico-is"], ["xportico-is=1; portico-isx=2"]]) {
		assert.equal(affinity.claimOf(cookies(...lines), NOW), null, lines.join());
	}
});

test("two cookies of the name are no claim, even if both are good", () => {
	const [a, b] = NODES.map((node) => issued(node));
	for (const lines of [[`${a}; ${b}`], [`${a}; ${a}`], [`${a}`, `${b}`], [`portico-is=forged; ${a}`], [`${a}; portico-is=`]]) {
		assert.equal(affinity.claimOf(cookies(...lines), NOW), null, lines.join());
	}
});

test("a cookie of another service is no claim, though its node has the same name", () => {
	assert.equal(claimOf(issued("is-1", NOW, affinityWith({ service: "apim" }))), null);
});

test("a cookie for a node that is gone is no claim", () => {
	const before = affinityWith({ nodes: [...NODES, "is-3"] });
	assert.equal(claimOf(issued("is-3", NOW, before)), null);
	assert.equal(claimOf(issued("is-2", NOW, before))?.node, "is-2");
});

test("a cookie of an older key holds, and is replaced", () => {
	const claim = claimOf(issued("is-2", NOW, affinityWith({ ring: [old] })));
	assert.equal(claim?.node, "is-2");
	assert.equal(contentOf(affinity.setCookie(claim, "is-2", "GET", NOW)).key, key);
});

test("maxIdle: issued anew after a quarter of it, no claim after all of it", () => {
	const idle = affinityWith({ maxIdle: 40 * MINUTE });
	const start = 29_000_000 * MINUTE;
	const pair = issued("is-1", start, idle);
	const at = (minutes: number) => {
		const claim = claimOf(pair, start + minutes * MINUTE, idle);
		return claim === null ? "no claim" : idle.setCookie(claim, "is-1", "GET", start + minutes * MINUTE);
	};
	assert.deepEqual([at(0), at(9)], [null, null]);
	assert.equal(contentOf(at(10)).minute, 29_000_010);
	assert.equal(contentOf(at(10)).first, 29_000_000);
	assert.equal(contentOf(at(40)).minute, 29_000_040);
	assert.equal(at(41), "no claim");
	// Asked again after it was known, and by a clock that goes back.
	assert.equal(at(9), null);
});

test("maxLife: the first issue counts, whatever was issued since", () => {
	const life = affinityWith({ maxLife: 2 * HOUR, maxIdle: HOUR });
	const start = 29_000_000 * MINUTE;
	let pair = issued("is-1", start, life);
	for (let minutes = 30; minutes <= 120; minutes += 30) {
		const wall = start + minutes * MINUTE;
		const claim = claimOf(pair, wall, life);
		assert.equal(claim?.node, "is-1", `after ${minutes} minutes`);
		pair = pairOf(life.setCookie(claim, "is-1", "GET", wall));
	}
	assert.equal(claimOf(pair, start + 121 * MINUTE, life), null);
	const anew = contentOf(life.setCookie(null, "is-2", "GET", start + 121 * MINUTE));
	assert.equal(anew.first, 29_000_121);
});

test("dates more than a day ahead do not count, and are put right", () => {
	const strict = affinityWith({ maxIdle: HOUR, maxLife: HOUR });
	const soon = issued("is-1", NOW + DAY, strict);
	assert.equal(strict.setCookie(claimOf(soon, NOW, strict), "is-1", "GET", NOW), null);
	const ahead = issued("is-1", NOW + DAY + 2 * MINUTE, strict);
	const claim = claimOf(ahead, NOW, strict);
	assert.equal(claim?.node, "is-1");
	const { minute, first } = contentOf(strict.setCookie(claim, "is-1", "GET", NOW));
	assert.deepEqual([minute, first], [29_000_000, 29_000_000]);
	// The last issue alone was by a wrong clock.
	const early = claimOf(issued("is-1"));
	const later = claimOf(pairOf(affinity.setCookie(early, "is-2", "GET", NOW + 2 * DAY)));
	assert.equal(contentOf(affinity.setCookie(later, "is-2", "GET", NOW)).minute, 29_000_000);
});

test("postOnly: no cookie but in responses to POST", () => {
	const post = affinityWith({ postOnly: true });
	assert.equal(post.setCookie(null, "is-1", "GET", NOW), null);
	assert.equal(post.setCookie(claimOf(issued("is-1")), "is-2", "HEAD", NOW), null);
	assert.notEqual(post.setCookie(null, "is-1", "POST", NOW), null);
});

test("more values than are remembered are still read", () => {
	const nodeId = nodeIdOf(key, "is", "is-1");
	const pairOfMinute = (minute: number): string =>
		`portico-is=${sealValue(key, { nodeId, session: "0000000000000001", minute, first: minute })}`;
	for (let minute = 0; minute < 10_050; minute++) assert.equal(claimOf(pairOfMinute(minute))?.cookie?.minute, minute);
	assert.equal(claimOf(pairOfMinute(0))?.cookie?.minute, 0);
});

test("without a key there are no cookies to make", () => {
	assert.throws(() => affinityWith({ ring: [] }), /need a key/);
});
