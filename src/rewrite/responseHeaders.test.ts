import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cookiePlan, headerFacts, planOf, routePlan, SLASH, servicePlan } from "../../test/harness/plans.ts";
import { PorticoError } from "../errors.ts";
import { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, BODY_UNTIL_CLOSE, type BodyLength } from "../http/message.ts";
import { frameResponse } from "../http1/frame.ts";
import { compileHeaderRules } from "./headerRules.ts";
import { type IncomingContext, ResponseRewriter, rewriteSwitch } from "./responseHeaders.ts";

type Pairs = readonly (readonly [string, string])[];

const DATE = "Tue, 15 Nov 1994 08:12:31 GMT";
const service = servicePlan();
const plainRoute = routePlan();
const typedRoute = routePlan({ defaultType: "application/json" });
const extraRules = compileHeaderRules([
	{ action: "set", name: "X-Frame-Options", value: "DENY" },
	{ action: "set", name: "Content-Type", value: "text/plain" },
	{ action: "add", name: "X-Line", value: "{host}" },
	{ action: "default", name: "X-Kept", value: "2" },
	{ action: "default", name: "X-Default", value: "3" },
	{ action: "remove", name: "X-Secret", value: "" },
]);
assert.ok(extraRules);
const extra = { route: typedRoute, edits: { rules: extraRules, facts: headerFacts() } };
const rewriter = ResponseRewriter.build(planOf([service], [plainRoute, typedRoute]));

const ASKED = "sso.example.com";

interface Case extends Partial<IncomingContext> {
	readonly status?: number;
	readonly body?: BodyLength;
	readonly keepAlive?: boolean;
	readonly clientVersion?: number;
}

function answer(pairs: Pairs, options: Case = {}) {
	const { status = 200, body = 0, keepAlive = true, clientVersion = 1, ...context } = options;
	const head = rewriter.rewrite({ status, reason: "R", version: 1, headers: HeaderList.of(...pairs) }, body, {
		route: plainRoute,
		service,
		authority: ASKED,
		method: "GET",
		date: DATE,
		...context,
	});
	if (status >= 200) frameResponse(head, body, { method: context.method ?? "GET", version: clientVersion, keepAlive });
	return head;
}

const pairsOf = (pairs: Pairs, options: Case = {}) => answer(pairs, options).headers.toPairs();

/** Without Date and framing. */
const kept = (pairs: Pairs, options: Case = {}) =>
	pairsOf(pairs, options).filter(([name]) => !["Date", "Content-Length", "Transfer-Encoding", "Connection"].includes(name));

test("the whole head of a login redirect", () => {
	const head = answer(
		[
			["Server", "WSO2 Carbon Server"],
			["Location", "https://localhost:9443/authenticationendpoint/login.do?x=1"],
			["set-cookie", "JSESSIONID=1; Path=/oauth2; Secure"],
			["Set-Cookie", "opbs=2; Path=/"],
			["X-Custom", "1"],
			["Connection", "keep-alive"],
			["Keep-Alive", "timeout=60"],
			["Content-Length", "0"],
		],
		{ status: 302 },
	);
	assert.deepEqual(
		{ ...head, headers: head.headers.toPairs() },
		{
			status: 302,
			reason: "R",
			version: 1,
			headers: [
				["Location", "https://sso.example.com/is-authenticationendpoint/login.do?x=1"],
				["set-cookie", "JSESSIONID=1; Path=/is-oauth2; Secure"],
				["Set-Cookie", "opbs=2; Path=/"],
				["X-Custom", "1"],
				["Date", DATE],
				["Content-Length", "0"],
			],
		},
	);
});

