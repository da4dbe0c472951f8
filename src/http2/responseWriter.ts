/** Frames of one stream's response (RFC 9113 sections 6.1, 6.2 and 8.1). */
import type { HeaderList } from "../http/headers.ts";
import type { HpackEncoder } from "./hpackEncoder.ts";
import type { OutBuffer } from "./outBuffer.ts";
import { CONTINUATION, DATA, END_HEADERS, END_STREAM, FRAME_HEADER, FRAME_SIZE, HEADERS } from "./protocol.ts";
import type { Stream } from "./stream.ts";

/** What a connection's streams share when they write. */
export interface SendContext {
	readonly encoder: HpackEncoder;
	/** Octets that the client takes on the connection. */
	sendWindow: number;
	/** Frames of data that were written, but for tiny ones. */
	dataFrames: number;
}

/** Octets of a frame from which on it is not tiny. */
const NOT_TINY = 256;
/** Data that a stream writes before another one's turn comes. */
const TURN = 2 * FRAME_SIZE;

/**
 * Writes what the windows let through.
 *
 * @returns `ended`: all of it, with its end; `waits`: for more of the response, or for the stream's window; `blocked`: by the connection's window;
 * `more`: its turn is over
 */
export function writeStream(stream: Stream, out: OutBuffer, context: SendContext): "ended" | "waits" | "blocked" | "more" {
	const { queue } = stream;
	for (const head of queue.heads) {
		const isFinal = head.status >= 200;
		const ends = isFinal && queue.ended && queue.bytes === 0 && queue.trailers === null;
		writeFields(out, context.encoder, stream.id, head.status, head.headers, ends);
		if (isFinal) queue.headWritten = true;
		if (ends) return "ended";
	}
	if (queue.heads.length > 0) queue.heads = [];
	if (!queue.headWritten) return "waits";
	for (let turn = 0; queue.bytes > 0; ) {
		if (turn >= TURN) return "more";
		const room = Math.min(stream.sendWindow, context.sendWindow);
		// However little it is: a client may wait for the rest of its window to be used before it opens it again.
		if (room <= 0) return stream.sendWindow <= 0 ? "waits" : "blocked";
		const length = Math.min(queue.bytes, room, FRAME_SIZE);
		const ends = queue.ended && length === queue.bytes && queue.trailers === null;
		out.ensure(FRAME_HEADER + length);
		out.frameHeader(length, DATA, ends ? END_STREAM : 0, stream.id);
		queue.take(length, out.bytes, out.length);
		out.length += length;
		stream.sendWindow -= length;
		context.sendWindow -= length;
		turn += length;
		if (length >= NOT_TINY) context.dataFrames++;
		if (ends) return "ended";
	}
	if (!queue.ended) return "waits";
	if (queue.trailers !== null) writeFields(out, context.encoder, stream.id, 0, queue.trailers, true);
	else {
		out.ensure(FRAME_HEADER);
		out.frameHeader(0, DATA, END_STREAM, stream.id);
	}
	return "ended";
}

/** @param status 0: none, for trailers */
function writeFields(out: OutBuffer, encoder: HpackEncoder, stream: number, status: number, headers: HeaderList, ends: boolean): void {
	const at = out.length;
	out.ensure(FRAME_HEADER);
	out.frameHeader(0, HEADERS, END_HEADERS | (ends ? END_STREAM : 0), stream);
	encoder.begin(out);
	if (status > 0) encoder.status(out, status);
	encoder.fields(out, headers);
	const length = out.length - at - FRAME_HEADER;
	if (length <= FRAME_SIZE) out.frameLength(at, length);
	else split(out, at, stream, ends);
}

/** Makes HEADERS and CONTINUATION frames of a block that is too long for one frame. */
function split(out: OutBuffer, at: number, stream: number, ends: boolean): void {
	const block = Buffer.from(out.bytes.subarray(at + FRAME_HEADER, out.length));
	out.length = at;
	for (let pos = 0; pos < block.length; pos += FRAME_SIZE) {
		const end = Math.min(block.length, pos + FRAME_SIZE);
		const flags = (end === block.length ? END_HEADERS : 0) | (pos === 0 && ends ? END_STREAM : 0);
		out.ensure(FRAME_HEADER + end - pos);
		out.frameHeader(end - pos, pos === 0 ? HEADERS : CONTINUATION, flags, stream);
		out.append(block.subarray(pos, end));
	}
}
