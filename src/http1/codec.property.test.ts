import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { cut, LIMITS, readRequests, readResponse } from "../../test/oracle/http1Reading.ts";
import { RequestParser } from "./requestParser.ts";

/** Pieces of wire text, good and bad, out of which messages are put together. */
const REQUEST_PIECES = [
	"GET / HTTP/1.1\r\n",
	"POST /a?b HTTP/1.1\r\n",
	"HEAD * HTTP/1.0\r\n",
	"Host: a\r\n",
	"Content-Length: 5\r\n",
	"Transfer-Encoding: chunked\r\n",
	"X-Odd:\t v \r\n",
	" folded\r\n",
	"Connection: close\r\n",
	"\r\n",
	"hello",
	"5\r\nhello\r\n",
	"3;a=b\r\nabc\r\n",
	'1;a="\\"";b\r\nx\r\n',
	"0\r\n\r\n",
	"0\r\nA: 1\r\nHost: b\r\n\r\n",
	"\n",
	"\r",
	"\0",
	"\xff",
	":",
];
const RESPONSE_PIECES = [
	...REQUEST_PIECES.slice(3),
	"HTTP/1.1 200 OK\r\n",
	"HTTP/1.1 100 Continue\r\n\r\n",
	"HTTP/1.0 404\r\n",
	"HTTP/1.1 204 No\r\n",
	"HTTP/1.1 304 \r\n",
	"HTTP/1.1 101 S\r\n",
	"Upgrade: x\r\n",
];

/** Whole messages in most runs, so that the deep states are reached too. */
const GOOD_REQUEST = fc.constantFrom(
	"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0\r\nA: 1\r\n\r\n',
	"\r\nGET / HTTP/1.0\r\n\r\n",
);
const GOOD_RESPONSE = fc.constantFrom(
	"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\n 2\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: 1\r\n\r\n",
	"HTTP/1.0 200 OK\r\n\r\nhello",
	"HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\nhello",
);

const requests = wire(GOOD_REQUEST, REQUEST_PIECES);
const responses = wire(GOOD_RESPONSE, RESPONSE_PIECES);
const cuts = fc.array(fc.nat(400), { maxLength: 12 });
const limits = fc.constantFrom(
	{ headBytes: 65536, headerFields: 128 },
	{ headBytes: 60, headerFields: 128 },
	{ headBytes: 65536, headerFields: 2 },
);

/** Messages and loose pieces in any order, with a few octets changed, put in or taken out. */
function wire(good: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<Buffer> {
	const text = fc.array(fc.oneof(good, fc.constantFrom(...pieces)), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
	const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(2), fc.oneof(fc.nat(255), fc.constantFrom(0, 9, 10, 13, 32, 58, 127))), {
		maxLength: 3,
	});
	return fc.tuple(text, edits).map(([original, changes]) => {
		const octets = [...Buffer.from(original, "latin1")];
		for (const [where, kind, octet] of changes) octets.splice(where % octets.length, kind === 0 ? 0 : 1, ...(kind === 2 ? [] : [octet]));
		return Buffer.from(octets);
	});
}

/** The offsets of `all` within the message; each octet alone if there are none. */
function parts(bytes: Buffer, all: readonly number[]): Buffer[] {
	return cut(bytes, all.length === 0 ? [...bytes.keys()] : all.filter((offset) => offset < bytes.length)).filter((part) => part.length > 0);
}

describe("any split of the same octets gives the same events, body, end and error", () => {
	it("of requests", () => {
		fc.assert(
			fc.property(requests, cuts, limits, (bytes, all, bounds) => {
				const { heads: _, taken: __, ...whole } = readRequests([bytes], bounds);
				const { heads: ___, taken: ____, ...split } = readRequests(parts(bytes, all), bounds);
				assert.deepEqual(split, whole);
			}),
			{ numRuns: 2000 },
		);
	});

	it("of responses", () => {
		fc.assert(
			fc.property(
				responses,
				cuts,
				limits,
				fc.constantFrom("GET", "HEAD"),
				fc.boolean(),
				fc.boolean(),
				(bytes, all, bounds, method, upgrade, fin) => {
					const options = { limits: bounds, method, fin, ...(upgrade ? { upgrade: "websocket" } : {}) };
					const { responses: _, taken: __, ...whole } = readResponse([bytes], options);
					const { responses: ___, taken: ____, ...split } = readResponse(parts(bytes, all), options);
					assert.deepEqual(split, whole);
				},
			),
			{ numRuns: 2000 },
		);
	});
});

describe("no octets whatever make a parser throw anything but PorticoError", () => {
	it("when they are random", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
				readRequests([Buffer.from(octets)]);
				readResponse([Buffer.from(octets)], { fin: true });
			}),
			{ numRuns: 1000 },
		);
	});

	it("when a head is followed by random chunked data", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
				readRequests([Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), Buffer.from(octets)]);
			}),
			{ numRuns: 1000 },
		);
	});
});

it("parsers that wait in the middle of their heads do not disturb each other", () => {
	const texts = ["GET /1 HTTP/1.1\r\nHost: one\r\nA: 1\r\n\r\n", "POST /two HTTP/1.1\r\nHost: b\r\nLonger-Name: value\r\n\r\n"];
	const whole = texts.map((text) => readRequests([Buffer.from(text)]).heads[0]?.headers.toPairs());
	fc.assert(
		fc.property(fc.array(fc.nat(60), { maxLength: 4 }), fc.array(fc.nat(60), { maxLength: 4 }), (first, second) => {
			const seen: unknown[] = [];
			const parsers = texts.map(
				(_, i) =>
					new RequestParser(LIMITS, { onHead: (head) => (seen[i] = head.headers.toPairs()), onBody() {}, onTrailers() {}, onEnd() {} }),
			);
			const queues = [first, second].map((all, i) => parts(Buffer.from(texts[i] ?? ""), all));
			while (queues.some((queue) => queue.length > 0)) {
				queues.forEach((queue, i) => {
					const part = queue.shift();
					if (part !== undefined) parsers[i]?.execute(part);
				});
			}
			assert.deepEqual(seen, whole);
		}),
	);
});