test("URLs are mapped in every field that holds them, on any status", () => {
	const url = "https://localhost:9443/x";
	const mapped = "https://sso.example.com/is-x";
	for (const name of ["Location", "Content-Location", "URI", "Destination"]) assert.deepEqual(kept([[name, url]]), [[name, mapped]]);
	assert.deepEqual(kept([["Refresh", `5; url=${url}`]]), [["Refresh", `5; url=${mapped}`]]);
	for (const name of ["Content-Security-Policy", "content-security-policy-report-only"])
		assert.deepEqual(kept([[name, `form-action 'self' ${url}`]]), [[name, `form-action 'self' ${mapped}`]]);
	assert.deepEqual(kept([["Link", `<${url}>; rel=next`]]), [["Link", `<${mapped}>; rel=next`]]);
	assert.deepEqual(kept([["X-Link", url]]), [["X-Link", url]]);
});

test("names of the product, fields of the hop and the ones Connection names do not come out", () => {
	const pairs: Pairs = [
		["Server", "WSO2"],
		["X-Powered-By", "Servlet"],
		["Alt-Svc", 'h2=":9443"'],
		["Proxy-Authenticate", "Basic"],
		["Trailer", "X"],
		["Upgrade", "h2c"],
		["TE", "x"],
		["Connection", "X-Hop, Set-Cookie, Location"],
		["X-Hop", "1"],
		["Location", "/is-x"],
		["Set-Cookie", "a=1"],
	];
	assert.deepEqual(kept(pairs), [
		["Location", "/is-x"],
		["Set-Cookie", "a=1"],
	]);
});

describe("extra fields of the route", () => {
	test("take the place of the node's with that name", () => {
		assert.deepEqual(
			kept(
				[
					["x-frame-options", "ALLOWALL"],
					["Content-Type", "text/html"],
					["ETag", "1"],
					["X-Kept", "1"],
					["X-Secret", "s"],
				],
				{ ...extra, body: 5 },
			),
			[
				["ETag", "1"],
				["X-Kept", "1"],
				["X-Default", "3"],
				["X-Frame-Options", "DENY"],
				["Content-Type", "text/plain"],
				["X-Line", "sso.example.com"],
			],
		);
	});
});

describe("the default content type", () => {
	const typed = (pairs: Pairs, options: Case) => answer(pairs, { route: typedRoute, ...options }).headers.all("content-type");

	test("fills in where the node sent none", () => {
		assert.deepEqual(typed([], { body: 3 }), ["application/json"]);
		assert.deepEqual(typed([], { body: BODY_CHUNKED }), ["application/json"]);
		assert.deepEqual(typed([], { method: "HEAD" }), ["application/json"]);
		assert.deepEqual(typed([["content-type", "text/html"]], { body: 3 }), ["text/html"]);
	});

	test("is not given to a response without content", () => {
		assert.deepEqual(typed([], { body: 0, status: 302 }), []);
		assert.deepEqual(typed([], { status: 204 }), []);
		assert.deepEqual(typed([], { status: 304 }), []);
	});
});

test("Date is the node's, or ours if it sent none", () => {
	assert.deepEqual(answer([["date", "x"]]).headers.all("date"), ["x"]);
	assert.deepEqual(answer([]).headers.all("date"), [DATE]);
});

test("Strict-Transport-Security is the node's", () => {
	assert.deepEqual(answer([["Strict-Transport-Security", "node"]]).headers.all("strict-transport-security"), ["node"]);
});

