import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { ConnectionError } from "./connectionError.ts";
import { HpackDecoder } from "./hpackDecoder.ts";
import { HpackEncoder } from "./hpackEncoder.ts";
import { OutBuffer } from "./outBuffer.ts";
import { block, indexedLiteral } from "./wire.fixture.ts";

const LIMITS = { fields: 400, bytes: 98_304 };

function decode(decoder: HpackDecoder, bytes: Buffer, limits = LIMITS): string[] {
	const fields: string[] = [];
	decoder.decode(bytes, 0, bytes.length, limits, { onField: ({ field }, value) => fields.push(`${field.spelled}: ${value}`) });
	return fields;
}

/** RFC 7541 appendix C.4 and C.3: the same three requests on one connection, with and without Huffman. */
const REQUESTS = [
	[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
	[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
	[":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com", "custom-key: custom-value"],
];
const EXAMPLES = {
	"plain (C.3)": [
		"828684410f7777772e6578616d706c652e636f6d",
		"828684be58086e6f2d6361636865",
		"828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
	],
	"Huffman (C.4)": ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"],
};

for (const [name, blocks] of Object.entries(EXAMPLES)) {
	test(`the examples of RFC 7541, ${name}`, () => {
		const decoder = new HpackDecoder();
		assert.deepEqual(
			blocks.map((hex) => decode(decoder, Buffer.from(hex, "hex"))),
			REQUESTS,
		);
	});
}

test("responses with a small table (RFC 7541 C.6): entries are evicted in order", () => {
	const decoder = new HpackDecoder();
	const first = "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3";
	// The table of the example has 256 octets.
	assert.equal(decode(decoder, Buffer.from(`3fe101${first}`, "hex"))[0], ":status: 302");
	assert.deepEqual(decode(decoder, Buffer.from("4883640effc1c0bf", "hex")), [
		":status: 307",
		"cache-control: private",
		"date: Mon, 21 Oct 2013 20:13:21 GMT",
		"location: https://www.example.com",
	]);
});

test("one-octet references count as much as what they stand for", () => {
	const decoder = new HpackDecoder();
	const bomb = Buffer.concat([indexedLiteral("x", "v".repeat(4000)), Buffer.alloc(60, 0xbe)]);
	assert.equal(decode(decoder, bomb).length, 24);
	assert.equal(decoder.overflow, "bytes");
	assert.throws(() => decode(decoder, Buffer.alloc(200, 0xbe)), new ConnectionError(11, "header-list"));
});

test("the smallest fields count 32 octets more", () => {
	const decoder = new HpackDecoder();
	assert.equal(decode(decoder, block(new Array(100).fill(["", ""])), { fields: 1000, bytes: 1000 }).length, 31);
	assert.equal(decoder.overflow, "bytes");
	assert.equal(decode(decoder, block(new Array(100).fill(["", ""])), { fields: 40, bytes: 1e6 }).length, 40);
	assert.equal(decoder.overflow, "fields");
});

test("what is over the limits still changes the table", () => {
	const decoder = new HpackDecoder();
	assert.deepEqual(decode(decoder, Buffer.concat([indexedLiteral("a", "b"), indexedLiteral("c", "d")]), { fields: 1, bytes: 1000 }), [
		"a: b",
	]);
	assert.deepEqual(decode(decoder, Buffer.from([0xbe, 0xbf])), ["c: d", "a: b"]);
});

/** Encodes heads as one connection would. */
function encoding(): (fields: HeaderList, status?: number) => Buffer {
	const encoder = new HpackEncoder();
	const out = new OutBuffer(16);
	return Object.assign(
		(fields: HeaderList, status = 200) => {
			out.length = 0;
			encoder.begin(out);
			encoder.status(out, status);
			encoder.fields(out, fields);
			return Buffer.from(out.view);
		},
		{ encoder },
	);
}

test("what was sent before is sent as an index, and read as it was", () => {
	const encode = encoding();
	const decoder = new HpackDecoder();
	const head = HeaderList.of(["Content-Type", "text/html"], ["Set-Cookie", "a=b"], ["X-A", "b"], ["Content-Length", "11"]);
	const expected = [":status: 404", "content-type: text/html", "set-cookie: a=b", "x-a: b", "content-length: 11"];
	const first = encode(head, 404);
	assert.deepEqual(decode(decoder, first), expected);
	const second = encode(head, 404);
	assert.deepEqual(decode(decoder, second), expected);
	assert.ok(second.length < first.length / 2, `${second.length} of ${first.length}`);
	// Never indexed, by anyone.
	assert.ok(second.includes(Buffer.from([0x1f, 55 - 15, 3, 0x61, 0x3d, 0x62])));
});

test("connection fields are left out, and any status is told", () => {
	const decoder = new HpackDecoder();
	const head = HeaderList.of(["Connection", "x"], ["Keep-Alive", "5"], ["Upgrade", "h2c"], ["Transfer-Encoding", "chunked"], ["A", ""]);
	assert.deepEqual(decode(decoder, encoding()(head, 418)), [":status: 418", "a: "]);
});

test("thousands of different fields: both tables stay in step", () => {
	const encode = encoding();
	const decoder = new HpackDecoder();
	for (let round = 0; round < 2000; round++) {
		const pairs = Array.from({ length: 5 }, (_, at) => [`x-${(round * 7 + at * 3) % 300}`, "v".repeat((round * at) % 300)] as const);
		const expected = [":status: 200", ...pairs.map(([name, value]) => `${name}: ${value}`)];
		assert.deepEqual(decode(decoder, encode(HeaderList.of(...pairs))), expected);
	}
});

test("the client's table size: the least and the last are announced, and kept to", () => {
	const encoder = new HpackEncoder();
	const out = new OutBuffer(64);
	const head = HeaderList.of(["x-a", "b"]);
	const encode = (): Buffer => {
		out.length = 0;
		encoder.begin(out);
		encoder.fields(out, head);
		return Buffer.from(out.view);
	};
	encode();
	encoder.setLimit(0);
	encoder.setLimit(2 ** 32 - 1);
	const bytes = encode();
	assert.deepEqual([...bytes.subarray(0, 4)], [0x20, 0x3f, 0xe1, 0x1f]);
	assert.deepEqual(decode(new HpackDecoder(), bytes), ["x-a: b"]);
});
