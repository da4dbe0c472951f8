import assert from "node:assert/strict";
import { test } from "node:test";
import * as http2 from "./protocol.ts";
import {
	block,
	data,
	frame,
	GET,
	headers,
	indexedLiteral,
	integer,
	POST,
	PREFACE,
	Rig,
	rst,
	SETTINGS_ACK,
	settings,
	uint32,
	windowUpdate,
} from "./wire.fixture.ts";

/** Connection error, stream error, or what is heard of a request. */
interface Row {
	readonly name: string;
	readonly input: readonly Buffer[];
	/** Frames that leave. */
	readonly sends: readonly string[];
	/** What the owner hears, if that matters. */
	readonly hears?: readonly string[];
	/** The input stands for the whole connection; otherwise preface and settings were exchanged. */
	readonly fresh?: boolean;
	/** Done between the first part and the rest. */
	readonly between?: (rig: Rig) => void;
}

const dies = (code: string, last = 0): string[] => [`GOAWAY ${last} ${code}`];
const { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION, PUSH_PROMISE, PRIORITY_UPDATE } = http2;
const OPEN = headers(1, POST, false);
const filled = (length: number): Buffer => Buffer.alloc(length, 0x61);
/** A request that is answered and over. */
const ended: NonNullable<Row["between"]> = (rig) => {
	rig.respond(1);
	rig.sent();
};

