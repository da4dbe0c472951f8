import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from "node:net";
import type { ResponseSample } from "./http1Generator.ts";

/** A message as a parser understood it. */
export interface ReadMessage {
	/** `method target` or `status reason`. */
	readonly line: string;
	readonly version: string;
	readonly fields: readonly string[];
	readonly body: string;
	readonly trailers: readonly string[];
	/** Its last octet has arrived. */
	readonly complete: boolean;
}

export interface NodeReading {
	readonly messages: readonly ReadMessage[];
	/** Of the parser; null if it only wants more octets. */
	readonly error: string | null;
}

/** The peer closed too early: not a fault of what came before. */
const TOO_SHORT = ["HPE_INVALID_EOF_STATE", "ECONNRESET", "HPE_CLOSED_CONNECTION"];

interface Tracked {
	readonly message: IncomingMessage;
	readonly parts: Buffer[];
}

/** A node:http server that is asked what it understands. */
export class NodeRequestReader {
	readonly #server: Server;
	readonly #tracked = new Map<number, { requests: Tracked[]; error: string | null }>();

	private constructor() {
		const options = {
			maxHeaderSize: 64 * 1024,
			requestTimeout: 0,
			headersTimeout: 0,
			keepAliveTimeout: 0,
			connectionsCheckingInterval: 0x7fffffff,
		};
		const answer = (message: IncomingMessage, response: { end(): void }) => {
			this.#tracked.get(message.socket.remotePort ?? 0)?.requests.push(tracked(message));
			response.end();
		};
		this.#server = createServer(options, answer);
		this.#server.on("checkContinue", answer);
		this.#server.on("checkExpectation", answer);
		this.#server.on("connection", (socket: Socket) => this.#tracked.set(socket.remotePort ?? 0, { requests: [], error: null }));
		this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
			const entry = this.#tracked.get((socket as Socket).remotePort ?? 0);
			if (entry !== undefined && !TOO_SHORT.includes(error.code ?? "")) entry.error ??= error.code ?? error.message;
			socket.destroy();
		});
	}

	static async start(): Promise<NodeRequestReader> {
		const reader = new NodeRequestReader();
		await new Promise<void>((resolve) => reader.#server.listen(0, "127.0.0.1", resolve));
		return reader;
	}

	/** Sends the octets and closes. */
	async read(bytes: Buffer): Promise<NodeReading> {
		const socket = connect((this.#server.address() as AddressInfo).port, "127.0.0.1");
		socket.on("error", () => {});
		socket.resume();
		const port = await new Promise<number>((resolve) => socket.once("connect", () => resolve(socket.localPort ?? 0)));
		const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
		socket.end(bytes);
		await closed;
		const entry = this.#tracked.get(port);
		this.#tracked.delete(port);
		return {
			messages: (entry?.requests ?? []).map((each) => understood(each, `${each.message.method} ${each.message.url}`)),
			error: entry?.error ?? null,
		};
	}

	stop(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}

/** node:http as a client of a server that sends what it is told. */
export class NodeResponseReader {
	readonly #server = createNetServer({ allowHalfOpen: true });
	readonly #answers = new Map<string, Buffer>();
	#count = 0;

	private constructor() {
		this.#server.on("connection", (socket) => {
			let head = "";
			socket.on("error", () => {});
			socket.on("data", (chunk) => {
				head += chunk.toString("latin1");
				if (head.endsWith("\r\n\r\n")) socket.end(this.#answers.get(/\d+/.exec(head)?.[0] ?? "") ?? "");
			});
			socket.on("end", () => socket.end());
		});
	}

	static async start(): Promise<NodeResponseReader> {
		const reader = new NodeResponseReader();
		await new Promise<void>((resolve) => reader.#server.listen(0, "127.0.0.1", resolve));
		return reader;
	}

	/** Answers one request with the octets and closes. The last message is the final response; interim ones come before. */
	read(sample: ResponseSample): Promise<NodeReading> {
		const id = String(this.#count++);
		this.#answers.set(id, sample.bytes);
		const { port } = this.#server.address() as AddressInfo;
		return new Promise((resolve) => {
			const interim: ReadMessage[] = [];
			let final: Tracked | null = null;
			let error: string | null = null;
			const sent = request({ host: "127.0.0.1", port, path: `/${id}`, method: sample.method, agent: false, maxHeaderSize: 64 * 1024 });
			sent.on("information", (info) => interim.push(interimMessage(info)));
			sent.on("response", (message) => {
				final = tracked(message);
			});
			sent.on("error", (fault: NodeJS.ErrnoException) => {
				if (!TOO_SHORT.includes(fault.code ?? "")) error = fault.code ?? fault.message;
			});
			sent.on("close", () => {
				this.#answers.delete(id);
				const messages =
					final === null ? interim : [...interim, understood(final, `${final.message.statusCode} ${final.message.statusMessage}`)];
				resolve({ messages, error });
			});
			sent.end();
		});
	}

	stop(): void {
		this.#server.close();
	}
}

function tracked(message: IncomingMessage): Tracked {
	const parts: Buffer[] = [];
	message.on("data", (part: Buffer) => parts.push(part));
	message.on("error", () => {});
	return { message, parts };
}

function understood({ message, parts }: Tracked, line: string): ReadMessage {
	return {
		line,
		version: message.httpVersion,
		fields: message.rawHeaders,
		body: Buffer.concat(parts).toString("latin1"),
		trailers: message.rawTrailers,
		complete: message.complete,
	};
}

function interimMessage(info: { statusCode: number; statusMessage: string; httpVersion: string; rawHeaders: string[] }): ReadMessage {
	return {
		line: `${info.statusCode} ${info.statusMessage}`,
		version: info.httpVersion,
		fields: info.rawHeaders,
		body: "",
		trailers: [],
		complete: true,
	};
}
