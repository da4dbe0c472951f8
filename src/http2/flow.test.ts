import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import * as http2 from "./protocol.ts";
import { data, frame, GET, headers, POST, PREFACE, Rig, rst, SETTINGS_ACK, settings, uint32, windowUpdate } from "./wire.fixture.ts";

const filled = (length: number): Buffer => Buffer.alloc(length, 0x61);

test("what a new connection is told", () => {
	const rig = new Rig();
	rig.receive(PREFACE, settings(), SETTINGS_ACK);
	assert.equal(rig.session.isSettled, true);
	assert.deepEqual(rig.sent(), ["SETTINGS ACK"]);
});

test("a response leaves as head and data, in frames that the client takes", () => {
	const rig = Rig.begun({}, [4, 1 << 20]);
	rig.receive(windowUpdate(0, 1 << 20), headers(1));
	rig.respond(1, "a".repeat(40_000));
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=200", "DATA 1 16384", "DATA 1 16384", "DATA 1 7232 END"]);
	assert.deepEqual(rig.heard, ["request 1 GET /x 0", "sent 1"]);
});

test("a response without a body ends with its head", () => {
	const rig = Rig.begun();
	rig.receive(headers(1));
	rig.respond(1, "", 204);
	assert.deepEqual(rig.sent(), ["HEADERS 1 END :status=204"]);
});

test("interim heads, a head, trailers", () => {
	const rig = Rig.begun();
	rig.receive(headers(1));
	const stream = rig.streams.get(1);
	stream?.sendHead({ status: 103, reason: "", version: 1, headers: HeaderList.of(["Link", "</a>"]) });
	stream?.flush();
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=103 link=</a>"]);
	stream?.sendHead({ status: 200, reason: "", version: 1, headers: HeaderList.of(["Connection", "close"], ["X-A", "b"]) });
	stream?.sendBody(Buffer.from("abc"));
	stream?.sendEnd(HeaderList.of(["X-Sum", "1"]));
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=200 x-a=b", "DATA 1 3", "HEADERS 1 END x-sum=1"]);
});

test("a large head leaves in parts, with nothing between them", () => {
	const rig = Rig.begun();
	rig.receive(headers(1));
	const stream = rig.streams.get(1);
	stream?.sendHead({ status: 200, reason: "", version: 1, headers: HeaderList.of(["x-large", "v".repeat(40_000)]) });
	stream?.sendEnd(null);
	const types = rig.raw().map(({ type, flags, length }) => `${type} ${flags} ${length}`);
	assert.deepEqual(types, ["1 1 16384", "9 0 16384", `9 4 ${40_000 - 2 * 16_384 + 14}`]);
});

test("a stream's window holds its data, and no other stream's", () => {
	const rig = Rig.begun({}, [4, 2000]);
	rig.receive(headers(1), headers(3));
	rig.respond(1, "a".repeat(5000));
	rig.respond(3, "b");
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=200", "DATA 1 2000", "HEADERS 3 :status=200", "DATA 3 1 END"]);
	rig.receive(windowUpdate(1, 2000));
	assert.deepEqual(rig.sent(), ["DATA 1 2000"]);
	rig.receive(windowUpdate(1, 999));
	assert.deepEqual(rig.sent(), ["DATA 1 999"]);
	rig.receive(windowUpdate(1, 1));
	assert.deepEqual(rig.sent(), ["DATA 1 1 END"]);
});

test("the connection's window holds all data, and no heads", () => {
	const rig = Rig.begun({}, [4, 1 << 20]);
	rig.receive(headers(1), headers(3));
	rig.respond(1, "a".repeat(70_000));
	rig.respond(3, "b".repeat(40_000));
	const first = rig.sent();
	assert.equal(first.filter((line) => line.startsWith("HEADERS")).length, 2);
	assert.ok(!first.some((line) => line.endsWith("END")));
	rig.receive(windowUpdate(0, 60_000));
	assert.equal(rig.sent().filter((line) => line.endsWith("END")).length, 2);
});

