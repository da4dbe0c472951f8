import type { Socket } from "node:net";
import { DEFAULT_TIMEOUT, within } from "./deadline.ts";
import { type Framing, parseFields, parseHead, type RawRequest, type RawResponse, requestFraming, responseFraming } from "./message.ts";

/** How the other side left: an orderly end (FIN) or a reset (RST). */
export type Ending = "end" | "reset";

/** The other side left before what was waited for had come. */
export class ConnectionEnded extends Error {
	readonly ending: Ending;

	constructor(ending: Ending, missing: string, received: string) {
		super(`the connection came to its ${ending} before ${missing}; received ${received}`);
		this.name = "ConnectionEnded";
		this.ending = ending;
	}
}

/** What {@link RawSocket.read} found: how many of the unread bytes belong to it, or -1 while there are not enough. */
type Condition = (unread: Buffer) => number;

/**
 * One socket of a play, for either side: exact bytes out, everything that comes in kept. Strings stand for bytes, one character each
 * (latin1). It stays open for sending after the other side has ended. Lifetime: until {@link destroy}.
 */
export class RawSocket {
	readonly socket: Socket;
	#store = Buffer.allocUnsafe(4096);
	#length = 0;
	#taken = 0;
	#ending: Ending | null = null;
	#change = Promise.withResolvers<void>();

