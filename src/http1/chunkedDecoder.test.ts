import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cut, oneRequest, type Reading, readRequests } from "../../test/oracle/http1Reading.ts";

const HEAD = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

function chunked(text: string): Reading {
	return oneRequest(HEAD + text);
}

describe("chunked bodies are decoded", () => {
	it("with sizes in either case and leading zeros", () => {
		assert.equal(chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0001\r\nx\r\n00\r\n\r\n").body, "01234567890123456789x");
	});

	it("with octets that look like framing", () => {
		assert.equal(chunked("5\r\n\r\n0\r\n\r\n0\r\n\r\n").body, "\r\n0\r\n");
	});

	it("without their extensions", () => {
		assert.equal(chunked('1;a\r\nx\r\n1;a=b;c="d\\"; \\\\ e\t";f\r\ny\r\n0;z=""\r\n\r\n').body, "xy");
	});

	it("with trailers, of which only harmless ones are told", () => {
		const trailers =
			"X-Checksum: 1\r\nHost: b\r\nContent-Length: 5\r\nX-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: 1.2.3.4\r\nCookie: a\r\nAuthorization: b\r\nGrpc-Status: 0\r\n";
		const { events, error } = chunked(`1\r\nx\r\n0\r\n${trailers}\r\n`);
		assert.equal(error, null);
		assert.deepEqual(events.slice(1), ["body x", 'trailers [["X-Checksum","1"],["Grpc-Status","0"]]', "end"]);
	});

	it("without a word about trailers if none may be relayed", () => {
		assert.deepEqual(chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n").events.slice(1), ["end"]);
	});

	it("with a body of no octets", () => {
		assert.deepEqual(chunked("0\r\n\r\n").events.slice(1), ["end"]);
	});
});

const REFUSED: readonly (readonly [name: string, text: string, detail: string])[] = [
	["a size with a prefix", "0x1\r\n", "chunk-size"],
	["a size with a sign", "+1\r\n", "chunk-size"],
	["a negative zero", "-0x0\r\n", "chunk-size"],
	["a size with an underscore", "0_2e\r\n", "chunk-size"],
	["a size with letters after it", "1zz\r\n", "chunk-size"],
	["no size", "\r\n", "chunk-size"],
	["only an extension", ";a\r\n", "chunk-size"],
	["spaces before a size", " 1\r\nx\r\n", "chunk-size"],
	["spaces after a size", "1 \r\nx\r\n", "chunk-size"],
	["a tab after a size", "1\t\r\nx\r\n", "chunk-size"],
	["a size of 17 digits", "00000000000000001\r\nx\r\n", "chunk-size"],
	["a size above 2^53-1", "20000000000000\r\n", "chunk-size"],
	["a size of 2^64", "10000000000000000\r\n", "chunk-size"],
	["a bare LF after a size", "1\nx\r\n", "bare-lf"],
	["a bare CR after a size", "1\rx", "bare-cr"],
	["two CRs after a size", "5\r\r;ABCD\r\n", "bare-cr"],
	["a bare LF after an extension", "2;a\nx", "bare-lf"],
	["a bare LF in an extension's value", "2;a=b\nx", "bare-lf"],
	["a bare LF in a quoted value", '2;a="b\nx"', "bare-lf"],
	["a bare LF at the start of an extension", "2;\nxx\r\n0\r\n\r\n", "bare-lf"],
	["a bare CR in an extension", "41;a=b\r\rXXX", "bare-cr"],
	["a CR in a quoted value", '1;a="b\r\n"', "chunk-extension"],
	["an extension without name", "1;\r\nx", "chunk-extension"],
	["an extension without value", "1;a=\r\nx", "chunk-extension"],
	["an extension with two values", "1;a=b=c\r\nx", "chunk-extension"],
	["text before a quote", '1;a=b"c"\r\nx', "chunk-extension"],
	["text after a quote", '1;a="b"c\r\nx', "chunk-extension"],
	["a space in an extension", "1; a=b\r\nx", "chunk-extension"],
	["a NUL in an extension", "1;a\0\r\nx", "chunk-extension"],
	["an octet above 0x7f in an extension", "1;\x85a\r\nx", "chunk-extension"],
	["extensions without end", `1;${"a".repeat(17_000)}`, "chunk-extension-bytes"],
	["extensions that add up", `1;${"a".repeat(1000)}\r\nx\r\n`.repeat(17), "chunk-extension-bytes"],
	["a chunk longer than its size", "1\r\nxy\r\n", "chunk-end"],
	["a chunk that ends in a bare LF", "1\r\nx\n1\r\n", "bare-lf"],
	["a chunk that ends in a bare CR", "1\r\nx\r1\r\n", "chunk-end"],
	["no CRLF after a chunk", "1\r\nx0\r\n\r\n", "chunk-end"],
	["a bare LF after the last chunk", "0\n\n", "bare-lf"],
	["a bare LF for the empty line", "0\r\n\n", "bare-lf"],
	["a folded trailer", "0\r\nA: 1\r\n b\r\n\r\n", "obs-fold"],
	["a trailer without colon", "0\r\nGET / HTTP/1.1\r\n", "space-before-colon"],
	["a NUL in a trailer", "0\r\nA: \0\r\n\r\n", "field-value"],
];

describe("chunked bodies are refused with", () => {
	for (const [name, text, detail] of REFUSED) {
		it(name, () => {
			assert.deepEqual(chunked(text).error, { code: "http_request_error", detail });
			const bytes = Buffer.from(HEAD + text, "latin1");
			assert.deepEqual(readRequests(cut(bytes, [...bytes.keys()])).error, { code: "http_request_error", detail });
		});
	}
});
