import assert from "node:assert/strict";
import { requestHeadText } from "../../../src/http1/serialize.ts";
import {
	block,
	data,
	frame,
	GET,
	headers,
	indexedLiteral,
	POST,
	PREFACE,
	Rig,
	rst,
	SETTINGS_ACK,
	settings,
	windowUpdate,
} from "../../../src/http2/wire.fixture.ts";
import { readRequests } from "../../oracle/http1Reading.ts";
import { pieces, type Target } from "../target.ts";

const START = [PREFACE, settings(), SETTINGS_ACK];
const LATIN1 = (bytes: Buffer): string => bytes.toString("latin1");
/** More than any window and head that are kept. */
const MOST_KEPT = 8 * 1024 * 1024;

/** Parts of one body are one: where reads end does not matter. */
function joined(heard: readonly string[]): string[] {
	const lines: string[] = [];
	for (const line of heard) {
		const [, id, bytes] = /^body (\d+) (\d+)$/.exec(line) ?? [];
		const last = /^body (\d+) (\d+)$/.exec(lines.at(-1) ?? "");
		if (bytes !== undefined && last?.[1] === id) lines[lines.length - 1] = `body ${id} ${Number(last?.[2]) + Number(bytes)}`;
		else lines.push(line);
	}
	return lines;
}

function played(parts: readonly Buffer[]): { rig: Rig; outcome: unknown } {
	const rig = new Rig();
	rig.receive(...START, ...parts);
	const sent = rig.sent();
	return { rig, outcome: { sent, heard: joined(rig.heard), over: rig.session.isOver, streams: rig.session.openStreams } };
}

export const http2Session: Target = {
	name: "http2Session",
	sources: ["http2/"],
	words: [
		...[headers(1), headers(3, POST, false), headers(5, block([...GET, ["cookie", "a=b"], ["cookie", "c=d"]]))],
		...[data(3, "hello"), data(3, "", true), rst(1), windowUpdate(0, 1000), windowUpdate(3, 1000), settings([4, 10])],
		...[
			frame(1, 0, 7, block(GET)),
			frame(9, 4, 7),
			frame(9, 0, 7, [0x82]),
			frame(6, 0, 0, Buffer.alloc(8)),
			frame(16, 0, 0, Buffer.from("\0\0\0\x03u=1, i")),
		],
		...[
			headers(9, Buffer.concat([block(GET), indexedLiteral("x-a", "b")])),
			headers(11, Buffer.from([0x82, 0x87, 0x84, 0x41, 0x01, 0x61, 0xbe])),
		],
		headers(1, [...POST, ["content-length", "5"]], false),
		data(1, "hello", true),
	].map(LATIN1),
	longest: 2_000,
	check(input, random) {
		const { rig, outcome } = played([input]);
		assert.deepEqual(played(pieces(input, random)).outcome, outcome, "cut in another way");
		assert.ok(rig.session.keptBytes <= MOST_KEPT, "it keeps too much");
		// What becomes HTTP/1 is read as what it was: nothing in it ends a line, or the head.
		for (const { head } of rig.requests) {
			const text = requestHeadText({ ...head, version: 1 });
			const reading = readRequests([Buffer.from(text, "latin1")], { headBytes: 2 ** 20, headerFields: 10_000 });
			if (reading.error !== null) continue;
			assert.deepEqual(
				reading.heads.map(({ method, target, headers: fields }) => ({ method, target, fields: fields.toPairs() })),
				[{ method: head.method, target: head.target, fields: head.headers.toPairs() }],
				"written as HTTP/1",
			);
			assert.equal(reading.taken, text.length, "more than one message");
		}
		// Whatever came, the rest of the connection is in order or over.
		rig.respondToAll();
		rig.receive(windowUpdate(0, 1));
		assert.ok(rig.session.isOver || rig.sent().every((line) => !line.startsWith("FRAME")));
	},
};
