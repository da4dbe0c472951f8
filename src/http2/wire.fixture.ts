import type { PorticoError } from "../errors.ts";
import { HeaderList } from "../http/headers.ts";
import { FrameReader } from "./frameReader.ts";
import { HpackDecoder } from "./hpackDecoder.ts";
import { OutBuffer } from "./outBuffer.ts";
import * as http2 from "./protocol.ts";
import type { RequestReading } from "./requestReader.ts";
import { ServerSession, type SessionEvents, type SessionLimits } from "./serverSession.ts";
import type { Stream, StreamEvents } from "./stream.ts";

// --- what a client sends, by hand

export const PREFACE = Buffer.from(http2.PREFACE, "latin1");

export function frame(type: number, flags: number, stream: number, payload: Uint8Array | readonly number[] = []): Buffer {
	const body = Buffer.from(payload as Uint8Array);
	const head = Buffer.alloc(9);
	head.writeUIntBE(body.length, 0, 3);
	head[3] = type;
	head[4] = flags;
	head.writeUInt32BE(stream, 5);
	return Buffer.concat([head, body]);
}

export const uint32 = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value >>> 0);
	return bytes;
};

export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
	return frame(http2.SETTINGS, 0, 0, Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.from([0, id]), uint32(value)]))));
}

export const SETTINGS_ACK = frame(http2.SETTINGS, http2.ACK, 0);
export const windowUpdate = (stream: number, increment: number): Buffer => frame(http2.WINDOW_UPDATE, 0, stream, uint32(increment));
export const rst = (stream: number, code: number = http2.CANCEL): Buffer => frame(http2.RST_STREAM, 0, stream, uint32(code));
export const data = (stream: number, payload: string | Buffer, end = false): Buffer =>
	frame(http2.DATA, end ? http2.END_STREAM : 0, stream, Buffer.from(payload as string, "latin1"));

type Pairs = readonly (readonly [name: string, value: string])[];

/** An integer of HPACK. */
export function integer(flags: number, mask: number, value: number): Buffer {
	if (value < mask) return Buffer.from([flags | value]);
	const octets = [flags | mask];
	let rest = value - mask;
	for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push(128 | (rest % 128));
	return Buffer.from([...octets, rest]);
}

const text = (value: string): Buffer => Buffer.concat([integer(0, 0x7f, value.length), Buffer.from(value, "latin1")]);

/** Fields as literals that are not indexed. */
export const block = (fields: Pairs): Buffer =>
	Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));

export const indexedLiteral = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0x40]), text(name), text(value)]);

export const GET: Pairs = [
	[":method", "GET"],
	[":scheme", "https"],
	[":authority", "a.test"],
	[":path", "/x"],
];
export const POST: Pairs = [[":method", "POST"], ...GET.slice(1)];

export function headers(stream: number, fields: Pairs | Buffer = GET, end = true): Buffer {
	const payload = Buffer.isBuffer(fields) ? fields : block(fields);
	return frame(http2.HEADERS, http2.END_HEADERS | (end ? http2.END_STREAM : 0), stream, payload);
}

// --- what the session does

