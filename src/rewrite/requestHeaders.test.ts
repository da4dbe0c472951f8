import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cookiePlan, headerFacts, memberPlan, routePlan, servicePlan } from "../../test/harness/plans.ts";
import { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED, type BodyLength, type RequestHead } from "../http/message.ts";
import { frameRequest } from "../http1/frame.ts";
import { compileHeaderRules } from "./headerRules.ts";
import { type OutgoingContext, prepareRequest } from "./requestHeaders.ts";

type Pairs = readonly (readonly [string, string])[];

const base: OutgoingContext = {
	route: routePlan(),
	service: servicePlan(),
	member: memberPlan(),
	client: { address: "203.0.113.7", secure: true },
	authority: "sso.example.com",
	nodeTarget: "/samlsso?x=1",
	requestId: "id-1",
};

/** A request as it leaves: rewritten, then framed by the protocol. */
interface Case extends Partial<OutgoingContext> {
	readonly body?: BodyLength;
	readonly upgrade?: string;
}

function prepare(pairs: Pairs, { body = 0, upgrade, ...context }: Case = {}, method = "GET"): RequestHead {
	const head = { method, target: "/is-samlsso?x=1", version: 1, headers: HeaderList.of(...pairs) };
	const prepared = prepareRequest(head, { ...base, ...context });
	frameRequest(prepared, body, upgrade ?? null);
	return prepared;
}

/** What is left of the client's own fields: without Host in front and the forwarding fields after. */
const kept = (pairs: Pairs, context: Case = {}, method = "GET") =>
	prepare(pairs, context, method)
		.headers.toPairs()
		.filter(([name]) => name !== "Host" && !name.startsWith("X-Forwarded-") && name !== "X-Request-Id");

test("fields that name another method are dropped where the route says so", () => {
	const fields: Pairs = [
		["X-HTTP-Method-Override", "DELETE"],
		["X-HTTP-Method", "DELETE"],
		["X-Method-Override", "DELETE"],
	];
	assert.deepEqual(kept(fields, { route: routePlan({ methodOverride: false }) }), []);
	assert.deepEqual(kept(fields), fields);
});

test("the route's rules come last: a client cannot send what they set, in whatever spelling", () => {
	const rules = compileHeaderRules([
		{ action: "set", name: "X-Tenant", value: "{tenant}" },
		{ action: "set", name: "X-Real-IP", value: "{client.address}" },
		{ action: "remove", name: "Authorization", value: "" },
		{ action: "default", name: "Accept-Language", value: "en" },
		{ action: "add", name: "Via", value: "1.1 portico" },
	]);
	assert.ok(rules);
	const sent: Pairs = [
		["X-Tenant", "evil"],
		["x_tenant", "evil"],
		["X-Real-IP", "6.6.6.6"],
		["Authorization", "Basic x"],
		["Via", "1.1 a"],
		["Accept-Language", "nl"],
	];
	const edits = { rules, facts: headerFacts({ nodePath: "/t/acme.com/x" }) };
	assert.deepEqual(kept(sent, { edits }), [
		["Via", "1.1 a"],
		["Accept-Language", "nl"],
		["X-Tenant", "acme.com"],
		["X-Real-IP", "203.0.113.7"],
		["Via", "1.1 portico"],
	]);
	assert.deepEqual(kept([["X-Tenant", "evil"]], { edits: { rules, facts: headerFacts() } }), [
		["Accept-Language", "en"],
		["X-Real-IP", "203.0.113.7"],
		["Via", "1.1 portico"],
	]);
});

test("the whole head of a plain request", () => {
	const head = prepare([
		["hOsT", "sso.example.com"],
		["User-Agent", "x"],
		["aCCept", "*/*"],
		["Connection", "keep-alive"],
	]);
	assert.deepEqual(
		{ ...head, headers: head.headers.toPairs() },
		{
			method: "GET",
			target: "/samlsso?x=1",
			version: 1,
			headers: [
				["Host", "sso.example.com"],
				["User-Agent", "x"],
				["aCCept", "*/*"],
				["X-Forwarded-For", "203.0.113.7"],
				["X-Forwarded-Proto", "https"],
				["X-Forwarded-Host", "sso.example.com"],
				["X-Forwarded-Port", "443"],
				["X-Forwarded-Server", "sso.example.com"],
				["X-Request-Id", "id-1"],
			],
		},
	);
});

test("X-Forwarded-* describe the public side", () => {
	const headers = (context: Partial<OutgoingContext>) => prepare([], context).headers;
	const local = headers({ authority: "localhost:8443" });
	assert.equal(local.get("x-forwarded-host"), "localhost:8443");
	assert.equal(local.get("x-forwarded-port"), "8443");
	assert.equal(local.get("x-forwarded-server"), "localhost");
	const plain = headers({ client: { ...base.client, secure: false }, authority: "[::1]" });
	assert.equal(plain.get("x-forwarded-proto"), "http");
	assert.equal(plain.get("x-forwarded-port"), "80");
	assert.equal(plain.get("x-forwarded-server"), "[::1]");
});

