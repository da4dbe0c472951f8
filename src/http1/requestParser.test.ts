import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cut, LIMITS, oneRequest, readRequests } from "../../test/oracle/http1Reading.ts";
import { BODY_CHUNKED } from "../http/message.ts";
import { RequestParser } from "./requestParser.ts";

const SILENT = { onHead() {}, onBody() {}, onTrailers() {}, onEnd() {} };

/** The head of a request with these field lines. */
function withFields(...lines: string[]): string {
	return `POST /x HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
}

describe("requests are read", () => {
	it("with method, target, version, fields in order and spelling, and no body", () => {
		const { heads, events, error } = oneRequest("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Odd:  v \t\r\naccept: 1\r\nAccept: 2\r\n\r\n");
		assert.equal(error, null);
		const [head] = heads;
		assert.deepEqual([head?.method, head?.target, head?.version], ["GET", "/a?b=c", 1]);
		assert.deepEqual(head?.headers.toPairs(), [
			["Host", "x"],
			["X-Odd", "v"],
			["accept", "1"],
			["Accept", "2"],
		]);
		assert.equal(head?.headers.keyAt(1), "x-odd");
		assert.deepEqual(head?.headers.all("accept"), ["1", "2"]);
		assert.equal(events.at(-1), "end");
	});

	it("with a body of Content-Length octets, and stops right after it", () => {
		const parser = new RequestParser(LIMITS, SILENT);
		const bytes = Buffer.from(`${withFields("Content-Length: 5")}helloGET / HTTP/1.1\r\n`);
		assert.equal(parser.execute(bytes), bytes.indexOf("GET /"));
		assert.equal(parser.idle, true);
	});

	it("with spaces around what frames its body, and chunked in any case", () => {
		assert.equal(oneRequest(`${withFields("Content-Length:   1  ")}x`).body, "x");
		assert.equal(oneRequest(`${withFields("Transfer-Encoding:CHUNKed ")}1\r\nx\r\n0\r\n\r\n`).body, "x");
	});

	it("chunked, stopping right after the last CRLF", () => {
		const text = `${withFields("Transfer-Encoding: chunked")}5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n`;
		const { events, body, error } = oneRequest(`${text}GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
		assert.equal(error, null);
		assert.equal(body, "hello world");
		assert.match(events[0] ?? "", new RegExp(` ${BODY_CHUNKED}$`));
		assert.equal(events.length, 5);
	});

	it("pipelined, each message in turn", () => {
		const { heads } = oneRequest("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
		assert.deepEqual(
			heads.map((head) => head.target),
			["/1", "/2"],
		);
	});

	it("from HTTP/1.0, where Host may be missing", () => {
		assert.equal(oneRequest("GET / HTTP/1.0\r\n\r\n").heads[0]?.version, 0);
	});

	it("after up to four empty lines", () => {
		const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
		assert.equal(oneRequest("\r\n".repeat(4) + request).error, null);
		assert.equal(oneRequest("\r\n".repeat(5) + request).error?.detail, "empty-lines");
		assert.equal(oneRequest(`${"\r\n".repeat(4)}${request}`.repeat(2)).heads.length, 2);
	});

	it("with octets above 0x7f in values, one character each", () => {
		assert.equal(oneRequest("GET / HTTP/1.1\r\nHost: a\r\nX: \xe9\xff\x80\r\n\r\n").heads[0]?.headers.get("x"), "\xe9\xff\x80");
	});

	it("with spaces kept that are not OWS, and an empty value", () => {
		const { heads } = oneRequest("GET / HTTP/1.1\r\nHost: a\r\nX:\xa0v\xa0 \r\nY:\r\nZ: \t \r\n\r\n");
		assert.deepEqual(heads[0]?.headers.toPairs().slice(1), [
			["X", "\xa0v\xa0"],
			["Y", ""],
			["Z", ""],
		]);
	});

	it("with methods of our own making up to 32 characters", () => {
		assert.equal(oneRequest(`${"M".repeat(32)} / HTTP/1.1\r\nHost: a\r\n\r\n`).heads[0]?.method, "M".repeat(32));
		assert.equal(oneRequest(`${"M".repeat(33)} / HTTP/1.1\r\nHost: a\r\n\r\n`).error?.detail, "method");
	});
});

