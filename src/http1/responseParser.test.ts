import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cut, LIMITS, oneResponse, type ResponseOptions, readResponse } from "../../test/oracle/http1Reading.ts";
import { BODY_CHUNKED, BODY_UNTIL_CLOSE } from "../http/message.ts";
import { ResponseParser } from "./responseParser.ts";

const SILENT = { onHead() {}, onInformational() {}, onSwitch() {}, onBody() {}, onTrailers() {}, onEnd() {} };

/** A 200 with these field lines and this rest. */
function ok(lines: readonly string[], rest = ""): string {
	return `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${rest}`;
}

describe("responses are read", () => {
	it("with status, reason, version and fields", () => {
		const { responses, error } = oneResponse("HTTP/1.0 404 Not  Found\xe9\r\nX: 1\r\nContent-Length: 0\r\n\r\n");
		assert.equal(error, null);
		const [head] = responses;
		assert.deepEqual([head?.status, head?.reason, head?.version], [404, "Not  Found\xe9", 0]);
		assert.deepEqual(head?.headers.toPairs(), [
			["X", "1"],
			["Content-Length", "0"],
		]);
	});

	it("with an empty reason, and with none at all", () => {
		assert.equal(oneResponse("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").responses[0]?.reason, "");
		assert.equal(oneResponse("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").responses[0]?.reason, "");
	});

	it("with folded lines joined by one space", () => {
		const { responses } = oneResponse(ok(["A: 1 ", " \t 2", "\t", " 3  ", "B: ", " x", "Content-Length: 0"]));
		assert.deepEqual(responses[0]?.headers.toPairs(), [
			["A", "1 2 3"],
			["B", "x"],
			["Content-Length", "0"],
		]);
	});

	it("after interim responses, each told apart", () => {
		const { events } = oneResponse(
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
		);
		assert.deepEqual(
			events.map((event) => event.split(" ", 1)[0]),
			["interim", "interim", "head", "body", "end"],
		);
	});

	it("until 101 if an upgrade was asked for; what follows is left to the tunnel", () => {
		const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
		const { events, taken } = oneResponse(`${head}\x81\x00`, { upgrade: "websocket" });
		assert.match(events[0] ?? "", /^switch /);
		assert.equal(taken, head.length);
	});
});