describe("Host", () => {
	const host = (context: Partial<OutgoingContext>) => prepare([["Host", "evil"]], context).headers.all("host");

	test("is the validated public authority", () => {
		assert.deepEqual(host({}), ["sso.example.com"]);
	});

	test("is the member's own where the route says so, its default port left out", () => {
		const route = routePlan({ host: "node" });
		assert.deepEqual(host({ route }), ["10.0.0.11:9443"]);
		assert.deepEqual(host({ route, member: memberPlan({ port: 443 }) }), ["10.0.0.11"]);
		assert.deepEqual(host({ route, member: memberPlan({ port: 443, tls: null }) }), ["10.0.0.11:443"]);
		assert.deepEqual(host({ route, member: memberPlan({ host: "fd00::1" }) }), ["[fd00::1]:9443"]);
	});
});

describe("fields that a client must not send", () => {
	const names = [
		// IdentityConstants.HEADERS_WITH_IP
		..."X-Forwarded-For Proxy-Client-IP WL-Proxy-Client-IP HTTP_X_FORWARDED_FOR HTTP_X_FORWARDED HTTP_X_CLUSTER_CLIENT_IP".split(" "),
		..."HTTP_CLIENT_IP HTTP_FORWARDED_FOR HTTP_FORWARDED HTTP_VIA REMOTE_ADDR".split(" "),
		..."Forwarded X-Forwarded-Proto X-Forwarded-Host X-Forwarded-Port X-Forwarded-Server X-Forwarded-Prefix X-Forwarded X-Real-IP".split(
			" ",
		),
		..."X-Client-IP True-Client-IP CF-Connecting-IP Client-IP Proxy X-Original-URL X-Rewrite-URL X-Original-Forwarded-For".split(" "),
		..."X-WSO2-CLIENT-CERTIFICATE x-wso2-mtls-cert x-wso2-mutual-auth-cert X-SSL-CERT ssl-client-cert".split(" "),
		..."x-forwarded-client-cert X-Client-Cert X-Client-Certificate X-SSL-Client-Verify Client-Cert X-ARR-ClientCert Front-End-Https".split(
			" ",
		),
	];

	test("are removed, in any case, with dashes or underscores", () => {
		for (const name of names) {
			for (const spelled of [
				name,
				name.toUpperCase(),
				name.toLowerCase(),
				name.replaceAll("-", "_"),
				name.replaceAll("_", "-"),
				name.replace("-", "_"),
			]) {
				assert.deepEqual(kept([[spelled, "6.6.6.6"]]), [], spelled);
				assert.ok(
					!prepare([[spelled, "6.6.6.6"]])
						.headers.toPairs()
						.some(([, value]) => value === "6.6.6.6"),
					spelled,
				);
			}
		}
	});

	test("include underscore spellings of Host, framing and hop-by-hop fields", () => {
		for (const name of ["Content_Length", "Transfer_Encoding", "Keep_Alive", "X_Request_Id", "Proxy_Connection"]) {
			assert.deepEqual(kept([[name, "1"]]), [], name);
		}
	});

	test("do not include others that look alike, or merely have an underscore", () => {
		const pairs: Pairs = [
			["Via", "1.1 a"],
			["X-Requested-With", "XMLHttpRequest"],
			["X-Forwardedness", "1"],
			["x_api_key", "k"],
			["User_Agent", "u"],
			["apikey", "k"],
			["X-Custom", "1"],
			["WSO2-Tenant", "t"],
			["client-certainly", "1"],
		];
		assert.deepEqual(kept(pairs), pairs);
	});
});

describe("fields of the hop", () => {
	test("are dropped, Expect too", () => {
		const pairs: Pairs = [
			["Connection", "close"],
			["Keep-Alive", "timeout=5"],
			["Proxy-Connection", "keep-alive"],
			["Proxy-Authorization", "Basic x"],
			["TE", "trailers"],
			["Trailer", "X"],
			["Upgrade", "h2c"],
			["HTTP2-Settings", "x"],
			["Expect", "100-continue"],
		];
		assert.deepEqual(kept(pairs), []);
	});

	test("and those that Connection names", () => {
		assert.deepEqual(
			kept([
				["Connection", "close, X-Secret"],
				["X-Secret", "1"],
				["X-Open", "1"],
				["Connection", "x-other"],
				["X-Other", "1"],
			]),
			[["X-Open", "1"]],
		);
	});

	test("but Connection cannot take away what nodes decide by", () => {
		const headers = prepare(
			[
				["Connection", "X-Forwarded-For, X-Request-Id, Host, Authorization, Cookie, Content-Length, Origin, Referer"],
				["Host", "sso.example.com"],
				["Authorization", "Bearer x"],
				["Cookie", "a=1"],
				["Origin", "https://a"],
				["Referer", "https://a/"],
				["Content-Length", "3"],
			],
			{ body: 3 },
			"POST",
		).headers;
		for (const key of ["host", "authorization", "cookie", "origin", "referer", "x-forwarded-for", "x-request-id"])
			assert.ok(headers.has(key), key);
		assert.equal(headers.get("content-length"), "3");
	});
});

