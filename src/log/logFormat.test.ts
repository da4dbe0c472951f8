import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exchangeRecord } from "../../test/harness/exchangeRecord.ts";
import { HeaderList } from "../http/headers.ts";
import { DIRECTIVES } from "./directives.ts";
import { DIRECTIVE_TEXTS } from "./directiveTexts.ts";
import { compileFormat } from "./logFormat.ts";
import { DEFAULT_MASK } from "./mask.ts";
import type { ExchangeRecord } from "./record.ts";

const line = (format: string, fields: Partial<ExchangeRecord> = {}): string => compileFormat(format, DEFAULT_MASK)(exchangeRecord(fields));

const COMBINED = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"';

test("combined and common are the LogFormat strings of Apache's documentation", () => {
	const value = fc.option(fc.string({ unit: "binary-ascii", maxLength: 30 }), { nil: null });
	fc.assert(
		fc.property(
			value,
			value,
			fc.webUrl({ withQueryParameters: true, withFragments: true }),
			fc.nat(),
			(referer, agent, target, bytesOut) => {
				const requestHeaders = new HeaderList();
				if (referer !== null) requestHeaders.add("Referer", referer);
				if (agent !== null) requestHeaders.add("User-Agent", agent);
				const fields = { requestHeaders, target, bytesOut };
				assert.equal(line("combined", fields), line(COMBINED, fields));
				assert.equal(line("common", fields), line('%h %l %u %t "%r" %>s %b', fields));
			},
		),
	);
});

test("combined masks secrets in the target and in the Referer", () => {
	const fields = { target: "/is-oauth2/authorize?code=1", requestHeaders: HeaderList.of(["Referer", "https://a.example/?id_token=2"]) };
	const expected = /"GET \/is-oauth2\/authorize\?code=\*\*\* HTTP\/1.1" 200 1234 "https:\/\/a.example\/\?id_token=\*\*\*" "-"$/;
	assert.match(line("combined", fields), expected);
	assert.match(line(COMBINED, fields), expected);
});

test("headers that are credentials are never shown", () => {
	const requestHeaders = HeaderList.of(["Authorization", "Basic QQ=="], ["Cookie", "JSESSIONID=1; route=n1"], ["X-Auth-Token", "t"]);
	const responseHeaders = HeaderList.of(["Set-Cookie", "opbs=1"], ["Location", "https://rp.example/?code=1"]);
	const format = "%{Authorization}i %{cookie}i %{X-Auth-Token}i %{Set-Cookie}o %{Location}o %{JSESSIONID}C %{route}C %q";
	const text = line(format, { requestHeaders, responseHeaders, target: "/?token=1" });
	assert.equal(text, "*** *** *** *** https://rp.example/?code=*** *** n1 ?token=***");
});

test("what is unknown is a dash, what was sent empty stays empty", () => {
	const nothing = {
		method: "",
		clientAddress: "",
		requestId: "",
		routeId: "",
		member: "",
		upstreamStatus: 0,
		firstByte: -1,
		tlsVersion: null,
	};
	assert.equal(line("%h|%r|%m|%H|%L|%{route}n|%{member}n|%{service}n", nothing), "-|-|-|-|-|-|-|-");
	assert.equal(line("%{error}n|%{rule}n|%{upstream_status}n|%^FB|%{SSL_PROTOCOL}x|%{a}i|%{a}o|%{a}C", nothing), "-|-|-|-|-|-|-|-");
	assert.equal(line("[%{Referer}i]", { requestHeaders: HeaderList.of(["Referer", ""]) }), "[]");
	assert.match(line("combined", nothing), /^- - - \[[^\]]+\] "-" 200 1234 "-" "-"$/);
});

test("a request line that was not understood is shown as it came", () => {
	assert.equal(line("%r", { requestLine: 'GET /?code=1 "x\x01" HTTP/9', method: "" }), "GET /?code=*** HTTP/9");
	assert.equal(line("%r", { requestLine: 'B"\x16\x03', method: "" }), 'B\\"\\x16\\x03');
});