test("a window that was made smaller may be below nothing", () => {
	const rig = Rig.begun({}, [4, 10_000]);
	rig.receive(headers(1));
	rig.respond(1, "a".repeat(15_000));
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=200", "DATA 1 10000"]);
	rig.receive(settings([4, 2000]), windowUpdate(1, 8000));
	assert.deepEqual(rig.sent(), ["SETTINGS ACK"]);
	rig.receive(settings([4, 7000]));
	assert.deepEqual(rig.sent(), ["SETTINGS ACK", "DATA 1 5000 END"]);
});

test("a client that uses up its window before it opens it again gets all of it", () => {
	const rig = Rig.begun({}, [4, 1023]);
	rig.receive(headers(1));
	const stream = rig.streams.get(1);
	stream?.sendHead({ status: 200, reason: "", version: 1, headers: new HeaderList() });
	stream?.sendBody(filled(300));
	stream?.flush();
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=200", "DATA 1 300"]);
	stream?.sendBody(filled(4000));
	stream?.flush();
	assert.deepEqual(rig.sent(), ["DATA 1 723"]);
});

test("urgent responses go first; those that share their turn take turns, the others do not", () => {
	const rig = Rig.begun({}, [4, 1 << 20]);
	rig.receive(windowUpdate(0, 1 << 20));
	for (const [id, priority] of [
		[1, "u=5"],
		[3, "u=1"],
		[5, "u=5"],
		[7, "u=2, i"],
		[9, "u=2, i"],
	] as const) {
		rig.receive(headers(id, [...GET, ["priority", priority]]));
		rig.respond(id, "a".repeat(40_000));
	}
	const order = rig.sent().filter((line) => line.endsWith("END") || line.startsWith("HEADERS"));
	assert.deepEqual(
		order.map((line) => line.replace(" :status=200", "").replace(/ \d+ END/, " END")),
		["HEADERS 3", "DATA 3 END", "HEADERS 7", "HEADERS 9", "DATA 7 END", "DATA 9 END", "HEADERS 1", "DATA 1 END", "HEADERS 5", "DATA 5 END"],
	);
});

test("credit is given back at half a window, and grows while the reader keeps up", () => {
	const rig = Rig.begun();
	rig.receive(headers(1, POST, false));
	rig.receive(data(1, filled(16_384)));
	assert.deepEqual(rig.sent(), []);
	rig.receive(data(1, filled(16_384)));
	assert.deepEqual(rig.sent(), [`WINDOW_UPDATE 1 ${32_768 + 65_536}`]);
});

test("a stream whose reader is behind gets no credit, and the others do", () => {
	const rig = Rig.begun();
	rig.receive(headers(1, POST, false), headers(3, POST, false));
	const slow = rig.streams.get(1);
	slow?.pause();
	for (let frames = 0; frames < 4; frames++) rig.receive(data(1, filled(16_384)));
	assert.deepEqual(rig.sent(), []);
	assert.equal(rig.session.keptBytes, 65_536);
	rig.receive(data(3, filled(16_384)), data(3, filled(16_384)));
	assert.deepEqual(rig.sent(), [`WINDOW_UPDATE 3 ${32_768 + 65_536}`]);
	rig.receive(data(1, "x"));
	assert.deepEqual(rig.sent(), ["GOAWAY 3 FLOW_CONTROL"]);
});

test("what waited for its reader is passed on in order, and then its credit is given", () => {
	const rig = Rig.begun();
	rig.receive(headers(1, POST, false));
	const slow = rig.streams.get(1);
	slow?.pause();
	for (let frames = 0; frames < 3; frames++) rig.receive(data(1, filled(16_384)));
	rig.receive(data(1, "last", true));
	slow?.resume();
	assert.deepEqual(rig.heard.slice(1), ["body 1 16384", "body 1 16384", "body 1 16384", "body 1 4", "end 1"]);
	assert.equal(rig.session.keptBytes, 0);
});