const ROWS: readonly Row[] = [
	// RFC 9113 sections 3.4 and 4.1
	{ name: "settings come first", input: [PREFACE, settings()], fresh: true, sends: ["SETTINGS ACK"] },
	{ name: "another preface", input: [Buffer.from("GET / HTTP/1.1\r\n\r\n")], fresh: true, sends: dies("PROTOCOL") },
	{ name: "the first frame is no SETTINGS", input: [PREFACE, frame(PING, 0, 0, filled(8))], fresh: true, sends: dies("PROTOCOL") },
	{ name: "the first frame is an acknowledgement", input: [PREFACE, SETTINGS_ACK], fresh: true, sends: dies("PROTOCOL") },
	{ name: "an unknown frame, on any stream", input: [frame(0xee, 0xff, 9, filled(3)), frame(0xee, 0, 0)], sends: [] },
	{ name: "an unknown frame in a block", input: [frame(HEADERS, 0, 1, block(GET)), frame(0xee, 0, 1)], sends: dies("PROTOCOL") },
	{ name: "unknown flags and the reserved bit", input: [frame(PING, 0xfe, 0x80000000, filled(8))], sends: ["PING ACK"] },
	{ name: "data of the largest size", input: [OPEN, data(1, filled(16_384))], sends: [], hears: ["request 1 POST /x -1", "body 1 16384"] },
	{ name: "a header frame that is too large", input: [frame(HEADERS, 0, 1, filled(16_385))], sends: dies("FRAME_SIZE") },
	{ name: "data that are too large", input: [OPEN, data(1, filled(16_385))], sends: dies("FRAME_SIZE", 1) },
	{ name: "a priority cut short", input: [frame(HEADERS, 0x24, 1, filled(4))], sends: dies("FRAME_SIZE") },
	{ name: "padding of nothing", input: [frame(HEADERS, 0x0c, 1)], sends: dies("FRAME_SIZE") },
	{ name: "padding of empty data", input: [OPEN, frame(DATA, 8, 1)], sends: dies("FRAME_SIZE", 1) },
	{ name: "padding as long as the payload", input: [OPEN, frame(DATA, 8, 1, [2, 0])], sends: dies("PROTOCOL", 1) },
	{ name: "padding of headers as long as the payload", input: [frame(HEADERS, 0x0c, 1, [2, 0])], sends: dies("PROTOCOL") },
	{ name: "data that are padding alone", input: [OPEN, frame(DATA, 8, 1, [2, 0, 0])], sends: [], hears: ["request 1 POST /x -1"] },
	{
		name: "padded headers and data",
		input: [frame(HEADERS, 0x0c, 1, Buffer.concat([Buffer.from([3]), block(POST), filled(3)])), frame(DATA, 9, 1, [1, 0x61, 0x62, 0])],
		sends: [],
		hears: ["request 1 POST /x -1", "body 1 2", "end 1"],
	},

	// Sections 4.3 and 6.10, RFC 7541
	{ name: "another stream within a block", input: [frame(HEADERS, 0, 1, block(GET)), headers(3)], sends: dies("PROTOCOL") },
	{ name: "data within a block", input: [frame(HEADERS, 0, 1, block(GET)), data(1, "a")], sends: dies("PROTOCOL") },
	{ name: "a continuation of nothing", input: [frame(CONTINUATION, 4, 1, block(GET))], sends: dies("PROTOCOL") },
	{ name: "a continuation on stream 0", input: [frame(CONTINUATION, 4, 0)], sends: dies("PROTOCOL") },
	{ name: "a continuation of another", input: [frame(HEADERS, 1, 1, block(GET)), frame(CONTINUATION, 4, 3)], sends: dies("PROTOCOL") },
	{
		name: "a block in parts",
		input: [frame(HEADERS, 1, 1, block(GET).subarray(0, 9)), frame(CONTINUATION, 4, 1, block(GET).subarray(9))],
		sends: [],
		hears: ["request 1 GET /x 0"],
	},
	{ name: "index 0", input: [headers(1, Buffer.from([0x80]))], sends: dies("COMPRESSION") },
	{ name: "an index beyond the tables", input: [headers(1, Buffer.from([0x80 | 62]))], sends: dies("COMPRESSION") },
	{ name: "a name of such an index", input: [headers(1, Buffer.from([0x7e, 1, 0x61]))], sends: dies("COMPRESSION") },
	{ name: "an endless integer", input: [headers(1, Buffer.from([0xff, ...new Array<number>(10).fill(0x80)]))], sends: dies("COMPRESSION") },
	{ name: "an integer of 2^35", input: [headers(1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]))], sends: dies("COMPRESSION") },
	{ name: "a text beyond the block", input: [headers(1, Buffer.from([0, 5, 0x61]))], sends: dies("COMPRESSION") },
	{ name: "a block that ends in a field", input: [headers(1, Buffer.from([0]))], sends: dies("COMPRESSION") },
	{
		name: "Huffman: the end of the string",
		input: [headers(1, Buffer.from([0, 0x84, 0xff, 0xff, 0xff, 0xff, 0]))],
		sends: dies("COMPRESSION"),
	},
	{ name: "Huffman: eight bits of padding", input: [headers(1, Buffer.from([0, 0x82, 0x1f, 0xff, 0]))], sends: dies("COMPRESSION") },
	{ name: "Huffman: padding of zeros", input: [headers(1, Buffer.from([0, 0x81, 0x18, 0]))], sends: dies("COMPRESSION") },
	{
		name: "a larger table than allowed",
		input: [headers(1, Buffer.concat([integer(0x20, 0x1f, 4097), block(GET)]))],
		sends: dies("COMPRESSION"),
	},
	{ name: "a table size after a field", input: [headers(1, Buffer.concat([block(GET), Buffer.from([0x20])]))], sends: dies("COMPRESSION") },
	{
		name: "two table sizes",
		input: [headers(1, Buffer.concat([Buffer.from([0x20, 0x3f, 0]), block(GET)]))],
		sends: [],
		hears: ["request 1 GET /x 0"],
	},
	{
		name: "three table sizes",
		input: [headers(1, Buffer.concat([Buffer.from([0x20, 0x20, 0x20]), block(GET)]))],
		sends: dies("COMPRESSION"),
	},
	{
		name: "an entry larger than the table empties it",
		input: [
			headers(1, Buffer.concat([block(GET), indexedLiteral("a", "b"), indexedLiteral("x", "v".repeat(5000))])),
			headers(3, Buffer.from([0xbe])),
		],
		sends: dies("COMPRESSION", 1),
	},
	{
		name: "a block that is refused is decoded",
		input: [
			headers(1, Buffer.concat([block(GET), indexedLiteral("connection", "x")])),
			headers(3, Buffer.concat([block(GET), Buffer.from([0xbe])])),
		],
		sends: ["RST 1 PROTOCOL", "RST 3 PROTOCOL"],
		hears: ["malformed connection-field", "malformed connection-field"],
	},

	// Section 5.1
	{ name: "an even stream", input: [headers(2)], sends: dies("PROTOCOL") },
	...[HEADERS, DATA, RST_STREAM, PRIORITY].map((type) => ({
		name: `a frame of type ${type} on stream 0`,
		input: [frame(type, 4, 0, filled(type === PRIORITY ? 5 : 4))],
		sends: dies("PROTOCOL"),
	})),
	{ name: "a stream that was skipped", input: [headers(5), headers(3)], sends: dies("PROTOCOL", 5) },
	{ name: "data on an idle stream", input: [data(1, "a")], sends: dies("PROTOCOL") },
	{ name: "a reset of an idle stream", input: [rst(1)], sends: dies("PROTOCOL") },
	{ name: "a window for an idle stream", input: [windowUpdate(1, 1)], sends: dies("PROTOCOL") },
	{ name: "a priority for an idle stream, and of itself", input: [frame(PRIORITY, 0, 5, [...uint32(5), 1])], sends: [] },
	{ name: "a priority of a wrong length", input: [frame(PRIORITY, 0, 1, filled(4))], sends: dies("FRAME_SIZE") },
	{
		name: "data after the end",
		input: [headers(1), data(1, "a")],
		sends: ["RST 1 STREAM_CLOSED"],
		hears: ["request 1 GET /x 0", "left 1"],
	},
	{ name: "headers after the end", input: [headers(1), headers(1)], sends: ["RST 1 STREAM_CLOSED"] },
	{
		name: "what follows our reset",
		input: [headers(1), data(1, "a"), data(1, "b"), headers(1), rst(1), windowUpdate(1, 1)],
		sends: ["RST 1 STREAM_CLOSED"],
	},
	{
		name: "a window after the end",
		input: [headers(1), windowUpdate(1, 1), frame(PRIORITY, 0, 1, filled(5)), rst(1)],
		sends: [],
		hears: ["request 1 GET /x 0", "left 1"],
	},
	{ name: "data on a stream that has ended", input: [headers(1), data(1, "a")], between: ended, sends: dies("STREAM_CLOSED", 1) },
	{ name: "headers on a stream that has ended", input: [headers(1), headers(1)], between: ended, sends: dies("STREAM_CLOSED", 1) },
	{ name: "a window for a stream that has ended", input: [headers(1), windowUpdate(1, 1), rst(1)], between: ended, sends: [] },
	{
		name: "data after the client's reset, once",
		input: [OPEN, rst(1), data(1, "a"), data(1, "b")],
		sends: ["RST 1 STREAM_CLOSED"],
		hears: ["request 1 POST /x -1", "left 1"],
	},
	{ name: "a reset of a wrong length", input: [OPEN, frame(RST_STREAM, 0, 1, filled(3))], sends: dies("FRAME_SIZE", 1) },

	// Sections 6.5 to 6.9
	{ name: "settings on a stream", input: [frame(SETTINGS, 0, 1)], sends: dies("PROTOCOL") },
	{ name: "settings of a wrong length", input: [frame(SETTINGS, 0, 0, filled(5))], sends: dies("FRAME_SIZE") },
	{ name: "an acknowledgement with a payload", input: [frame(SETTINGS, 1, 0, filled(6))], sends: dies("FRAME_SIZE") },
	{ name: "an acknowledgement of nothing", input: [SETTINGS_ACK], sends: dies("PROTOCOL") },
	{ name: "ENABLE_PUSH of 2", input: [settings([2, 2])], sends: dies("PROTOCOL") },
	{ name: "a frame size below the least", input: [settings([5, 16_383])], sends: dies("PROTOCOL") },
	{ name: "a frame size above the most", input: [settings([5, 2 ** 24])], sends: dies("PROTOCOL") },
	{ name: "a window above the most", input: [settings([4, 2 ** 31])], sends: dies("FLOW_CONTROL") },
	{ name: "ENABLE_CONNECT_PROTOCOL of 2", input: [settings([8, 2])], sends: dies("PROTOCOL") },
	{ name: "ENABLE_CONNECT_PROTOCOL taken back", input: [settings([8, 1], [8, 0])], sends: dies("PROTOCOL") },
	{ name: "NO_RFC7540_PRIORITIES changed", input: [settings([9, 1], [9, 0])], sends: dies("PROTOCOL") },
	{ name: "unknown settings", input: [settings([0xfa, 7], [3, 0], [6, 1])], sends: ["SETTINGS ACK"] },
	{ name: "PING of a wrong length", input: [frame(PING, 0, 0, filled(7))], sends: dies("FRAME_SIZE") },
	{ name: "PING on a stream", input: [frame(PING, 0, 1, filled(8))], sends: dies("PROTOCOL") },
	{ name: "an answer to no PING", input: [frame(PING, 1, 0, filled(8))], sends: [], hears: ["pong"] },
	{ name: "GOAWAY on a stream", input: [frame(GOAWAY, 0, 1, filled(8))], sends: dies("PROTOCOL") },
	{ name: "GOAWAY with an unknown code", input: [headers(1), frame(GOAWAY, 0, 0, filled(12))], sends: [], hears: ["request 1 GET /x 0"] },
	{ name: "a window of a wrong length", input: [frame(WINDOW_UPDATE, 0, 0, filled(3))], sends: dies("FRAME_SIZE") },
	{ name: "no increment, connection", input: [windowUpdate(0, 0)], sends: dies("PROTOCOL") },
	{ name: "no increment, stream", input: [OPEN, windowUpdate(1, 0)], sends: dies("PROTOCOL", 1) },
	{ name: "a window over the most, connection", input: [windowUpdate(0, 0x7fffffff)], sends: dies("FLOW_CONTROL") },
	{ name: "a window over the most, stream", input: [OPEN, windowUpdate(1, 0x7fffffff)], sends: dies("FLOW_CONTROL", 1) },
	{
		name: "a window over the most by settings",
		input: [OPEN, windowUpdate(1, 0x7fff0000), settings([4, 0x7fffffff])],
		sends: dies("FLOW_CONTROL", 1),
	},
	{ name: "PUSH_PROMISE", input: [OPEN, frame(PUSH_PROMISE, 4, 1, filled(9))], sends: dies("PROTOCOL", 1) },
	{ name: "PRIORITY_UPDATE on a stream", input: [frame(PRIORITY_UPDATE, 0, 1, filled(5))], sends: dies("PROTOCOL") },
	{ name: "PRIORITY_UPDATE of stream 0", input: [frame(PRIORITY_UPDATE, 0, 0, uint32(0))], sends: dies("PROTOCOL") },
	{ name: "PRIORITY_UPDATE cut short", input: [frame(PRIORITY_UPDATE, 0, 0, filled(3))], sends: dies("FRAME_SIZE") },
	{ name: "PRIORITY_UPDATE that nobody understands", input: [frame(PRIORITY_UPDATE, 0, 0, [...uint32(7), 0xff])], sends: [] },

	// Section 8.1
	{
		name: "trailers",
		input: [
			OPEN,
			data(1, "ab"),
			headers(1, [
				["x-sum", "1"],
				["te", "x"],
			]),
		],
		sends: [],
		hears: ["request 1 POST /x -1", "body 1 2", "end 1 x-sum,1"],
	},
	{
		name: "trailers without an end",
		input: [OPEN, headers(1, [["x", "1"]], false)],
		sends: ["RST 1 PROTOCOL"],
		hears: ["request 1 POST /x -1", "fault 1 headers-in-body"],
	},
	{ name: "a pseudo-field in trailers", input: [OPEN, headers(1, [[":path", "/"]])], sends: ["RST 1 PROTOCOL"] },
	{ name: "trailers with a line break", input: [OPEN, headers(1, [["x", "a\r\nb"]])], sends: ["RST 1 PROTOCOL"] },
	{ name: "trailers in upper case", input: [OPEN, headers(1, [["X", "a"]])], sends: ["RST 1 PROTOCOL"] },
	{
		name: "too many trailers",
		input: [OPEN, headers(1, new Array(65).fill(["x", "a"]))],
		sends: ["RST 1 PROTOCOL"],
		hears: ["request 1 POST /x -1", "fault 1 trailers-size"],
	},
	{
		name: "a body that is too long",
		input: [headers(1, [...POST, ["content-length", "3"]], false), data(1, "abcd")],
		sends: ["RST 1 PROTOCOL"],
		hears: ["request 1 POST /x 3", "fault 1 body-long"],
	},
	{
		name: "a body that is too short",
		input: [headers(1, [...POST, ["content-length", "3"]], false), data(1, "ab", true)],
		sends: ["RST 1 PROTOCOL"],
		hears: ["request 1 POST /x 3", "fault 1 body-short"],
	},
	{
		name: "a body that trailers cut short",
		input: [headers(1, [...POST, ["content-length", "3"]], false), headers(1, [["x", "1"]])],
		sends: ["RST 1 PROTOCOL"],
	},
	{
		name: "a body of the right length",
		input: [headers(1, [...POST, ["content-length", "3"]], false), data(1, "ab"), data(1, "c", true)],
		sends: [],
		hears: ["request 1 POST /x 3", "body 1 2", "body 1 1", "end 1"],
	},
];