test("times", () => {
	const record = { startWall: 1_700_000_000_123, duration: 2345.6789, firstByte: 1.5 };
	assert.equal(line("%D %T %{s}T %{ms}T %{us}T %^FB", record), "2345679 2 2 2345 2345679 1500");
	assert.equal(
		line("%{sec}t %{msec}t %{usec}t %{msec_frac}t %{usec_frac}t", record),
		"1700000000 1700000000123 1700000000123000 123 123000",
	);
	assert.equal(line("%{end:sec}t %{begin:msec_frac}t %{end:msec_frac}t", record), "1700000002 123 468");
	assert.equal(line("%{%s.}t%{msec_frac}t", record), "1700000000.123");
});

test("local time is that of the machine, daylight saving included", (t) => {
	const zone = process.env.TZ;
	t.after(() => {
		if (zone === undefined) delete process.env.TZ;
		else process.env.TZ = zone;
	});
	process.env.TZ = "America/New_York";
	assert.equal(line("%t", { startWall: Date.UTC(2026, 0, 1, 3, 0, 0) }), "[31/Dec/2025:22:00:00 -0500]");
	assert.equal(line("%t", { startWall: Date.UTC(2026, 6, 1, 3, 0, 0) }), "[30/Jun/2026:23:00:00 -0400]");
	assert.equal(line("%{%F %T %z %j}t", { startWall: Date.UTC(2026, 6, 1, 3, 0, 0) }), "2026-06-30 23:00:00 -0400 181");
	const hours = [4, 5, 16, 17].map((hour) => line("%{%I %l %p}t", { startWall: Date.UTC(2026, 6, 1, hour) }));
	assert.deepEqual(hours, ["12 12 AM", "01  1 AM", "12 12 PM", "01  1 PM"]);
});

test("Portico's own values", () => {
	const fields = { attempts: 2, error: "connection_refused", rule: "path.parameter", phase: "assigned", upstreamStatus: 502 } as const;
	const format =
		"%{service}n %{route}n %{member}n %{attempts}n %{upstream_status}n %{error}n %{rule}n %{phase}n %{request_id}n %L %{UNIQUE_ID}e";
	assert.equal(line(format, fields), "is is:/carbon is-1/servlet 2 502 connection_refused path.parameter assigned id-1 id-1 id-1");
});

test("addresses, ports and the connection", () => {
	assert.equal(line("%h %a %{c}a %{c}h %{remote}p", {}), "192.0.2.7 192.0.2.7 192.0.2.1 192.0.2.1 50000");
	assert.equal(line("%V %v %p", { authority: "[2001:db8::1]:8443" }), "[2001:db8::1] [2001:db8::1] 8443");
	assert.equal(line("%V %p", {}), "sso.example.com 443");
	assert.equal(line("%p", { scheme: "http" }), "80");
	assert.equal(line("%k%X", { requestIndex: 3, keptAlive: true }), "3+");
	assert.equal(line("%X", { keptAlive: false }), "-");
	assert.equal(line("%X", { keptAlive: false, error: "client_gone", status: 499 }), "X");
	assert.equal(line("%H %{SSL_PROTOCOL}x %{HTTPS}x", { version: 2 }), "HTTP/2.0 TLSv1.3 on");
});

test("bytes on the wire count heads and bodies", () => {
	const requestHeaders = HeaderList.of(["Host", "a"]);
	const responseHeaders = HeaderList.of(["Content-Length", "3"]);
	const sent = { method: "PUT", target: "/", requestHeaders, bytesIn: 5, responseHeaders, bytesOut: 3 };
	const received = "PUT / HTTP/1.1\r\nHost: a\r\n\r\n12345".length;
	const answered = "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n123".length;
	assert.equal(line("%I %O %S", sent), `${received} ${answered} ${received + answered}`);
});

test("a directive can be limited to statuses", () => {
	assert.equal(line("%400,501{X}i %!200,304h %!404h %200s", { status: 200 }), "- - 192.0.2.7 200");
	assert.equal(line("%400,501h %!200,304h", { status: 501 }), "192.0.2.7 192.0.2.7");
	assert.equal(line("%>s %<s %s"), "200 200 200");
});

test("escapes of the format itself", () => {
	assert.equal(line('\\"%m\\"\\t%%\\n\\\\x\\q'), '"GET"\t%\n\\x\\q');
});

