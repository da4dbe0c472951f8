import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameBoundary, GOING_AWAY } from "./webSocketFrames.ts";

const frame = (payload: number, masked = false): Buffer => {
	const header = [0x82];
	const bit = masked ? 0x80 : 0;
	if (payload < 126) header.push(bit | payload);
	else if (payload < 65536) header.push(bit | 126, payload >> 8, payload & 255);
	else header.push(bit | 127, 0, 0, 0, 0, (payload >>> 24) & 255, (payload >>> 16) & 255, (payload >>> 8) & 255, payload & 255);
	if (masked) header.push(1, 2, 3, 4);
	return Buffer.concat([Buffer.from(header), Buffer.alloc(payload, 0x88)]);
};

test("the end of a frame is known for every length form, masked or not, however the bytes are cut", () => {
	const frames = [frame(0), frame(5), frame(125, true), frame(126), frame(70_000), frame(3, true), GOING_AWAY];
	const ends = new Set<number>([0]);
	let length = 0;
	for (const { length: bytes } of frames) {
		length += bytes;
		ends.add(length);
	}
	const all = Buffer.concat(frames);
	for (const step of [1, 2, 3, 7, 1000, all.length]) {
		const boundary = new FrameBoundary();
		for (let at = 0; at < all.length; at += step) {
			boundary.push(all.subarray(at, at + step));
			assert.equal(boundary.atBoundary, ends.has(Math.min(at + step, all.length)), `at ${at + step} in steps of ${step}`);
		}
	}
});