describe("the body of a response", () => {
	const bodies: readonly (readonly [name: string, text: string, options: ResponseOptions, length: number, body: string])[] = [
		["is Content-Length octets long", ok(["Content-Length: 3"], "abcHTTP/1.1"), {}, 3, "abc"],
		["may have no octet", ok(["Content-Length: 0"], "x"), {}, 0, ""],
		["is chunked", ok(["Transfer-Encoding: Chunked"], "3\r\nabc\r\n0\r\n\r\nHTTP"), {}, BODY_CHUNKED, "abc"],
		["lasts until close without either", ok([], "abc"), { fin: true }, BODY_UNTIL_CLOSE, "abc"],
		["lasts until close and may be empty", ok([]), { fin: true }, BODY_UNTIL_CLOSE, ""],
		["is missing after HEAD, whatever its length", ok(["Content-Length: 3"], "HTTP"), { method: "HEAD" }, 0, ""],
		["is missing after HEAD when chunked", ok(["Transfer-Encoding: chunked"], "HTTP"), { method: "HEAD" }, 0, ""],
		["is missing after HEAD without framing", ok([], "HTTP"), { method: "HEAD" }, 0, ""],
		["is missing in a 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc", {}, 0, ""],
		["is missing in a 204", "HTTP/1.1 204 No Content\r\n\r\nabc", {}, 0, ""],
		["is missing in a 204 with Content-Length: 0", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", {}, 0, ""],
	];
	for (const [name, text, options, length, body] of bodies) {
		it(name, () => {
			const reading = oneResponse(text, options);
			assert.equal(reading.error, null);
			assert.equal(reading.body, body);
			assert.ok(reading.events[0]?.endsWith(` ${length}`), reading.events[0] ?? "no event");
			assert.equal(reading.events.at(-1), "end");
		});
	}

	it("leaves the octets after it to the caller, who gets an error when he feeds them", () => {
		const parser = new ResponseParser(LIMITS, SILENT);
		parser.start("GET", null);
		const bytes = Buffer.from(ok(["Content-Length: 1"], "xHTTP/1.1 200 OK\r\n"));
		const end = parser.execute(bytes);
		assert.equal(bytes.length - end, "HTTP/1.1 200 OK\r\n".length);
		assert.throws(() => parser.execute(bytes, end), { code: "http_protocol_error", detail: "unsolicited" });
	});
});

const REFUSED: readonly (readonly [name: string, text: string, code: string, detail: string])[] = [
	["a version of HTTP/2", "HTTP/2.0 200 OK\r\n", "http_protocol_error", "version"],
	["HTTP/1.2", "HTTP/1.2 200 OK\r\n", "http_protocol_error", "version"],
	["ICY", "ICY 200 OK\r\n", "http_protocol_error", "version"],
	["an empty line before it", "\r\nHTTP/1.1 200 OK\r\n", "http_protocol_error", "version"],
	["two spaces before the status", "HTTP/1.1  200 OK\r\n", "http_protocol_error", "status"],
	["a status of two digits", "HTTP/1.1 20 OK\r\n", "http_protocol_error", "status"],
	["a status of four digits", "HTTP/1.1 2000 OK\r\n", "http_protocol_error", "status"],
	["a status below 100", "HTTP/1.1 099 OK\r\n", "http_protocol_error", "status"],
	["a status above 599", "HTTP/1.1 600 OK\r\n", "http_protocol_error", "status"],
	["a status with a sign", "HTTP/1.1 +20 OK\r\n", "http_protocol_error", "status"],
	["a bare LF after the status line", "HTTP/1.1 200 OK\n", "http_protocol_error", "bare-lf"],
	["a bare LF after the status", "HTTP/1.1 200\n", "http_protocol_error", "bare-lf"],
	["a bare CR after the reason", "HTTP/1.1 200 OK\rX", "http_protocol_error", "bare-cr"],
	["a NUL in the reason", "HTTP/1.1 200 O\0K\r\n", "http_protocol_error", "reason"],
	["a first line that is folded", "HTTP/1.1 200 OK\r\n X: 1\r\n", "http_protocol_error", "obs-fold"],
	["a bare LF in a field", ok(["X: a\nY: b"]), "http_protocol_error", "bare-lf"],
	["a bare LF in a folded line", ok(["X: a", " b\nY: b"]), "http_protocol_error", "bare-lf"],
	["a NUL in a value", ok(["X: a\0"]), "http_protocol_error", "field-value"],
	["a space before a colon", ok(["X : a"]), "http_protocol_error", "space-before-colon"],
	["a line without colon", ok(["X"]), "http_protocol_error", "no-colon"],
	["Content-Length with Transfer-Encoding", ok(["Content-Length: 1", "Transfer-Encoding: chunked"]), "http_protocol_error", "te-and-cl"],
	["two Content-Lengths", ok(["Content-Length: 1", "Content-Length: 2"]), "http_protocol_error", "cl-repeated"],
	["two equal Content-Lengths", ok(["Content-Length: 1", "Content-Length: 1"]), "http_protocol_error", "cl-repeated"],
	["a Content-Length folded into two numbers", ok(["Content-Length: 1", " 2"]), "http_protocol_error", "cl-malformed"],
	["a Content-Length on a folded line", ok(["Content-Length:", " 2"]), "http_protocol_error", "cl-malformed"],
	["a coding on a folded line", ok(["Transfer-Encoding:", " chunked"]), "http_protocol_error", "te-malformed"],
	["a Content-Length that is no number", ok(["Content-Length: 1x"]), "http_protocol_error", "cl-malformed"],
	["a malformed Content-Length in a 304", "HTTP/1.1 304 N\r\nContent-Length: x\r\n\r\n", "http_protocol_error", "cl-malformed"],
	["an unknown coding", ok(["Transfer-Encoding: gzip, chunked"]), "http_response_transfer_coding", "coding-unknown"],
	["chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "http_protocol_error", "te-on-1.0"],
	["a 204 with a length", "HTTP/1.1 204 No\r\nContent-Length: 1\r\n\r\n", "http_protocol_error", "length-without-body"],
	["a 204 with a coding", "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n", "http_protocol_error", "coding-without-body"],
	["a 205 with a length", "HTTP/1.1 205 R\r\nContent-Length: 1\r\n\r\n", "http_protocol_error", "length-without-body"],
	["a 205 with a coding", "HTTP/1.1 205 R\r\nTransfer-Encoding: chunked\r\n\r\n", "http_protocol_error", "coding-without-body"],
	["a 100 with a length", "HTTP/1.1 100 C\r\nContent-Length: 1\r\n\r\n", "http_protocol_error", "length-without-body"],
	["a 100 with a coding", "HTTP/1.1 100 C\r\nTransfer-Encoding: chunked\r\n\r\n", "http_protocol_error", "coding-without-body"],
	["101 that nobody asked for", "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n", "http_upgrade_failed", "unasked"],
	["a chunk size that is none", ok(["Transfer-Encoding: chunked"], "0x1\r\n"), "http_protocol_error", "chunk-size"],
];

describe("responses are refused with", () => {
	for (const [name, text, code, detail] of REFUSED) {
		it(name, () => {
			assert.deepEqual(oneResponse(text).error, { code, detail });
			const bytes = Buffer.from(text, "latin1");
			assert.deepEqual(readResponse(cut(bytes, [...bytes.keys()])).error, { code, detail });
		});
	}

	it("101 without Upgrade, or to another protocol than was asked for", () => {
		const code = "http_upgrade_failed";
		const upgrade = "websocket";
		assert.deepEqual(oneResponse("HTTP/1.1 101 S\r\n\r\n", { upgrade }).error, { code, detail: "upgrade-missing" });
		assert.deepEqual(oneResponse("HTTP/1.1 101 S\r\nUpgrade: h2c\r\n\r\n", { upgrade }).error, { code, detail: "other-protocol" });
		assert.equal(oneResponse("HTTP/1.1 101 S\r\nUpgrade: WebSocket\r\n\r\n", { upgrade }).error, null);
	});

	it("a head beyond the limits", () => {
		const limits = { headBytes: 100, headerFields: 2 };
		const code = "http_response_header_section_size";
		assert.equal(oneResponse(ok([`X: ${"x".repeat(100)}`]), { limits }).error?.code, code);
		assert.equal(oneResponse(`HTTP/1.1 200 ${"x".repeat(100)}`, { limits }).error?.code, code);
		assert.deepEqual(oneResponse(ok(["A: 1", "B: 2", "C: 3"]), { limits }).error, { code, detail: "field-count" });
	});
});

describe("the peer closes", () => {
	const cases: readonly (readonly [when: string, text: string, code: string])[] = [
		["before the first octet", "", "connection_terminated"],
		["in the head", "HTTP/1.1 200 O", "http_response_incomplete"],
		["after an interim response", "HTTP/1.1 100 C\r\n\r\n", "http_response_incomplete"],
		["before the first octet of a body", ok(["Content-Length: 3"]), "http_response_incomplete"],
		["in a body", ok(["Content-Length: 3"], "ab"), "http_response_incomplete"],
		["before the last chunk", ok(["Transfer-Encoding: chunked"], "1\r\na\r\n"), "http_response_incomplete"],
		["in the trailers", ok(["Transfer-Encoding: chunked"], "0\r\nA: 1\r\n"), "http_response_incomplete"],
	];
	for (const [when, text, code] of cases) {
		it(`${when}: ${code}`, () => {
			assert.equal(oneResponse(text, { fin: true }).error?.code, code);
		});
	}

	it("while nothing is awaited: no error", () => {
		assert.doesNotThrow(() => new ResponseParser(LIMITS, SILENT).finish());
	});
});

describe("state between calls", () => {
	it("has started from the first octet of a response until the next is announced", () => {
		const parser = new ResponseParser(LIMITS, SILENT);
		assert.equal(parser.started, false);
		parser.start("GET", null);
		assert.equal(parser.started, false);
		parser.execute(Buffer.from("H"));
		assert.equal(parser.started, true);
		parser.execute(Buffer.from("TTP/1.1 204 No\r\n\r\n"));
		assert.equal(parser.started, true);
		parser.start("GET", null);
		assert.equal(parser.started, false);
	});

	it("does not let a second response be announced while one is under way", () => {
		const parser = new ResponseParser(LIMITS, SILENT);
		parser.start("GET", null);
		assert.throws(() => parser.start("GET", null), { code: "proxy_internal_error" });
	});

	it("stays refused after an error", () => {
		const parser = new ResponseParser(LIMITS, SILENT);
		parser.start("GET", null);
		assert.throws(() => parser.execute(Buffer.from("SSH-2.0")), { code: "http_protocol_error" });
		assert.throws(() => parser.execute(Buffer.from("HTTP/1.1 200 OK\r\n")), { detail: "after-error" });
		assert.throws(() => parser.finish(), { detail: "after-error" });
	});
});