test("data for a stream that is over count in the connection's window, and come back", () => {
	const rig = Rig.begun();
	rig.receive(headers(1, POST, false));
	rig.streams.get(1)?.reset();
	assert.deepEqual(rig.sent(), ["RST 1 CANCEL"]);
	for (let frames = 0; frames < 32; frames++) rig.receive(data(1, filled(16_384)));
	assert.deepEqual(rig.sent(), [`WINDOW_UPDATE 0 ${512 * 1024 + 1024 * 1024}`]);
});

test("a response that comes before the request's end stops the rest of it", () => {
	const rig = Rig.begun();
	rig.receive(headers(1, POST, false), data(1, "ab"));
	rig.respond(1, "no", 413);
	assert.deepEqual(rig.sent(), ["HEADERS 1 :status=413", "DATA 1 2 END", "RST 1 NO_ERROR"]);
	rig.receive(data(1, "cd"), data(1, "ef", true));
	assert.deepEqual(rig.sent(), []);
});

test("streams beyond the limit are refused, and decoded", () => {
	const rig = Rig.begun({ streams: 2 });
	rig.receive(headers(1), headers(3), headers(5));
	assert.deepEqual(rig.sent(), ["RST 5 REFUSED"]);
	rig.respond(1);
	rig.sent();
	rig.receive(headers(7));
	assert.deepEqual(rig.heard.at(-1), "request 7 GET /x 0");
});

test("goodbye is said twice: streams on the wire are served, later ones are not", () => {
	const rig = Rig.begun();
	rig.receive(headers(1));
	rig.session.announceGoaway();
	assert.deepEqual(rig.sent(), ["GOAWAY 2147483647 NO_ERROR", "PING"]);
	rig.receive(headers(3), frame(http2.PING, http2.ACK, 0, Buffer.alloc(8)));
	assert.deepEqual(rig.heard, ["request 1 GET /x 0", "request 3 GET /x 0", "pong"]);
	rig.session.goaway();
	assert.deepEqual(rig.sent(), ["GOAWAY 3 NO_ERROR"]);
	rig.receive(headers(5));
	assert.equal(rig.heard.length, 3);
	rig.respond(3);
	assert.deepEqual(rig.sent(), ["HEADERS 3 END :status=200"]);
});

test("WebSockets are announced, begun, and refused beyond their limit", () => {
	const rig = Rig.begun({ tunnels: 1 });
	const connect = [[":method", "CONNECT"], ...GET.slice(1), [":protocol", "websocket"]] as const;
	rig.receive(headers(1, connect, false), data(1, "early"));
	assert.deepEqual(rig.heard, ["request 1 GET /x 0"]);
	assert.equal(rig.requests[0]?.upgrade, "websocket");
	rig.streams.get(1)?.resume();
	assert.deepEqual(rig.heard[1], "body 1 5");
	rig.receive(headers(3, connect, false), headers(5, connect, true));
	assert.deepEqual(rig.sent(), ["RST 3 REFUSED", "RST 5 PROTOCOL"]);
	rig.receive(rst(1));
	rig.receive(headers(7, connect, false));
	assert.equal(rig.heard.at(-1), "request 7 GET /x 0");
});

test("after its end a session takes nothing more", () => {
	const rig = Rig.begun();
	rig.receive(headers(1), Buffer.concat([frame(http2.PING, 0, 1, filled(8)), frame(http2.PING, 0, 1, filled(8)), headers(3)]), headers(5));
	assert.deepEqual(rig.sent(), ["GOAWAY 1 PROTOCOL"]);
	assert.deepEqual(rig.heard, ["request 1 GET /x 0", "left 1", "fatal frame-stream"]);
});

// --- floods: each is sent until the connection ends

interface Flood {
	readonly name: string;
	readonly reason: string;
	/** Most frames, or pairs of them, that it may take. */
	readonly most: number;
	/** The client is asked to leave before that. */
	readonly tired?: false;
	readonly next: (index: number) => readonly Buffer[];
	readonly first?: readonly Buffer[];
}

