/** What a frame means to a stream in each of its states (RFC 9113 section 5.1), as one table. */
import * as frames from "./protocol.ts";

/**
 * `open`: the request goes on; `answering`: all of it is here. The others are over: `ended` by END_STREAM both ways, `reset` by us, `left` by the
 * client's RST_STREAM.
 */
export type StreamState = "idle" | "open" | "answering" | "ended" | "reset" | "left";

export type Reaction =
	/** It is for the stream. */
	| "take"
	/** It begins a stream. */
	| "begin"
	/** It is dropped, with all care: data count in the connection's window, fields in the table. */
	| "ignore"
	/** RST_STREAM with STREAM_CLOSED; what comes after that is ignored. */
	| "reset"
	/** The connection ends, with this code. */
	| number;

const FRAMES = [frames.DATA, frames.HEADERS, frames.RST_STREAM, frames.WINDOW_UPDATE] as const;
export type StreamFrame = (typeof FRAMES)[number];

/** PRIORITY means nothing in any state. */
export const REACTIONS: Readonly<Record<StreamState, Readonly<Record<StreamFrame, Reaction>>>> = {
	idle: row(frames.PROTOCOL_ERROR, "begin", frames.PROTOCOL_ERROR, frames.PROTOCOL_ERROR),
	open: row("take", "take", "take", "take"),
	answering: row("reset", "reset", "take", "take"),
	ended: row(frames.STREAM_CLOSED, frames.STREAM_CLOSED, "ignore", "ignore"),
	// Frames that were under way when we gave the stream up.
	reset: row("ignore", "ignore", "ignore", "ignore"),
	left: row("reset", "reset", "ignore", "ignore"),
};

function row(data: Reaction, headers: Reaction, rst: Reaction, window: Reaction): Readonly<Record<StreamFrame, Reaction>> {
	return { [frames.DATA]: data, [frames.HEADERS]: headers, [frames.RST_STREAM]: rst, [frames.WINDOW_UPDATE]: window };
}