describe("state between calls", () => {
	it("is idle before a message, not while it arrives, and idle again after it", () => {
		const parser = new RequestParser(LIMITS, SILENT);
		assert.equal(parser.idle, true);
		parser.execute(Buffer.from("\r\n"));
		assert.equal(parser.idle, true);
		parser.execute(Buffer.from("P"));
		assert.equal(parser.idle, false);
		parser.execute(Buffer.from("OST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1"));
		assert.equal(parser.idle, false);
		parser.execute(Buffer.from("2"));
		assert.equal(parser.idle, true);
	});

	it("hands on a whole chunk of a body as it is", () => {
		const seen: Buffer[] = [];
		const parser = new RequestParser(LIMITS, { ...SILENT, onBody: (chunk) => seen.push(chunk) });
		parser.execute(Buffer.from(withFields("Content-Length: 9")));
		const chunk = Buffer.from("12345");
		parser.execute(chunk);
		assert.equal(seen[0], chunk);
	});

	it("stays refused after an error and tells the refused line", () => {
		const parser = new RequestParser(LIMITS, SILENT);
		parser.execute(Buffer.from("GET /pa"));
		assert.throws(() => parser.execute(Buffer.from("th\x01 HTTP/1.1\r\n")), { code: "request_target_refused" });
		assert.equal(parser.refusedLine, "GET /path\x01 HTTP/1.1");
		assert.throws(() => parser.execute(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), {
			code: "http_request_error",
			detail: "after-error",
		});
	});

	it("tells the first line of a head in parts that is refused once it is whole, and nothing of its fields", () => {
		const parser = new RequestParser(LIMITS, SILENT);
		parser.execute(Buffer.from("GET /path HTTP/1.1\r\nAuthorization: Bear"));
		assert.throws(() => parser.execute(Buffer.from("er secret\r\n\r\n")), { code: "host_refused" });
		assert.equal(parser.refusedLine, "GET /path HTTP/1.1");
	});
});

