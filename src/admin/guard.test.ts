import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asked, Guard } from "./guard.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const guard = new Guard({
	host: "10.0.0.5",
	hosts: ["lb.internal"],
	openProbes: false,
	tokens: [
		{ id: "ops", secret: TOKEN },
		{ id: "grafana", secret: OTHER },
	],
});

const near: Asked = {
	method: "GET",
	target: "/api/v1/status",
	peer: "127.0.0.1",
	local: "127.0.0.1",
	host: ["127.0.0.1:9990"],
	origin: [],
	authorization: [],
	fetchSite: undefined,
	fetchMode: undefined,
	forwarded: false,
};
const far: Asked = { ...near, peer: "10.0.0.9", local: "10.0.0.5", host: ["10.0.0.5:9990"] };

/** Who was let in, or the status. */
function judged(fields: Partial<Asked>, base: Asked = near): string | number {
	const judgement = guard.judge({ ...base, ...fields });
	return judgement.ok ? judgement.by : judgement.status;
}

test("loopback needs no token", () => {
	for (const peer of ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"]) assert.equal(judged({ peer }), "loopback", peer);
});

test("open probes answer anyone, under any Host or none; nothing else does", () => {
	const open = new Guard({ host: "10.0.0.5", hosts: [], tokens: [], openProbes: true });
	const outcome = (fields: Partial<Asked>): string | number => {
		const judgement = open.judge({ ...far, ...fields });
		return judgement.ok ? judgement.by : judgement.status;
	};
	for (const target of ["/livez", "/readyz", "/readyz?from=f5"])
		for (const method of ["GET", "HEAD"])
			for (const host of [["10.0.0.5:9990"], ["other.example"], [], ["a", "b"]]) assert.equal(outcome({ target, method, host }), "probe");
	assert.equal(outcome({ target: "/readyz", authorization: ["Bearer wrong"] }), "probe");
	for (const target of ["/metrics", "/api/v1/status", "/readyz/", "/readyz/../metrics", "//readyz", "/metrics?/readyz", ""])
		assert.equal(outcome({ target }), 401, target);
	assert.equal(outcome({ target: "/readyz", method: "POST" }), 401);
	assert.equal(judged({ target: "/readyz" }, far), 401);
});

test("any other peer needs a token", () => {
	for (const peer of ["10.0.0.9", "::ffff:10.0.0.9", "fe80::1%eth0", "2001:db8::1", "::ffff:8.8.8.8", ""])
		assert.equal(judged({ peer }), 401, peer);
	assert.equal(judged({ authorization: [`Bearer ${TOKEN}`] }, far), "ops");
	assert.equal(judged({ authorization: [`bearer  ${OTHER}`] }, far), "grafana");
});

test("what a proxy forwards over loopback needs a token", () => {
	assert.equal(judged({ forwarded: true }), 401);
	assert.equal(judged({ forwarded: true, authorization: [`Bearer ${TOKEN}`] }), "ops");
});

test("a wrong token is refused, over loopback too", () => {
	const wrong = [
		"Bearer",
		"Bearer ",
		TOKEN,
		`Basic ${TOKEN}`,
		`Bearer ${TOKEN}x`,
		`Bearer ${TOKEN.slice(1)}`,
		`Bearer ${"x".repeat(5000)}`,
	];
	for (const authorization of wrong) {
		assert.equal(judged({ authorization: [authorization] }, far), 401, authorization.slice(0, 60));
		assert.equal(judged({ authorization: [authorization] }), 401, authorization.slice(0, 60));
	}
	assert.equal(judged({ authorization: [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`] }), 401);
});

test("without tokens nobody comes in from outside", () => {
	const closed = new Guard({ host: "0.0.0.0", hosts: [], tokens: [], openProbes: false });
	const judgement = closed.judge({ ...far, authorization: ["Bearer "] });
	assert.equal(judgement.ok, false);
});

test("the Host is ours, on any port: tunnels change ports, rebinding needs a name", () => {
	for (const host of [
		"localhost",
		"LOCALHOST:8888",
		"127.0.0.1",
		"[::1]:9990",
		"10.0.0.5:9990",
		"lb.internal",
		"LB.internal:80",
		"localhost.",
	])
		assert.equal(judged({ host: [host] }), "loopback", host);
});

test("a foreign Host is refused, with a token too", () => {
	for (const host of ["evil.test", "evil.test:9990", "localhost.evil.test", "10.0.0.6", "0.0.0.0:9990", "127.0.0.1.evil.test", "[::2]"]) {
		assert.equal(judged({ host: [host] }), 403, host);
		assert.equal(judged({ host: [host], authorization: [`Bearer ${TOKEN}`] }, far), 403, host);
	}
});

test("no Host, two of them, or one that is none is malformed", () => {
	for (const host of [[], ["localhost", "localhost"], [""], ["a b"], ["user@localhost"], ["localhost:x"]])
		assert.equal(judged({ host }), 400, String(host));
});

test("an Origin is the one of the Host", () => {
	assert.equal(judged({ host: ["localhost:9990"], origin: ["http://localhost:9990"] }), "loopback");
	assert.equal(judged({ host: ["lb.internal"], origin: ["https://lb.internal"] }), "loopback");
	const foreign = [
		"null",
		"",
		"http://evil.test",
		"http://localhost:3000",
		"http://localhost",
		"http://127.0.0.1:9990",
		"http://localhost:9990/",
		"file://",
		"http://localhost:9990@evil.test",
	];
	for (const origin of foreign) assert.equal(judged({ host: ["localhost:9990"], origin: [origin] }), 403, origin);
	assert.equal(judged({ host: ["localhost:9990"], origin: ["http://localhost:9990", "http://evil.test"] }), 403);
});

test("another site's page may link here, and do nothing else", () => {
	assert.equal(judged({ fetchSite: "same-origin", fetchMode: "cors" }), "loopback");
	assert.equal(judged({ fetchSite: "none", fetchMode: "navigate" }), "loopback");
	assert.equal(judged({ fetchSite: "cross-site", fetchMode: "navigate" }), "loopback");
	assert.equal(judged({ fetchSite: "cross-site", fetchMode: "no-cors" }), 403);
	assert.equal(judged({ fetchSite: "same-site", fetchMode: "cors" }), 403);
	assert.equal(judged({ method: "PATCH", fetchSite: "cross-site", fetchMode: "navigate" }), 403);
});