describe("framing", () => {
	const framing = (pairs: Pairs, options: Case) =>
		pairsOf(pairs, options)
			.filter(([name]) => name !== "Date")
			.map((pair) => pair.join(": "));
	const length: Pairs = [["Content-Length", "5"]];

	test("follows the body's length and the client's version", () => {
		assert.deepEqual(framing(length, { body: 5 }), ["Content-Length: 5"]);
		assert.deepEqual(framing([["Transfer-Encoding", "chunked"]], { body: BODY_CHUNKED }), ["Transfer-Encoding: chunked"]);
		assert.deepEqual(framing([], { body: BODY_UNTIL_CLOSE }), ["Transfer-Encoding: chunked"]);
		assert.deepEqual(framing([], { body: 0 }), ["Content-Length: 0"]);
	});

	test("for HTTP/1.0 an unknown length ends by closing", () => {
		assert.deepEqual(framing([], { body: BODY_CHUNKED, clientVersion: 0 }), ["Connection: close"]);
		assert.deepEqual(framing(length, { body: 5, clientVersion: 0 }), ["Content-Length: 5", "Connection: keep-alive"]);
		assert.deepEqual(framing(length, { body: 5, clientVersion: 0, keepAlive: false }), ["Content-Length: 5", "Connection: close"]);
	});

	test("answers to HEAD and 304 keep the node's length", () => {
		assert.deepEqual(framing(length, { method: "HEAD" }), ["Content-Length: 5"]);
		assert.deepEqual(framing([], { method: "HEAD" }), []);
		assert.deepEqual(framing([["Transfer-Encoding", "chunked"]], { method: "HEAD", clientVersion: 0 }), ["Connection: keep-alive"]);
		assert.deepEqual(framing(length, { status: 304 }), ["Content-Length: 5"]);
		assert.deepEqual(framing([], { status: 304 }), []);
	});

	test("204 has none", () => {
		assert.deepEqual(framing(length, { status: 204 }), []);
		assert.deepEqual(framing([], { status: 204, body: BODY_CHUNKED, clientVersion: 0 }), ["Connection: keep-alive"]);
	});

	test("a closing connection says so", () => {
		assert.deepEqual(framing([], { keepAlive: false }), ["Content-Length: 0", "Connection: close"]);
	});
});

test("an interim response is mapped and has no framing, no Date, no extra fields", () => {
	const pairs: Pairs = [
		["Link", "</x.css>; rel=preload"],
		["Server", "x"],
	];
	assert.deepEqual(pairsOf(pairs, { status: 103, ...extra, keepAlive: false }), [["Link", "</is-x.css>; rel=preload"]]);
});

test("a control character in a mapped field is the node's protocol error", () => {
	for (const name of ["Location", "Set-Cookie", "Refresh", "Link"]) {
		for (const control of ["\r\n", "\0", "\x01", "\x7f", "\n"]) {
			assert.throws(
				() => answer([[name, `/x${control}y`]]),
				(error) => error instanceof PorticoError && error.code === "http_protocol_error",
			);
		}
	}
	assert.deepEqual(kept([["Location", "x\ty"]]), [["Location", "x\ty"]]);
});

test("a switch keeps Sec-WebSocket-*; Upgrade and Connection are the protocol's", () => {
	const head = rewriteSwitch(
		{
			status: 101,
			reason: "Switching Protocols",
			version: 1,
			headers: HeaderList.of(
				["Server", "x"],
				["upgrade", "websocket"],
				["Connection", "upgrade, sec-websocket-accept, X-Hop"],
				["Sec-WebSocket-Accept", "k"],
				["Sec-WebSocket-Protocol", "p"],
				["X-Hop", "1"],
				["Content-Length", "0"],
				["Set-Cookie", "a=1; Path=/x"],
			),
		},
		{ service, authority: ASKED },
	);
	assert.equal(head.status, 101);
	assert.deepEqual(head.headers.toPairs(), [
		["Sec-WebSocket-Accept", "k"],
		["Sec-WebSocket-Protocol", "p"],
		["Set-Cookie", "a=1; Path=/is-x"],
	]);
});