const MISTAKES: readonly (readonly [format: string, message: RegExp])[] = [
	["%h %Z", /^Error: access log format, character 4: %Z is not known/],
	["%", /character 1: % is unfinished$/],
	["%h %200", /character 4: %200 is unfinished$/],
	["%{Referer", /character 1: %\{Referer has no closing brace$/],
	["%i", /character 1: %i needs a name in braces$/],
	["%{x}h", /character 1: %\{x\}h takes one of these arguments: none, c$/],
	["%{x}m", /character 1: %\{x\}m takes no argument \{x\}$/],
	["%{nope}n", /%\{nope\}n takes one of these arguments: attempts, error, /],
	["%{PATH}e", /takes one of these arguments: UNIQUE_ID, /],
	["%{%Q}t", /%\{%Q\}t has an unknown time field %Q$/],
	["%^XX", /%\^XX is not known/],
	["%constructor", /%c is not known/],
];

for (const [format, message] of MISTAKES) {
	test(`${format} is refused with its position`, () => assert.throws(() => compileFormat(format, []), message));
}

test("json holds everything, masked, in one line of valid JSON", () => {
	const requestHeaders = HeaderList.of(["User-Agent", 'a"\\\n\xc3\xa9'], ["Referer", "/?code=1"]);
	const text = line("json", { target: "/is-x?token=1&a=b", requestHeaders, rule: "path.parameter", user: "\xc3\xa4nna" });
	assert.ok(!text.includes("\n"));
	assert.deepEqual(JSON.parse(text), {
		time: "2026-01-31T12:00:00.123Z",
		duration_ms: 12.345,
		client: "192.0.2.7",
		method: "GET",
		scheme: "https",
		host: "sso.example.com",
		path: "/is-x?token=***&a=b",
		protocol: "HTTP/1.1",
		request_line: null,
		status: 200,
		bytes: 1234,
		bytes_in: 0,
		service: "is",
		route: "is:/carbon",
		member: "is-1/servlet",
		attempts: 1,
		phase: "recorded",
		error: null,
		rule: "path.parameter",
		upstream_status: 200,
		first_byte_ms: 10,
		request_id: "id-1",
		user: "änna",
		user_agent: 'a"\\\né',
		referer: "/?code=***",
		tls: "TLSv1.3",
	});
});

test("json is valid whatever the client sent, and every key is always there", () => {
	const keys = Object.keys(JSON.parse(line("json")) as object);
	const text = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 20 });
	fc.assert(
		fc.property(text, text, fc.option(text, { nil: null }), fc.nat(2 ** 41), (target, agent, requestLine, startWall) => {
			const fields = { target, requestLine, startWall, requestHeaders: HeaderList.of(["User-Agent", agent]) };
			const parsed = JSON.parse(line("json", fields)) as Record<string, unknown>;
			assert.deepEqual(Object.keys(parsed), keys);
			assert.equal(parsed.time, new Date(startWall).toISOString());
		}),
	);
});

test("the table of the documentation has every directive with its arguments, and each is understood", () => {
	assert.deepEqual(Object.keys(DIRECTIVE_TEXTS), Object.keys(DIRECTIVES));
	for (const [letter, { arguments: names }] of Object.entries(DIRECTIVE_TEXTS)) {
		for (const name of names) compileFormat(`%${name === "" ? "" : `{${name === "Name" && letter === "t" ? "%F" : name}}`}${letter}`, []);
		const wrong = () => compileFormat(`%{no such}${letter}`, []);
		if (names.includes("Name")) continue;
		assert.throws(
			wrong,
			letter === "%" || names.length === 1 ? /takes/ : new RegExp(`: ${names.map((name) => name || "none").join(", ")}`),
		);
	}
});

test("a directive that is not known names the nearest", () => {
	const told = (format: string): string => {
		try {
			compileFormat(format, []);
			return "";
		} catch (error) {
			return String(error);
		}
	};
	assert.match(told("%h %R"), /character 4: %R is not known: did you mean %r \(request line/);
	assert.match(told("%Z"), /%Z is not known; known are % a B/);
	assert.match(told("%{request-id}n"), /did you mean request_id\?/);
	assert.match(told("%{Rule}n"), /did you mean rule\?/);
	assert.match(told("%{upstream}n"), /did you mean upstream_status\?/);
	assert.equal(told("%L %{request_id}n %{UNIQUE_ID}e %{X-Request-Id}o"), "");
});
