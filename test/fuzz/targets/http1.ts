import assert from "node:assert/strict";
import { PorticoError } from "../../../src/errors.ts";
import { ChunkedDecoder } from "../../../src/http1/chunkedDecoder.ts";
import type { HeadRules } from "../../../src/http1/headReader.ts";
import { chunkHead, requestHeadText, responseHeadText } from "../../../src/http1/serialize.ts";
import { type Reading, type ResponseOptions, readRequests, readResponse } from "../../oracle/http1Reading.ts";
import { pieces, type Target } from "../target.ts";

const WORDS = [
	"\r\n",
	"\r\n\r\n",
	"HTTP/1.1",
	"HTTP/1.0",
	"Host: a\r\n",
	"Content-Length: ",
	"Transfer-Encoding: chunked\r\n",
	"Connection: close\r\n",
	"Upgrade: websocket\r\n",
	"chunked",
	"0\r\n\r\n",
	"5\r\nhello\r\n",
	';a="\\""',
	" folded\r\n",
	"\t",
	"\0",
	"\x7f",
	"\xff",
	":",
	"%00",
	"ffffffffffffffff",
	"9007199254740991",
	"Set-Cookie: a=b; Path=/\r\n",
];

const SOURCES = ["http1/", "http/headers.ts"];
const LIMITS = [
	{ headBytes: 65_536, headerFields: 128 },
	{ headBytes: 60, headerFields: 128 },
	{ headBytes: 65_536, headerFields: 2 },
];

const outcomeOf = ({ events, body, error, taken }: Reading) => ({ events, body, error, taken: error === null ? taken : 0 });

export const requestParser: Target = {
	name: "requestParser",
	sources: SOURCES,
	words: ["GET / ", "POST /a?b ", "CONNECT a:1 ", "* ", "http://a/ ", ...WORDS],
	longest: 4_096,
	check(input, random) {
		const limits = random.pick(LIMITS);
		const whole = readRequests([input], limits);
		assert.deepEqual(outcomeOf(readRequests(pieces(input, random), limits)), outcomeOf(whole), "cut in another way");
		// What was understood and written again is understood in the same way.
		for (const head of whole.heads) {
			const [again] = readRequests([Buffer.from(requestHeadText(head), "latin1")], { headBytes: 2 ** 20, headerFields: 10_000 }).heads;
			assert.deepEqual({ ...again, headers: again?.headers.toPairs() }, { ...head, headers: head.headers.toPairs() }, "written again");
		}
		assert.ok(whole.body.length <= input.length, "the body is longer than what came");
	},
};

export const responseParser: Target = {
	name: "responseParser",
	sources: SOURCES,
	words: ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 C\r\n\r\n", "HTTP/1.1 101 S\r\n", "HTTP/1.1 204\r\n", "HTTP/1.1 304 N\r\n", ...WORDS],
	longest: 4_096,
	check(input, random) {
		const options: ResponseOptions = {
			limits: random.pick(LIMITS),
			method: random.pick(["GET", "HEAD", "CONNECT"]),
			fin: random.below(2) === 0,
			...(random.below(2) === 0 ? { upgrade: "websocket" } : {}),
		};
		const whole = readResponse([input], options);
		assert.deepEqual(outcomeOf(readResponse(pieces(input, random), options)), outcomeOf(whole), "cut in another way");
		for (const head of whole.responses) {
			const limits = { headBytes: 2 ** 20, headerFields: 10_000 };
			const again = readResponse([Buffer.from(responseHeadText(head), "latin1")], { ...options, limits, fin: false });
			const [first] = again.responses;
			assert.deepEqual({ ...first, headers: first?.headers.toPairs() }, { ...head, headers: head.headers.toPairs() }, "written again");
		}
		assert.ok(whole.body.length <= input.length, "the body is longer than what came");
	},
};

const RULES: HeadRules = {
	maxBytes: 1_000,
	maxFields: 10,
	folding: false,
	malformed: "http_request_error",
	tooMany: "request_header_count",
	lineTooLong: "request_uri_too_long",
	tooLarge: "request_header_section_size",
};

interface Decoded {
	readonly body: string;
	readonly trailers: string | null;
	readonly done: boolean;
	readonly taken: number;
	readonly error: string | null;
}

function decode(parts: readonly Buffer[]): Decoded {
	let body = "";
	let trailers: string | null = null;
	let taken = 0;
	let error: string | null = null;
	const decoder = new ChunkedDecoder(RULES, {
		onBody: (chunk) => {
			assert.ok(chunk.length > 0, "an empty part of a body");
			body += chunk.toString("latin1");
		},
		onTrailers: (list) => (trailers = JSON.stringify(list.toPairs())),
	});
	try {
		for (const part of parts) if (!decoder.done) taken += decoder.decode(part, 0);
	} catch (thrown) {
		if (!(thrown instanceof PorticoError)) throw thrown;
		error = `${thrown.code} ${thrown.detail}`;
		taken = 0;
	}
	return { body, trailers, done: decoder.done, taken, error };
}

export const chunkedDecoder: Target = {
	name: "chunkedDecoder",
	sources: ["http1/"],
	words: [
		"0\r\n\r\n",
		"1\r\na\r\n",
		"ff\r\n",
		"A\r\n0123456789\r\n",
		';a="b"',
		';a=b;c="\\\\"',
		"0\r\nA: b\r\n\r\n",
		"\r\n",
		"\n",
		"0000000000000000",
		"7fffffff",
	],
	longest: 2_048,
	check(input, random) {
		const whole = decode([input]);
		assert.deepEqual(decode(pieces(input, random)), whole, "cut in another way");
		assert.ok(whole.body.length <= input.length, "the body is longer than what came");
		// The body in other chunks is the same body.
		const chunks = pieces(Buffer.from(whole.body, "latin1"), random).map(
			(chunk) => `${chunkHead(chunk.length)}${chunk.toString("latin1")}\r\n`,
		);
		const again = decode([Buffer.from(`${chunks.join("")}0\r\n\r\n`, "latin1")]);
		assert.deepEqual([again.body, again.done, again.error], [whole.body, true, null], "written again");
	},
};
