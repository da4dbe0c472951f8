import assert from "node:assert/strict";
import { test } from "node:test";
import { affinityPlan, memberPlan, servicePlan } from "../../test/harness/plans.ts";
import { keyHash } from "../balance/hash.ts";
import { NO_KEY } from "../balance/picker.ts";
import { HeaderList } from "../http/headers.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import { affinityKey } from "./cookieValue.ts";
import { TestMemory } from "./memory.fixture.ts";
import { RouteAffinity } from "./routeAffinity.ts";

const NOW = 1_750_000_000_000;
const ONE = memberPlan({ name: "is-1/servlet", node: "is-1", route: "n1" });
const TWO = memberPlan({ name: "is-2/servlet", node: "is-2", route: "n2" });
const GATEWAY = memberPlan({ name: "is-2/gateway", node: "is-2", route: "n2" });
type Pairs = readonly (readonly [string, string])[];

function stage(fields: Partial<AffinityPlan>) {
	const memory = new TestMemory();
	const ring = [affinityKey({ id: "k", secret: "a secret of more than thirty-two letters" })];
	let made = 0;
	const newSession = (): string => (++made).toString(16).padStart(16, "0");
	const context = { memory, ring, newSession };
	const affinity = new RouteAffinity(affinityPlan(fields), [fields.name ?? "portico-is"], servicePlan(), [ONE, TWO, GATEWAY], context);
	const claimOf = (cookie: string, target = "/", wall = NOW) => affinity.claimOf(HeaderList.of(["Cookie", cookie]), target, wall);
	const sent = (status: number, pairs: Pairs) => ({ status, reason: "", version: 1, headers: HeaderList.of(...pairs) });
	return {
		memory,
		affinity,
		claimOf,
		/** What the client of `cookie` gets when the member answers it. */
		answered: (cookie: string, member = TWO, pairs: Pairs = [], { status = 200, target = "/", wall = NOW } = {}) =>
			affinity.answered(claimOf(cookie, target, wall), "GET", target, sent(status, pairs), member, wall),
		/** Members' sessions. */
		sessions: () => [...memory.sessions.entries.values()].map(({ member }) => member),
	};
}

const pairOf = (setCookie: string | null): string => (setCookie ?? "").replace(/;.*/s, "");

test("cookie: a client counts as a session from when it shows its cookie, at the member that answered it", () => {
	const { answered, sessions, memory, claimOf } = stage({});
	const first = pairOf(answered("").setCookie);
	assert.deepEqual(sessions(), []);
	assert.equal(claimOf(first)?.node, "is-2");
	assert.equal(answered(first).setCookie, null);
	assert.deepEqual(sessions(), [keyHash("is-2/servlet")]);
	assert.equal([...memory.sessions.entries.values()][0]?.until, NOW / 1000 + 1800);
	const moved = pairOf(answered(first, ONE).setCookie);
	assert.deepEqual(sessions(), [keyHash("is-1/servlet")]);
	assert.equal(answered(moved, ONE).setCookie, null);
	assert.equal(sessions().length, 1);
});

test("preserve: a node's own cookie of that name ends the session, and nothing is added", () => {
	const { answered, sessions } = stage({ preserve: true });
	const cookie = pairOf(answered("").setCookie);
	answered(cookie);
	assert.equal(sessions().length, 1);
	const end: Pairs = [["Set-Cookie", "portico-is=; Path=/; Max-Age=0"]];
	assert.deepEqual(answered(cookie, ONE, end), { setCookie: null, preserved: "portico-is", prefixed: null, prefix: "" });
	assert.equal(sessions().length, 0);
	assert.notEqual(answered(cookie, ONE, [["Set-Cookie", "portico-isx=1"]]).setCookie, null);
});

test("without preserve what a node sets under that name is no matter", () => {
	const { answered } = stage({});
	assert.notEqual(answered("", TWO, [["Set-Cookie", "portico-is=1"]]).setCookie, null);
});

test("jvmRoute and learn: sessions are counted, and nothing is set", () => {
	const jvmRoute = stage({ mode: "jvmRoute", name: "JSESSIONID" });
	assert.equal(jvmRoute.claimOf("JSESSIONID=A.n2")?.node, "is-2");
	assert.equal(jvmRoute.answered("JSESSIONID=A.n2").setCookie, null);
	assert.deepEqual(jvmRoute.sessions(), [keyHash("is-2/servlet")]);
	const learn = stage({ mode: "learn", name: "SID" });
	assert.equal(learn.answered("", TWO, [["Set-Cookie", "SID=a; Path=/"]]).setCookie, null);
	assert.deepEqual(learn.sessions(), []);
	assert.equal(learn.claimOf("SID=a")?.node, "is-2");
	learn.answered("SID=a", ONE);
	assert.equal(learn.claimOf("SID=a")?.node, "is-1");
	assert.deepEqual(learn.sessions(), [keyHash("is-1/servlet")]);
});

test("prefix: the response tells what to put before the node's values", () => {
	const { affinity, answered, claimOf } = stage({ mode: "prefix", name: "JSESSIONID" });
	const { setCookie, prefixed, prefix } = answered("");
	assert.deepEqual([setCookie, prefixed, affinity.prefixed], [null, "JSESSIONID", "JSESSIONID"]);
	assert.match(prefix, /^[\w-]{11}~$/);
	assert.equal(claimOf(`JSESSIONID=${prefix}A`)?.node, "is-2");
});

test("client and header: a key, and no claim", () => {
	const client = stage({ mode: "client", name: "" });
	assert.equal(client.affinity.keyOf(HeaderList.of(), "192.0.2.1"), keyHash("192.0.2.1"));
	assert.equal(client.claimOf("portico-is=x"), null);
	const header = stage({ mode: "header", name: "x-user" });
	assert.equal(header.affinity.keyOf(HeaderList.of(["X-User", "u1"]), "192.0.2.1"), keyHash("u1"));
	assert.equal(header.affinity.keyOf(HeaderList.of(), "192.0.2.1"), NO_KEY);
	assert.equal(header.answered("").setCookie, null);
	assert.equal(stage({}).affinity.keyOf(HeaderList.of(), "192.0.2.1"), NO_KEY);
});

test("flows lead where no cookie does, only where they are asked for", () => {
	const { answered, claimOf, sessions } = stage({ flows: true });
	const redirect: Pairs = [["Location", "/login.do?sessionDataKey=k"]];
	const cookie = pairOf(answered("", TWO, redirect, { status: 302 }).setCookie);
	const target = "/commonauth?sessionDataKey=k";
	assert.equal(claimOf("", target)?.node, "is-2");
	assert.equal(claimOf("portico-is=forged", target)?.node, "is-2");
	const other = pairOf(answered("", ONE).setCookie);
	assert.equal(claimOf(other, target)?.node, "is-1");
	// The client has no cookie yet, so it gets one.
	assert.notEqual(answered("", TWO, [], { target }).setCookie, null);
	assert.deepEqual(sessions(), []);
	assert.equal(claimOf(cookie, "/")?.node, "is-2");
	const without = stage({});
	without.answered("", TWO, redirect, { status: 302 });
	assert.equal(without.claimOf("", target), null);
	const unredirected = stage({ flows: true });
	unredirected.answered("", TWO, redirect, { status: 201 });
	assert.equal(unredirected.claimOf("", target), null);
});