const CODES = ["NO_ERROR", "PROTOCOL", "INTERNAL", "FLOW_CONTROL", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE", "REFUSED", "CANCEL"];
CODES.push("COMPRESSION", "CONNECT", "CALM");

export const LIMITS: SessionLimits = { headBytes: 65_536, headerFields: 128, streams: 100, tunnels: 20 };

/** A session with an owner that notes what it hears; its clock is {@link now}. */
export class Rig implements SessionEvents {
	readonly heard: string[] = [];
	readonly streams = new Map<number, Stream>();
	readonly requests: (RequestReading & { kind: "request" })[] = [];
	readonly session: ServerSession;
	now = 0;
	readonly #out = new OutBuffer(1024);
	readonly #decoder = new HpackDecoder();

	constructor(limits: Partial<SessionLimits> = {}) {
		this.session = new ServerSession({ ...LIMITS, ...limits }, true, this, 0);
		this.sent();
	}

	/** Begun, with settings exchanged. */
	static begun(limits: Partial<SessionLimits> = {}, ...first: readonly (readonly [number, number])[]): Rig {
		const rig = new Rig(limits);
		rig.receive(PREFACE, settings(...first), SETTINGS_ACK);
		rig.sent();
		return rig;
	}

	/** Each part is valid only while it is read. */
	receive(...parts: readonly Buffer[]): void {
		for (const part of parts) {
			const chunk = Buffer.from(part);
			this.session.receive(chunk, this.now);
			chunk.fill(0xee);
		}
	}

	/** The frames that leave, as they are. */
	raw(): { type: number; flags: number; length: number }[] {
		this.#out.length = 0;
		this.session.write(this.#out, Number.POSITIVE_INFINITY);
		const bytes = this.#out.view;
		const found: { type: number; flags: number; length: number }[] = [];
		for (let at = 0; at < bytes.length; ) {
			const length = bytes.readUIntBE(at, 3);
			found.push({ type: bytes[at + 3] ?? 0, flags: bytes[at + 4] ?? 0, length });
			at += 9 + length;
		}
		return found;
	}

	/** What leaves, as lines. */
	sent(): string[] {
		const lines: string[] = [];
		this.#out.length = 0;
		this.session.write(this.#out, Number.POSITIVE_INFINITY);
		const bytes = Buffer.from(this.#out.view);
		this.session.afterWrite();
		const fields: string[] = [];
		const reader = new FrameReader(16_384, {
			onFrame: (type, flags, stream, payload, start, end) => {
				if (type === http2.SETTINGS) lines.push((flags & http2.ACK) !== 0 ? "SETTINGS ACK" : "SETTINGS");
				else if (type === http2.PING) lines.push((flags & http2.ACK) !== 0 ? "PING ACK" : "PING");
				else if (type === http2.WINDOW_UPDATE) lines.push(`WINDOW_UPDATE ${stream} ${payload.readUInt32BE(start)}`);
				else if (type === http2.RST_STREAM) lines.push(`RST ${stream} ${CODES[payload.readUInt32BE(start)]}`);
				else if (type === http2.GOAWAY) lines.push(`GOAWAY ${payload.readUInt32BE(start)} ${CODES[payload.readUInt32BE(start + 4)]}`);
				else if (type === http2.HEADERS) {
					fields.length = 0;
					this.#decoder.decode(
						payload,
						start,
						end,
						{ fields: 1000, bytes: 1e6 },
						{ onField: ({ field }, value) => fields.push(`${field.spelled}=${value}`) },
					);
					lines.push(`HEADERS ${stream}${(flags & http2.END_STREAM) !== 0 ? " END" : ""} ${fields.join(" ")}`.trimEnd());
				} else lines.push(`FRAME ${type} ${stream}`);
			},
			onDataStart: (stream, length, _padding, ended) => lines.push(`DATA ${stream} ${length}${ended ? " END" : ""}`),
			onData: () => {},
			onDataEnd: () => {},
		});
		reader.execute(Buffer.concat([PREFACE, bytes]));
		return lines;
	}

	/** A whole response. */
	respond(id: number, body = "", status = 200): void {
		const stream = this.streams.get(id);
		stream?.sendHead({ status, reason: "", version: 2, headers: new HeaderList() });
		if (body !== "") stream?.sendBody(Buffer.from(body, "latin1"));
		stream?.settle();
		stream?.sendEnd(null);
	}

	/** Whatever is open is answered. */
	respondToAll(): void {
		for (const { id } of [...this.session.streams()]) this.respond(id, "ok");
	}

	onRequest(stream: Stream, reading: RequestReading & { kind: "request" }): StreamEvents {
		const { head, body } = reading;
		this.requests.push(reading);
		this.streams.set(stream.id, stream);
		this.heard.push(`request ${stream.id} ${head.method} ${head.target} ${body}`);
		return this.#eventsOf(stream.id);
	}

	#eventsOf(id: number): StreamEvents {
		return {
			onBody: (chunk) => this.heard.push(`body ${id} ${chunk.length}`),
			onEnd: (trailers) => this.heard.push(`end ${id}${trailers === null ? "" : ` ${trailers.toPairs().join()}`}`),
			onFlush: () => {},
			onFault: (error) => this.heard.push(`fault ${id} ${error.detail}`),
			onLeft: () => this.heard.push(`left ${id}`),
			onDrain: () => this.heard.push(`drain ${id}`),
			onSent: () => this.heard.push(`sent ${id}`),
		};
	}

	onRefused(stream: Stream, error: PorticoError): StreamEvents {
		this.streams.set(stream.id, stream);
		this.heard.push(`refused ${stream.id} ${error.code} ${error.detail}`);
		return this.#eventsOf(stream.id);
	}

	onMalformed(error: PorticoError): void {
		this.heard.push(`malformed ${error.detail}`);
	}

	onClosed(): void {}

	onTired(): void {
		if (!this.heard.includes("tired")) this.heard.push("tired");
	}

	onFatal(_code: number, reason: string): void {
		this.heard.push(`fatal ${reason}`);
	}

	onPong(): void {
		this.heard.push("pong");
	}
}