for (const { name, input, sends, hears, fresh, between } of ROWS) {
	for (const cut of ["whole", "by octets"] as const) {
		test(`frames: ${name}, ${cut}`, () => {
			const rig = fresh === true ? new Rig() : Rig.begun();
			const feed = (parts: readonly Buffer[]): void => {
				if (cut === "whole") rig.receive(Buffer.concat(parts));
				else rig.receive(...[...Buffer.concat(parts)].map((octet) => Buffer.from([octet])));
			};
			if (between === undefined) feed(input);
			else {
				feed(input.slice(0, 1));
				between(rig);
				feed(input.slice(1));
			}
			assert.deepEqual(
				rig.sent().filter((line) => !line.startsWith("WINDOW_UPDATE")),
				sends,
			);
			if (hears === undefined || cut === "by octets") return;
			assert.deepEqual(
				rig.heard.filter((line) => !line.startsWith("fatal")),
				hears,
			);
		});
	}
}

/** Of section 8 and of RFC 9110: fields, and what becomes of the request. */
const replaced = (name: string, value: string): (readonly [string, string])[] => GET.map(([key, old]) => [key, key === name ? value : old]);
const without = (name: string): (readonly [string, string])[] => GET.filter(([key]) => key !== name);
const MESSAGES: readonly (readonly [name: string, fields: readonly (readonly [string, string])[], outcome: string])[] = [
	["an unknown pseudo-field", [...GET, [":x", "1"]], "malformed pseudo-unknown"],
	["a status", [...GET, [":status", "200"]], "malformed pseudo-unknown"],
	["a method twice", [[":method", "GET"], ...GET], "malformed pseudo-repeated"],
	["a pseudo-field after a field", [["a", "b"], ...GET], "malformed pseudo-late"],
	["no method", without(":method"), "malformed method-missing"],
	["no scheme", without(":scheme"), "malformed scheme-missing"],
	["no path", without(":path"), "malformed path-missing"],
	["an empty path", replaced(":path", ""), "malformed path-missing"],
	["an empty name", [...GET, ["", "x"]], "malformed field-name"],
	["upper case", [...GET, ["X-A", "x"]], "malformed field-name"],
	["a colon in a name", [...GET, ["a:b", "x"]], "malformed field-name"],
	["a line break in a name", [...GET, ["a\r\nb", "x"]], "malformed field-name"],
	["no token", [...GET, ["x(a)", "x"]], "malformed field-name"],
	["an octet above 0x7f in a name", [...GET, ["x\x80", "x"]], "malformed field-name"],
	...["\0", "\r", "\n", "\x01", "\x7f"].map(
		(octet) => [`0x${octet.charCodeAt(0).toString(16)} in a value`, [...GET, ["x", `a${octet}b`]], "malformed field-value"] as const,
	),
	["a line break in a pseudo-field", replaced(":authority", "a\r\nb"), "malformed field-value"],
	["latin1 in a value", [...GET, ["x", "\xe9"]], "request"],
	["white space around a value", [...GET, ["x", " a\t"]], "request"],
	...["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"].map(
		(key) => [key, [...GET, [key, "x"]], "malformed connection-field"] as const,
	),
	["te: gzip", [...GET, ["te", "gzip"]], "malformed te"],
	["te: Trailers", [...GET, ["te", "Trailers"]], "request"],
	["another host", [...GET, ["host", "b.test"]], "refused host_refused host-differs-from-authority"],
	["the same host, written otherwise", [...GET, ["host", "A.test:443"]], "request"],
	["two hosts", [...without(":authority"), ["host", "a.test"], ["host", "a.test"]], "refused host_refused host-repeated"],
	["no host at all", without(":authority"), "refused host_refused host-missing"],
	["a host alone", [...without(":authority"), ["host", "a.test"]], "request"],
	["an empty authority", [...replaced(":authority", ""), ["host", "a.test"]], "refused host_refused authority-empty"],
	["a path without a slash", replaced(":path", "x"), "refused request_target_refused target.form"],
	["an absolute path", replaced(":path", "https://b.test/"), "refused request_target_refused target.form"],
	["an asterisk", replaced(":path", "*"), "refused request_target_refused target.form"],
	...[" ", "\t", "\r\n", "\x7f"].map(
		(text) =>
			[
				`${JSON.stringify(text)} in a path`,
				replaced(":path", `/a${text}b`),
				text === "\t" || text === " " ? "malformed path" : "malformed field-value",
			] as const,
	),
	["a method with a space", replaced(":method", "GET /"), "malformed method"],
	["an empty method", replaced(":method", ""), "malformed method"],
	["a method in lower case", replaced(":method", "get"), "request"],
	["PRI", replaced(":method", "PRI"), "refused http_request_error method"],
	["ftp", replaced(":scheme", "ftp"), "refused request_target_refused target.scheme"],
	["http over TLS", replaced(":scheme", "http"), "request"],
	["a length without a body", [...GET, ["content-length", "5"]], "malformed content-length-without-body"],
	["a length of 0", [...GET, ["content-length", "0"]], "request"],
	["a list of lengths", [...GET, ["content-length", "5,5"]], "refused ambiguous_framing cl-repeated"],
	["two lengths", [...GET, ["content-length", "5"], ["content-length", "5"]], "refused ambiguous_framing cl-repeated"],
	...["+5", "0x5", "", "-1", "05", "99999999999999999999"].map(
		(value) => [`a length of ${value}`, [...GET, ["content-length", value]], "malformed content-length"] as const,
	),
	[
		"CONNECT",
		[
			[":method", "CONNECT"],
			[":authority", "a.test:443"],
		],
		"refused method_refused undefined",
	],
	["CONNECT with a path", replaced(":method", "CONNECT"), "malformed connect"],
	[":protocol with GET", [...GET, [":protocol", "websocket"]], "malformed protocol"],
	["128 fields", [...GET, ...new Array<readonly [string, string]>(127).fill(["a", "b"])], "request"],
	["129 fields", [...GET, ...new Array<readonly [string, string]>(128).fill(["a", "b"])], "refused request_header_count field-count"],
	["300 crumbs", [...GET, ...new Array<readonly [string, string]>(300).fill(["cookie", "a=b"])], "request"],
	[
		"400 crumbs",
		[...GET, ...new Array<readonly [string, string]>(400).fill(["cookie", "a=b"])],
		"refused request_header_count field-count",
	],
];

for (const [name, fields, outcome] of MESSAGES) {
	test(`messages: ${name}`, () => {
		const rig = Rig.begun();
		rig.receive(headers(1, fields));
		const [heard = ""] = rig.heard;
		assert.equal(heard.startsWith("request 1 ") ? "request" : heard.replace(" 1 ", " "), outcome);
		assert.deepEqual(rig.sent(), outcome.startsWith("malformed") ? ["RST 1 PROTOCOL"] : []);
	});
}

test("a head is what HTTP/1 would have sent: Host first, one Cookie, fields in order", () => {
	const rig = Rig.begun();
	rig.receive(headers(1, [...GET, ["b", "\xe9 "], ["cookie", "a=1"], ["c", "x"], ["cookie", "b=2"], ["host", "a.test"]]));
	assert.deepEqual(rig.requests[0]?.head.headers.toPairs(), [
		["host", "a.test"],
		["b", "\xe9"],
		["cookie", "a=1; b=2"],
		["c", "x"],
	]);
});