describe("cookies", () => {
	const service = servicePlan({ cookies: cookiePlan({ tag: "is." }) });
	const ended = "is.old=; Max-Age=0; Path=/";

	test("they get the service's tag, in a response and in a 101", () => {
		const sent: Pairs = [["Set-Cookie", "a=1; Path=/x"]];
		const requestHeaders = HeaderList.of(["Cookie", "a=0"]);
		const expected: Pairs = [
			["Set-Cookie", "is.a=1; Path=/is-x"],
			["Set-Cookie", "a=; Path=/is-x; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
		];
		assert.deepEqual(kept(sent, { service, requestHeaders }), expected);
		const headers = HeaderList.of(["Upgrade", "websocket"], ["Set-Cookie", "a=1; Path=/x"]);
		const head = rewriteSwitch({ status: 101, reason: "", version: 1, headers }, { service, authority: ASKED, requestHeaders });
		assert.deepEqual(head.headers.toPairs(), expected);
	});

	test("old ones are ended with the final response, out of reach of shared caches", () => {
		assert.deepEqual(kept([], { service, endedCookies: [ended] }), [
			["Cache-Control", "private"],
			["Set-Cookie", ended],
		]);
		assert.deepEqual(pairsOf([["X-Hint", "1"]], { service, endedCookies: [ended], status: 103 }), [["X-Hint", "1"]]);
	});
});

describe("affinity", () => {
	const setCookie = "portico-is=v; Path=/; Secure; HttpOnly; SameSite=None";
	const none = { setCookie: null, preserved: null, prefixed: null, prefix: "" };
	const affinity = { ...none, setCookie };
	const owner = { service: servicePlan({ ownCookies: ["portico-is"] }) };

	test("a client gets the cookie, with private where a shared cache could keep it", () => {
		assert.deepEqual(kept([], { affinity }), [
			["Cache-Control", "private"],
			["Set-Cookie", setCookie],
		]);
		assert.deepEqual(kept([["Cache-Control", "no-store"]], { affinity }), [
			["Cache-Control", "no-store"],
			["Set-Cookie", setCookie],
		]);
		assert.deepEqual(kept([], { affinity, method: "POST" }), [["Set-Cookie", setCookie]]);
	});

	test("nothing is added without a cookie to give, nor to interim responses", () => {
		assert.deepEqual(kept([], { affinity: none }), []);
		assert.deepEqual(pairsOf([["X-Hint", "1"]], { affinity, status: 103 }), [["X-Hint", "1"]]);
	});

	test("a node sets no cookie of Portico's name", () => {
		const sent: Pairs = [
			["Set-Cookie", "portico-is=mine; Path=/"],
			["Set-Cookie", " portico-is =mine"],
			["Set-Cookie", "portico-isx=1"],
		];
		assert.deepEqual(kept(sent, owner), [["Set-Cookie", "portico-isx=1"]]);
		assert.deepEqual(kept(sent).length, 3);
	});

	test("a node sets it after all where that is allowed, byte for byte", () => {
		const preserved = {
			affinity: { ...none, preserved: "portico-is" },
			service: servicePlan({ mappings: [SLASH], ownCookies: ["portico-is", "lb"] }),
		};
		const sent: Pairs = [
			["Set-Cookie", "portico-is=; Path=/; Max-Age=0"],
			["Set-Cookie", "lb=1; Path=/"],
			["Set-Cookie", "a=1; Path=/"],
		];
		assert.deepEqual(kept(sent, preserved), [
			["Set-Cookie", "portico-is=; Path=/; Max-Age=0"],
			["Set-Cookie", "a=1; Path=/is"],
		]);
	});

	test("values of the application's cookie get the node's prefix, and the path is mapped as ever", () => {
		const prefixed = { affinity: { ...none, prefixed: "JSESSIONID", prefix: "0123456789_~" } };
		const sent: Pairs = [
			["Set-Cookie", "JSESSIONID=0A1B; Path=/x; Secure"],
			["Set-Cookie", "JSESSIONID=; Path=/x; Max-Age=0"],
			["Set-Cookie", "other=0A1B"],
		];
		assert.deepEqual(kept(sent, prefixed), [
			["Set-Cookie", "JSESSIONID=0123456789_~0A1B; Path=/is-x; Secure"],
			["Set-Cookie", "JSESSIONID=; Path=/is-x; Max-Age=0"],
			["Set-Cookie", "other=0A1B"],
		]);
	});

	test("the 101 carries the cookie too", () => {
		const headers = HeaderList.of(["Upgrade", "websocket"], ["Set-Cookie", "portico-is=mine"]);
		const head = rewriteSwitch({ status: 101, reason: "", version: 1, headers }, { ...owner, authority: ASKED, affinity });
		assert.deepEqual(head.headers.toPairs(), [["Set-Cookie", setCookie]]);
	});
});