const id = (index: number): number => index * 2 + 1;
const FLOODS: readonly Flood[] = [
	{ name: "rapid reset", reason: "reset", most: 201, next: (index) => [headers(id(index)), rst(id(index))] },
	{ name: "malformed requests", reason: "malformed", most: 101, next: (index) => [headers(id(index), [["x", "y"]])] },
	{ name: "data after the end", reason: "malformed", most: 101, next: (index) => [headers(id(index)), data(id(index), "x")] },
	{ name: "settings", reason: "settings", most: 111, next: () => [settings()] },
	{ name: "settings that move all windows", reason: "settings", most: 111, next: (index) => [settings([4, index % 2])] },
	{ name: "PING", reason: "ping", most: 551, next: () => [frame(http2.PING, 0, 0, filled(8))] },
	{ name: "PRIORITY", reason: "priority", most: 4001, next: () => [frame(http2.PRIORITY, 0, 5, filled(5))] },
	{ name: "PRIORITY_UPDATE", reason: "priority", most: 4001, next: () => [frame(http2.PRIORITY_UPDATE, 0, 0, uint32(5))] },
	{ name: "unknown frames", reason: "priority", most: 4001, next: () => [frame(0xee, 0, 0)] },
	{ name: "empty data", reason: "empty_frame", most: 1011, first: [headers(1, POST, false)], next: () => [data(1, "")] },
	{
		name: "padding alone",
		reason: "empty_frame",
		most: 1011,
		first: [headers(1, POST, false)],
		next: () => [frame(http2.DATA, 8, 1, [2, 0, 0])],
	},
	{ name: "tiny windows", reason: "window", most: 4011, next: () => [windowUpdate(0, 1)] },
	{ name: "streams beyond the limit", reason: "refused", most: 301, next: (index) => [headers(id(index))] },
	{
		name: "continuations",
		reason: "continuations",
		most: 17,
		tired: false,
		first: [frame(http2.HEADERS, 0, 1)],
		next: () => [frame(http2.CONTINUATION, 0, 1, [0x82])],
	},
];

for (const { name, reason, most, tired, next, first = [] } of FLOODS) {
	test(`flood: ${name}`, () => {
		const rig = Rig.begun();
		rig.receive(...first);
		let count = 0;
		while (!rig.session.isOver && count < 20_000) rig.receive(...next(count++));
		assert.ok(count <= most, `it took ${count}`);
		assert.equal(rig.heard.at(-1), `fatal ${reason}`);
		assert.equal(rig.heard.includes("tired"), tired ?? true);
		assert.match(rig.sent().at(-1) ?? "", /^GOAWAY \d+ CALM$/);
		assert.ok(rig.session.keptBytes < 1024);
	});
}

test("a client that does so now and then is left in peace", () => {
	const rig = Rig.begun();
	for (let index = 0; index < 1000; index++) {
		rig.now += 500;
		rig.receive(headers(id(index)), rst(id(index)), frame(http2.PING, 0, 0, filled(8)), windowUpdate(0, 1));
		rig.sent();
	}
	assert.equal(rig.session.isOver, false);
	assert.equal(rig.heard.includes("tired"), false);
});

test("a client whose windows are small is served for ever", () => {
	const rig = Rig.begun({}, [4, 1023]);
	rig.receive(headers(1));
	rig.respond(1, "a".repeat(10_000_000));
	rig.sent();
	for (let total = 1023; total < 10_000_000; total += 511) {
		rig.receive(windowUpdate(0, 511), windowUpdate(1, 511));
		rig.sent();
	}
	assert.equal(rig.session.isOver, false);
	assert.equal(rig.heard.includes("tired"), false);
});

test("a reset after the response has begun costs nothing", () => {
	const rig = Rig.begun({}, [4, 1]);
	for (let index = 0; index < 1000; index++) {
		rig.receive(headers(id(index)));
		rig.respond(id(index), "long enough");
		rig.sent();
		rig.receive(rst(id(index)));
	}
	assert.equal(rig.session.isOver, false);
});
