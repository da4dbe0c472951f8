/** What the header of a frame must say, by its type (RFC 9113 section 6): the table is asked before anything of the payload is kept. */
import { ConnectionError } from "./connectionError.ts";
import * as frames from "./protocol.ts";

interface FrameRule {
	/** `zero`: the frame is about the connection; `stream`: about a stream; `any`: either. */
	readonly stream: "zero" | "stream" | "any";
	readonly least: number;
	readonly most: number;
	/** The length is a multiple of it. */
	readonly unit?: number;
}

const ANY_LENGTH = { least: 0, most: Number.POSITIVE_INFINITY } as const;

const FRAME_RULES: ReadonlyMap<number, FrameRule> = new Map<number, FrameRule>([
	[frames.DATA, { stream: "stream", ...ANY_LENGTH }],
	[frames.HEADERS, { stream: "stream", ...ANY_LENGTH }],
	[frames.PRIORITY, { stream: "stream", least: 5, most: 5 }],
	[frames.RST_STREAM, { stream: "stream", least: 4, most: 4 }],
	[frames.SETTINGS, { stream: "zero", ...ANY_LENGTH, unit: 6 }],
	// No client may send one, whatever it holds.
	[frames.PUSH_PROMISE, { stream: "any", ...ANY_LENGTH }],
	[frames.PING, { stream: "zero", least: 8, most: 8 }],
	[frames.GOAWAY, { stream: "zero", least: 8, most: Number.POSITIVE_INFINITY }],
	[frames.WINDOW_UPDATE, { stream: "any", least: 4, most: 4 }],
	[frames.CONTINUATION, { stream: "stream", ...ANY_LENGTH }],
	[frames.PRIORITY_UPDATE, { stream: "zero", least: 4, most: Number.POSITIVE_INFINITY }],
]);

const RULES: readonly (FrameRule | undefined)[] = Array.from({ length: 256 }, (_, type) => FRAME_RULES.get(type));

/**
 * Unknown types may be on any stream and of any length that a frame may have.
 *
 * @param most the largest payload that we announced
 * @throws ConnectionError
 */
export function checkFrame(type: number, length: number, stream: number, most: number): void {
	if (length > most) throw new ConnectionError(frames.FRAME_SIZE_ERROR, "frame-size");
	const rule = RULES[type];
	if (rule === undefined) return;
	if (rule.stream !== "any" && (stream === 0) !== (rule.stream === "zero"))
		throw new ConnectionError(frames.PROTOCOL_ERROR, "frame-stream");
	if (length < rule.least || length > rule.most || (rule.unit !== undefined && length % rule.unit !== 0)) {
		throw new ConnectionError(frames.FRAME_SIZE_ERROR, "frame-length");
	}
}