/** Input, error code, detail. Each is refused, at once and octet by octet. */
const REFUSED: readonly (readonly [name: string, text: string, code: string, detail: string])[] = [
	// Request line
	["an empty method", " / HTTP/1.1\r\n", "http_request_error", "method"],
	["a method that is no token", "G@T / HTTP/1.1\r\n", "http_request_error", "method"],
	["the first octet of a TLS handshake", "\x16\x03\x01", "http_request_error", "method"],
	["no target", "GET HTTP/1.1\r\n", "http_request_error", "version"],
	["two spaces before the target", "GET  / HTTP/1.1\r\n", "http_request_error", "target"],
	["two spaces after the target", "GET /  HTTP/1.1\r\n", "http_request_error", "version"],
	["a space in the target", "GET /a b HTTP/1.1\r\n", "http_request_error", "version"],
	["a tab after the method", "GET\t/ HTTP/1.1\r\n", "http_request_error", "method"],
	["a tab in the target", "GET /a\tb HTTP/1.1\r\n", "request_target_refused", "target-char"],
	["a NUL in the target", "GET /\0 HTTP/1.1\r\n", "request_target_refused", "target-char"],
	["an octet above 0x7f in the target", "GET /\xe9 HTTP/1.1\r\n", "request_target_refused", "target-char"],
	["DEL in the target", "GET /\x7f HTTP/1.1\r\n", "request_target_refused", "target-char"],
	["HTTP/0.9", "GET /\r\n", "http_request_error", "version"],
	["a lower-case version", "GET / http/1.1\r\n", "http_request_error", "version"],
	["HTTP/1.10", "GET / HTTP/1.10\r\n", "http_request_error", "version"],
	["HTTP/11.1", "GET / HTTP/11.1\r\n", "http_request_error", "version"],
	["a space after the version", "GET / HTTP/1.1 \r\n", "http_request_error", "version"],
	["HTTP/1.2", "GET / HTTP/1.2\r\n", "http_version_unsupported", "version"],
	["HTTP/0.9 spelled out", "GET / HTTP/0.9\r\n", "http_version_unsupported", "version"],
	["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http_version_unsupported", "version"],
	["a bare LF after the request line", "GET / HTTP/1.1\nHost: a\n\n", "http_request_error", "bare-lf"],
	["a bare CR after the request line", "GET / HTTP/1.1\rXHost: a\r\n\r\n", "http_request_error", "bare-cr"],
	["a bare LF before the request line", "\nGET / HTTP/1.1\r\n", "http_request_error", "bare-lf"],
	["a bare CR before the request line", "\rGET / HTTP/1.1\r\n", "http_request_error", "bare-cr"],
	// Field lines
	["a bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n", "http_request_error", "bare-lf"],
	["a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", "http_request_error", "bare-lf"],
	["a bare CR in a value", withFields("X: a\rb"), "http_request_error", "bare-cr"],
	["a CR before CRLF", withFields("X: a\r"), "http_request_error", "bare-cr"],
	["a bare CR as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX", "http_request_error", "bare-cr"],
	["a folded line", withFields("X: a", " b"), "http_request_error", "obs-fold"],
	["a line folded by a tab", withFields("X: a", "\tb"), "http_request_error", "obs-fold"],
	["a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "http_request_error", "obs-fold"],
	["a space before the colon", withFields("X : a"), "http_request_error", "space-before-colon"],
	["a tab before the colon", withFields("Content-Length\t: 1"), "http_request_error", "space-before-colon"],
	["an empty name", withFields(": a"), "http_request_error", "field-name"],
	["a line without colon", withFields("X"), "http_request_error", "no-colon"],
	["a tab in a name", withFields("X\tY: a"), "http_request_error", "space-before-colon"],
	["a NUL in a name", withFields("X\0: a"), "http_request_error", "field-name"],
	["0x85 in a name", withFields("X\x85: a"), "http_request_error", "field-name"],
	["0xa0 before the colon", withFields("X\xa0: a"), "http_request_error", "field-name"],
	["a NUL in a value", withFields("X: a\0b"), "http_request_error", "field-value"],
	["a vertical tab in a value", withFields("X: \x0bb"), "http_request_error", "field-value"],
	["DEL in a value", withFields("X: \x7f"), "http_request_error", "field-value"],
	["an escape in a value", withFields("X: \x1b[0m"), "http_request_error", "field-value"],
	// Host
	["no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", "host_refused", "host-missing"],
	["two Hosts", withFields("Host: b"), "host_refused", "host-repeated"],
	["two equal Hosts", withFields("host: a"), "host_refused", "host-repeated"],
	["two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "host_refused", "host-repeated"],
	// Framing
	[
		"Content-Length with Transfer-Encoding",
		withFields("Content-Length: 5", "Transfer-Encoding: chunked"),
		"ambiguous_framing",
		"te-and-cl",
	],
	[
		"Transfer-Encoding with Content-Length",
		withFields("Transfer-Encoding: chunked", "Content-Length: 5"),
		"ambiguous_framing",
		"te-and-cl",
	],
	[
		"Transfer-Encoding with an empty Content-Length",
		withFields("Transfer-Encoding: chunked", "Content-Length:"),
		"ambiguous_framing",
		"te-and-cl",
	],
	["two Transfer-Encodings", withFields("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), "ambiguous_framing", "te-repeated"],
	[
		"Transfer-Encoding identity then chunked",
		withFields("Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
		"ambiguous_framing",
		"te-repeated",
	],
	["an unknown coding", withFields("Transfer-Encoding: xchunked"), "transfer_coding_unsupported", "coding-unknown"],
	["identity", withFields("Transfer-Encoding: identity"), "transfer_coding_unsupported", "coding-unknown"],
	["gzip, chunked", withFields("Transfer-Encoding: gzip, chunked"), "transfer_coding_unsupported", "coding-unknown"],
	["chunked, cow", withFields("Transfer-Encoding: chunked, cow"), "ambiguous_framing", "te-chunked-misplaced"],
	["chunked twice", withFields("Transfer-Encoding: chunked, chunked"), "ambiguous_framing", "te-chunked-misplaced"],
	["chunked with a parameter", withFields("Transfer-Encoding: chunked;a=b"), "ambiguous_framing", "te-chunked-misplaced"],
	["a comma before chunked", withFields("Transfer-Encoding: ,chunked"), "ambiguous_framing", "te-malformed"],
	["a comma after chunked", withFields("Transfer-Encoding: chunked,"), "ambiguous_framing", "te-malformed"],
	["chunked in quotes", withFields('Transfer-Encoding: "chunked"'), "ambiguous_framing", "te-malformed"],
	["two words", withFields("Transfer-Encoding: chunked x"), "ambiguous_framing", "te-malformed"],
	["an empty Transfer-Encoding", withFields("Transfer-Encoding:"), "ambiguous_framing", "te-malformed"],
	["a tab before chunked", withFields("Transfer-Encoding:\tchunked"), "ambiguous_framing", "te-malformed"],
	["a tab after chunked", withFields("Transfer-Encoding: chunked\t"), "ambiguous_framing", "te-malformed"],
	["a tab before a Content-Length", withFields("Content-Length:\t5"), "ambiguous_framing", "cl-malformed"],
	["a tab after a Content-Length", withFields("Content-Length: 5\t"), "ambiguous_framing", "cl-malformed"],
	["0xa0 before chunked", withFields("Transfer-Encoding: \xa0chunked"), "ambiguous_framing", "te-malformed"],
	["a vertical tab before chunked", withFields("Transfer-Encoding: \x0bchunked"), "http_request_error", "field-value"],
	["Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "ambiguous_framing", "te-on-1.0"],
	["two Content-Lengths", withFields("Content-Length: 1", "Content-Length: 0"), "ambiguous_framing", "cl-repeated"],
	["two equal Content-Lengths", withFields("Content-Length: 1", "content-length: 1"), "ambiguous_framing", "cl-repeated"],
	...["5, 5", "+5", "-5", "010", "00", "1e1", "0x5", "", "5 5", "5;", "1_0", "\xb2", "9007199254740992", "99999999999999999999"].map(
		(value) => [`Content-Length "${value}"`, withFields(`Content-Length: ${value}`), "ambiguous_framing", "cl-malformed"] as const,
	),
];

describe("requests are refused with", () => {
	for (const [name, text, code, detail] of REFUSED) {
		it(name, () => {
			assert.deepEqual(oneRequest(text).error, { code, detail });
			const bytes = Buffer.from(text, "latin1");
			assert.deepEqual(readRequests(cut(bytes, [...bytes.keys()])).error, { code, detail });
		});
	}
});

describe("limits", () => {
	const limits = { headBytes: 100, headerFields: 3 };
	const line = "GET / HTTP/1.1\r\n";

	it("a head of just the limit is read, one octet more is refused with request_header_section_size", () => {
		const filled = (size: number) => `${line}Host: a\r\nX: ${"x".repeat(size - line.length - "Host: a\r\nX: \r\n\r\n".length)}\r\n\r\n`;
		assert.equal(filled(100).length, 100);
		assert.equal(oneRequest(filled(100), limits).error, null);
		assert.equal(oneRequest(filled(101), limits).error?.code, "request_header_section_size");
	});

	it("is noticed as soon as the limit is full, before more arrives", () => {
		assert.equal(oneRequest(`${line}Host: ${"x".repeat(78)}`, limits).error?.code, "request_header_section_size");
		assert.equal(oneRequest(`${line}Host: ${"x".repeat(77)}`, limits).error, null);
	});

	it("a request line beyond the limit is refused with request_uri_too_long", () => {
		assert.equal(oneRequest(`GET /${"x".repeat(95)}`, limits).error?.code, "request_uri_too_long");
		assert.equal(oneRequest(`GET /${"x".repeat(94)}`, limits).error, null);
	});

	it("one field above the count is refused with request_header_count", () => {
		assert.equal(oneRequest(`${line}Host: a\r\nA: 1\r\nB: 2\r\n\r\n`, limits).error, null);
		assert.equal(oneRequest(`${line}Host: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n`, limits).error?.code, "request_header_count");
	});

	it("hold for trailers too", () => {
		const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
		assert.equal(oneRequest(`${head}${"A: 1\r\n".repeat(4)}\r\n`, limits).error?.code, "request_header_count");
		assert.equal(oneRequest(`${head}A: ${"x".repeat(100)}\r\n\r\n`, limits).error?.code, "request_header_section_size");
	});

	it("let empty lines pass outside the count of octets", () => {
		const text = `${line}Host: a\r\nX: ${"x".repeat(100 - line.length - 16)}\r\n\r\n`;
		assert.equal(oneRequest(`\r\n\r\n${text}`, limits).error, null);
	});

	it("a head that arrives octet by octet is scanned once (again at each octet, 512 KiB would take hours)", () => {
		const bytes = Buffer.from(`${line}Host: a\r\nX: ${"x".repeat(512 * 1024)}\r\n\r\n`);
		const parser = new RequestParser({ headBytes: bytes.length, headerFields: 3 }, SILENT);
		for (let i = 0; i < bytes.length; i++) parser.execute(bytes.subarray(i, i + 1));
		assert.equal(parser.idle, true);
	});
});
