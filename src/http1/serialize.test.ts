import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { oneRequest, oneResponse } from "../../test/oracle/http1Reading.ts";
import { HeaderList } from "../http/headers.ts";
import { chunkHead, LAST_CHUNK, lastChunk, requestHeadText, responseHeadText } from "./serialize.ts";

const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 30 });
const VALUE = [...Array(256).keys()].filter((code) => code === 9 || (code >= 32 && code !== 127)).map((code) => String.fromCharCode(code));
const value = fc.string({ unit: fc.constantFrom(...VALUE), maxLength: 40 }).map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ""));
const FRAMING = ["host", "content-length", "transfer-encoding", "upgrade"];
const pairs = fc
	.array(fc.tuple(token, value), { maxLength: 20 })
	.map((all) => all.filter(([name]) => !FRAMING.includes(name.toLowerCase())));

describe("heads are written", () => {
	it("with the request line, the fields in order and spelling, and the empty line", () => {
		const headers = HeaderList.of(["Host", "a"], ["x-odd", ""], ["X-Odd", "2"]);
		assert.equal(
			requestHeadText({ method: "GET", target: "/a?b", version: 1, headers }),
			"GET /a?b HTTP/1.1\r\nHost: a\r\nx-odd: \r\nX-Odd: 2\r\n\r\n",
		);
		assert.equal(requestHeadText({ method: "GET", target: "/", version: 0, headers: new HeaderList() }), "GET / HTTP/1.0\r\n\r\n");
	});

	it("with the status line; an empty reason keeps its space", () => {
		const headers = HeaderList.of(["A", "1"]);
		assert.equal(responseHeadText({ status: 404, reason: "Not Found", version: 1, headers }), "HTTP/1.1 404 Not Found\r\nA: 1\r\n\r\n");
		assert.equal(responseHeadText({ status: 200, reason: "", version: 1, headers }), "HTTP/1.1 200 \r\nA: 1\r\n\r\n");
	});

	it("so that our parsers read the same head back", () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 32 }), pairs, (method, fields) => {
				const headers = HeaderList.of(["Host", "a"], ...fields);
				const { heads, error } = oneRequest(requestHeadText({ method, target: "/x", version: 1, headers }));
				assert.equal(error, null);
				assert.deepEqual(
					{ ...heads[0], headers: heads[0]?.headers.toPairs() },
					{ method, target: "/x", version: 1, headers: headers.toPairs() },
				);
			}),
		);
		fc.assert(
			fc.property(fc.integer({ min: 206, max: 599 }), value, pairs, (status, reason, fields) => {
				const headers = HeaderList.of(...fields);
				const { responses, error } = oneResponse(responseHeadText({ status, reason, version: 1, headers }));
				assert.equal(error, null);
				assert.deepEqual(
					{ ...responses[0], headers: responses[0]?.headers.toPairs() },
					{ status, reason, version: 1, headers: headers.toPairs() },
				);
			}),
		);
	});
});

describe("chunks", () => {
	it("have their size in hexadecimal", () => {
		assert.equal(chunkHead(500), "1f4\r\n");
	});

	it("end with or without trailers", () => {
		assert.equal(lastChunk(null), LAST_CHUNK);
		assert.equal(lastChunk(new HeaderList()), LAST_CHUNK);
		assert.equal(lastChunk(HeaderList.of(["A", "1"])), "0\r\nA: 1\r\n\r\n");
	});
});