	/** @param socket made with `allowHalfOpen` */
	constructor(socket: Socket) {
		this.socket = socket;
		socket.on("data", (chunk: Buffer) => {
			this.#append(chunk);
			this.#changed();
		});
		socket.on("end", () => this.#finish("end"));
		socket.on("error", () => this.#finish("reset"));
		socket.on("close", () => this.#finish("reset"));
	}

	/** Everything that has come since the start. */
	get received(): Buffer {
		return this.#store.subarray(0, this.#length);
	}

	/** What has come and was not read yet. */
	get unread(): Buffer {
		return this.#store.subarray(this.#taken, this.#length);
	}

	/** Null while the other side may still send. */
	get ending(): Ending | null {
		return this.#ending;
	}

	/** Resolves when the bytes were handed to the kernel, also when the connection is gone. */
	async send(bytes: string | Uint8Array): Promise<void> {
		const sent = Promise.withResolvers<void>();
		this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes, () => sent.resolve());
		await sent.promise;
	}

	/** Sends the bytes in pieces of `size` bytes, each in a packet of its own. */
	async sendInPieces(bytes: string | Uint8Array, size = 1): Promise<void> {
		this.socket.setNoDelay(true);
		const all = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
		for (let at = 0; at < all.length; at += size) await this.send(all.subarray(at, at + size));
	}

	/** Ends our direction (FIN) after what was sent. */
	end(): void {
		this.socket.end();
	}

	/** Cuts the connection with a reset (RST). */
	reset(): void {
		this.socket.resetAndDestroy();
	}

	/** Stops reading, so that the other side runs into back pressure. */
	pause(): void {
		this.socket.pause();
	}

	resume(): void {
		this.socket.resume();
	}

	/** Closes whatever is left of the connection. */
	destroy(): void {
		this.socket.destroy();
	}

	/**
	 * Waits until the unread bytes satisfy the condition and takes them.
	 * @throws {ConnectionEnded} when the other side leaves first
	 */
	async read(condition: Condition, what: string, milliseconds: number = DEFAULT_TIMEOUT): Promise<Buffer> {
		const wait = async () => {
			for (;;) {
				const size = condition(this.unread);
				if (size >= 0) return this.#take(size);
				if (this.#ending !== null) throw new ConnectionEnded(this.#ending, what, this.#shown());
				await this.#change.promise;
			}
		};
		return within(wait(), () => `${what}; received ${this.#shown()}`, milliseconds);
	}

	/** Reads up to and with `mark`. */
	async readUntil(mark: string, milliseconds?: number): Promise<string> {
		const bytes = await this.read(
			(unread) => {
				const at = unread.indexOf(mark, 0, "latin1");
				return at === -1 ? -1 : at + mark.length;
			},
			JSON.stringify(mark),
			milliseconds,
		);
		return bytes.toString("latin1");
	}

	async readBytes(count: number, milliseconds?: number): Promise<Buffer> {
		return this.read((unread) => (unread.length >= count ? count : -1), `${count} bytes`, milliseconds);
	}

	/** Waits for the other side to leave and tells how; what it sent before stays unread. */
	async ended(milliseconds: number = DEFAULT_TIMEOUT): Promise<Ending> {
		const wait = async () => {
			while (this.#ending === null) await this.#change.promise;
			return this.#ending;
		};
		return within(wait(), () => `the end of the connection; received ${this.#shown()}`, milliseconds);
	}

	/** Reads the next request, head and body. */
	async request(milliseconds?: number): Promise<RawRequest> {
		const start = this.#taken;
		const head = parseHead(await this.readUntil("\r\n\r\n", milliseconds));
		const [method = "", target = "", version = ""] = head.startLine.split(" ");
		const { body, trailers } = await this.#body(requestFraming(head), milliseconds);
		return { method, target, version, headers: head.headers, body, trailers, raw: this.#since(start) };
	}

	/**
	 * Reads the next final response with the informational ones before it.
	 * @param method of the request it answers, which decides about its body
	 */
	async response(method = "GET", milliseconds?: number): Promise<RawResponse> {
		const informational: RawResponse[] = [];
		for (;;) {
			const start = this.#taken;
			const head = parseHead(await this.readUntil("\r\n\r\n", milliseconds));
			const [, version = "", code = "", reason = ""] = /^(\S*) (\S*) ?(.*)$/.exec(head.startLine) ?? [];
			const status = Number(code);
			const { body, trailers } = await this.#body(responseFraming(head, status, method), milliseconds);
			const response = { version, status, reason, headers: head.headers, body, trailers, raw: this.#since(start), informational };
			if (status >= 200 || status === 101) return response;
			informational.push({ ...response, informational: [] });
		}
	}

	async #body(framing: Framing, milliseconds: number | undefined): Promise<Pick<RawResponse, "body" | "trailers">> {
		if (framing.kind === "length") return { body: await this.readBytes(framing.bytes, milliseconds), trailers: [] };
		if (framing.kind === "close") {
			await this.ended(milliseconds);
			return { body: this.#take(this.unread.length), trailers: [] };
		}
		const chunks: Buffer[] = [];
		for (;;) {
			const size = Number.parseInt(await this.readUntil("\r\n", milliseconds), 16);
			if (Number.isNaN(size)) throw new Error(`no chunk size; received ${this.#shown()}`);
			if (size === 0) break;
			chunks.push(await this.readBytes(size, milliseconds));
			await this.readBytes(2, milliseconds);
		}
		const lines: string[] = [];
		for (let line = await this.readUntil("\r\n", milliseconds); line !== "\r\n"; line = await this.readUntil("\r\n", milliseconds)) {
			lines.push(line.slice(0, -2));
		}
		return { body: Buffer.concat(chunks), trailers: parseFields(lines) };
	}

	#append(chunk: Buffer): void {
		if (this.#length + chunk.length > this.#store.length) {
			const larger = Buffer.allocUnsafe(2 * (this.#length + chunk.length));
			this.received.copy(larger);
			this.#store = larger;
		}
		chunk.copy(this.#store, this.#length);
		this.#length += chunk.length;
	}

	#finish(ending: Ending): void {
		this.#ending ??= ending;
		this.#changed();
	}

	#changed(): void {
		const change = this.#change;
		this.#change = Promise.withResolvers<void>();
		change.resolve();
	}

	#take(size: number): Buffer {
		this.#taken += size;
		return this.#store.subarray(this.#taken - size, this.#taken);
	}

	#since(start: number): Buffer {
		return this.#store.subarray(start, this.#taken);
	}

	#shown(): string {
		const text = JSON.stringify(this.unread.subarray(0, 400).toString("latin1"));
		return this.unread.length > 400 ? `${text} and ${this.unread.length - 400} bytes more` : text;
	}
}