test("several Cookie lines become one", () => {
	assert.deepEqual(
		kept([
			["COOKIE", "a=1"],
			["X", "1"],
			["Cookie", "b=2; c=3"],
			["cookie", "d=4"],
		]),
		[
			["X", "1"],
			["COOKIE", "a=1; b=2; c=3; d=4"],
		],
	);
});

test("Portico's own cookies stay here, those of other services on the host too", () => {
	const context = { service: servicePlan({ ownCookies: ["portico-is", "portico-apim"] }) };
	const left = (...lines: readonly string[]) =>
		kept(
			lines.map((line) => ["Cookie", line] as const),
			context,
		);
	assert.deepEqual(left("a=1; portico-is=x; b=2"), [["Cookie", "a=1; b=2"]]);
	assert.deepEqual(left("portico-apim=x", "a=1; portico-is=y;portico-is=z"), [["Cookie", "a=1"]]);
	assert.deepEqual(left("portico-is=x"), []);
	assert.deepEqual(left("a=portico-is=1"), [["Cookie", "a=portico-is=1"]]);
});

test("a service's cookies lose its tag, those of others stay here, also from a header that stands in for the client's", () => {
	const service = servicePlan({ cookies: cookiePlan({ tag: "is.", foreignTags: ["apim."] }) });
	const pairs: Pairs = [
		["Cookie", "is.a=1; apim.a=2"],
		["Cookie", "is.b=3"],
	];
	assert.deepEqual(kept(pairs, { service }), [["Cookie", "a=1; b=3"]]);
	assert.deepEqual(kept(pairs, { service, cookies: "is.b=3; apim.a=2" }), [["Cookie", "b=3"]]);
	assert.deepEqual(kept(pairs, { service, prefixed: "a", cookies: "is.a=AAAAAAAAAAA~1" }), [["Cookie", "a=1"]]);
});

test("the values of a cookie with a prefix of ours come to the node without it", () => {
	const pairs: Pairs = [
		["Cookie", "a=AAAAAAAAAAA~1; S=AAAAAAAAAAA~1"],
		["Cookie", "S=2"],
	];
	assert.deepEqual(kept(pairs, { prefixed: "S" }), [["Cookie", "a=AAAAAAAAAAA~1; S=1; S=2"]]);
	assert.deepEqual(kept(pairs), [["Cookie", "a=AAAAAAAAAAA~1; S=AAAAAAAAAAA~1; S=2"]]);
});

test("other repeated fields stay apart, in order", () => {
	const pairs: Pairs = [
		["Accept", "a"],
		["accept", "b"],
	];
	assert.deepEqual(kept(pairs), pairs);
});

describe("framing", () => {
	const chunked: Pairs = [["Transfer-Encoding", "chunked"]];

	test("is written anew from the body's length", () => {
		assert.deepEqual(kept(chunked, { body: BODY_CHUNKED }, "POST"), chunked);
		assert.deepEqual(kept([["content-length", "007"]], { body: 7 }, "POST"), [["Content-Length", "7"]]);
		assert.deepEqual(kept([["Content-Length", "5"]], { body: BODY_CHUNKED }, "POST"), chunked);
	});

	test("states an empty body only if the method expects one", () => {
		for (const method of ["POST", "PUT", "PATCH"]) assert.deepEqual(kept([], {}, method), [["Content-Length", "0"]], method);
		for (const method of ["GET", "HEAD", "DELETE", "OPTIONS"]) assert.deepEqual(kept([], {}, method), [], method);
		assert.deepEqual(kept([["Content-Length", "0"]], {}, "DELETE"), []);
	});
});

test("an upgrade that is to be relayed is asked for anew", () => {
	const pairs: Pairs = [
		["Connection", "keep-alive, Upgrade"],
		["Upgrade", "websocket, x"],
		["Sec-WebSocket-Key", "k"],
		["Sec-WebSocket-Version", "13"],
	];
	const socket = pairs.slice(2);
	assert.deepEqual(kept(pairs, { upgrade: "websocket" }), [...socket, ["Connection", "Upgrade"], ["Upgrade", "websocket"]]);
	assert.deepEqual(kept(pairs), socket);
});
