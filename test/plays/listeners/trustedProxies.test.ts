/** What is believed of a load balancer in front: its forwarding headers, and only if it is listed. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Scope } from "../../harness/deadline.ts";
import { requestText } from "../../harness/message.ts";
import { openStage } from "../../harness/stage.ts";
import { echo, seen } from "./echo.ts";

const stage = await openStage(
	{ after },
	{
		services: 2,
		config: {
			public: "https://sso.test",
			hosts: ["localhost", "sso.test:8443"],
			listeners: [{ address: "127.0.0.1:0" }],
			trustedProxies: ["127.0.0.2/32", "10.0.0.0/8", "fd00::/8"],
		},
		route: (index) => (index === 1 ? { to: "/" } : {}),
	},
);
const { path } = stage.service(echo);
const { path: cut } = stage.service(echo);
const TRUSTED = "127.0.0.2";
const STRANGER = "127.0.0.3";

/** What the node saw of a request with these header lines, from this peer. */
async function forwarded(scope: Scope, peer: string, lines: readonly string[], host = "sso.test") {
	const request = requestText("GET", path, { host, fields: lines });
	const response = await stage.exchange(scope, request, { localAddress: peer });
	return { status: response.status, headers: response.status === 200 ? seen(response).headers : {} };
}

const chains: readonly [what: string, lines: readonly string[], believed: string][] = [
	["no X-Forwarded-For: the proxy itself", [], TRUSTED],
	["one hop", ["X-Forwarded-For: 203.0.113.7"], "203.0.113.7"],
	["what stands left of the first untrusted hop is not believed", ["X-Forwarded-For: 1.1.1.1, 203.0.113.7"], "203.0.113.7"],
	["trusted hops are passed over", ["X-Forwarded-For: 1.1.1.1, 203.0.113.7, 10.1.2.3, 10.4.5.6"], "203.0.113.7"],
	["several lines are one list", ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-For: 10.1.2.3"], "203.0.113.7"],
	["an IPv6 hop", ["X-Forwarded-For: 2001:db8::7, fd00::1"], "2001:db8::7"],
	["an IPv6 hop with brackets and port", ["X-Forwarded-For: [2001:db8::7]:4711"], "2001:db8::7"],
	["an IPv4 hop with a port", ["X-Forwarded-For: 203.0.113.7:4711"], "203.0.113.7"],
	["an IPv4 address in IPv6 form", ["X-Forwarded-For: ::ffff:203.0.113.7"], "203.0.113.7"],
	["only trusted hops: the left-most", ["X-Forwarded-For: 10.0.0.1, 10.0.0.2"], "10.0.0.1"],
	["what is no address ends the walk", ["X-Forwarded-For: 203.0.113.7, unknown, 10.0.0.2"], "10.0.0.2"],
	["an empty header", ["X-Forwarded-For:"], TRUSTED],
];
for (const [what, lines, believed] of chains) {
	test(`a trusted proxy's chain: ${what}`, async (t) => {
		const { headers } = await forwarded(t, TRUSTED, [...lines, "X-Forwarded-Proto: https"]);
		assert.equal(headers["x-forwarded-for"], believed);
	});
}

test("a stranger's X-Forwarded-For is replaced by its own address", async (t) => {
	const { headers } = await forwarded(t, STRANGER, ["X-Forwarded-For: 10.0.0.1", "X_Forwarded_For: 10.0.0.1"], "localhost");
	assert.equal(headers["x-forwarded-for"], STRANGER);
	assert.equal(headers.x_forwarded_for, undefined);
});

test("https from a trusted proxy is believed: the public host is the https one", async (t) => {
	const { status, headers } = await forwarded(t, TRUSTED, ["X-Forwarded-Proto: https"]);
	assert.equal(status, 200);
	assert.equal(headers["x-forwarded-proto"], "https");
	assert.equal(headers["x-forwarded-port"], "443");
	assert.equal(headers["x-forwarded-host"], "sso.test");
});

test("http from a trusted proxy stays http", async (t) => {
	const { headers } = await forwarded(t, TRUSTED, ["X-Forwarded-Proto: http"], "localhost");
	assert.equal(headers["x-forwarded-proto"], "http");
});

test("a stranger's X-Forwarded-Proto is replaced", async (t) => {
	const { headers } = await forwarded(t, STRANGER, ["X-Forwarded-Proto: https"], "localhost");
	assert.equal(headers["x-forwarded-proto"], "http");
	assert.equal(headers["x-forwarded-port"], "80");
});

test("X-Forwarded-Host and its kin are made anew for a stranger", async (t) => {
	const lines = [
		"X-Forwarded-Host: sso.test",
		"X-Forwarded-Port: 1",
		"X-Forwarded-Prefix: /evil",
		"X-Forwarded-Server: evil.test",
		"Forwarded: for=1.1.1.1;host=evil.test",
	];
	const { headers } = await forwarded(t, STRANGER, lines, "localhost");
	assert.equal(headers["x-forwarded-host"], "localhost");
	assert.equal(headers["x-forwarded-port"], "80");
	assert.equal(headers["x-forwarded-server"], "localhost");
	assert.equal(headers["x-forwarded-prefix"], undefined);
	assert.equal(headers.forwarded, undefined);
});

const asked: readonly [what: string, lines: readonly string[], status: number, authority?: string][] = [
	["one host", ["X-Forwarded-Host: sso.test"], 200, "sso.test"],
	["the nearest proxy's of several", ["X-Forwarded-Host: evil.test, sso.test"], 200, "sso.test"],
	["the nearest proxy's of several lines", ["X-Forwarded-Host: evil.test", "X-Forwarded-Host: sso.test"], 200, "sso.test"],
	["a host with its port", ["X-Forwarded-Host: SSO.test:8443"], 200, "sso.test:8443"],
	["a host whose port is told apart", ["X-Forwarded-Host: sso.test", "X-Forwarded-Port: 1, 8443"], 200, "sso.test:8443"],
	["a default port", ["X-Forwarded-Host: sso.test", "X-Forwarded-Port: 443"], 200, "sso.test"],
	["the port of a proxy that is asked in plain text", ["X-Forwarded-Host: sso.test", "X-Forwarded-Port: 80"], 200, "sso.test"],
	["what is no port", ["X-Forwarded-Host: sso.test", "X-Forwarded-Port: x"], 200, "sso.test"],
	["a port alone says nothing: Host has its own", ["X-Forwarded-Port: 8443"], 421],
	["a host that is not ours", ["X-Forwarded-Host: evil.test"], 421],
	["what is no host", ["X-Forwarded-Host: sso.test/x"], 400],
	["an empty value", ["X-Forwarded-Host:"], 421],
];
for (const [what, lines, status, authority] of asked) {
	test(`the host that a trusted proxy was asked: ${what}`, async (t) => {
		const { status: seen, headers } = await forwarded(t, TRUSTED, ["X-Forwarded-Proto: https", ...lines], "portico.internal");
		assert.equal(seen, status);
		assert.deepEqual([headers.host, headers["x-forwarded-host"]], [authority, authority]);
	});
}

const prefixes: readonly [lines: readonly string[], prefix: string][] = [
	[[], cut],
	[["X-Forwarded-Prefix: /outer"], `/outer${cut}`],
	[["X-Forwarded-Prefix: /outermost/, /outer/"], `/outermost/outer${cut}`],
	[["X-Forwarded-Prefix: /"], cut],
	[["X-Forwarded-Prefix: https://evil.test"], cut],
	[["X-Forwarded-Prefix: //evil.test"], cut],
	[["X-Forwarded-Prefix: /a/../b"], cut],
];
test("a node that does not see the whole path is told what is cut, behind what trusted proxies have cut", async (t) => {
	for (const [lines, prefix] of prefixes) {
		const fields = ["X-Forwarded-Proto: https", ...lines];
		const response = await stage.exchange(t, requestText("GET", `${cut}/x`, { host: "sso.test", fields }), { localAddress: TRUSTED });
		assert.deepEqual([seen(response).target, seen(response).headers["x-forwarded-prefix"]], ["/x", prefix], lines.join());
	}
	assert.equal((await forwarded(t, STRANGER, [], "localhost")).headers["x-forwarded-prefix"], undefined, "nothing is cut");
});

test("X-Request-Id is kept from a trusted proxy", async (t) => {
	const { headers } = await forwarded(t, TRUSTED, ["X-Request-Id: abc-123_x.y"], "localhost");
	assert.equal(headers["x-request-id"], "abc-123_x.y");
});

test("X-Request-Id of a stranger is replaced, each by another one", async (t) => {
	const ids = new Set<string | undefined>();
	for (let count = 0; count < 3; count++) {
		ids.add((await forwarded(t, STRANGER, ["X-Request-Id: abc-123"], "localhost")).headers["x-request-id"]);
	}
	assert.equal(ids.size, 3);
	for (const id of ids) assert.match(id ?? "", /^[A-Za-z0-9._-]+$/);
	assert.ok(!ids.has("abc-123"));
});

for (const id of ["a b", 'x"y', "x".repeat(129), ""]) {
	test(`X-Request-Id ${JSON.stringify(id.slice(0, 10))} of a trusted proxy is not fit and replaced`, async (t) => {
		const { headers } = await forwarded(t, TRUSTED, [`X-Request-Id: ${id}`], "localhost");
		assert.match(headers["x-request-id"] ?? "", /^[A-Za-z0-9._-]{1,128}$/);
		assert.notEqual(headers["x-request-id"], id);
	});
}
