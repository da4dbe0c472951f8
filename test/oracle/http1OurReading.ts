import { PorticoError } from "../../src/errors.ts";
import type { HeaderList } from "../../src/http/headers.ts";
import type { RequestHead, ResponseHead } from "../../src/http/message.ts";
import { parseTarget } from "../../src/http/uri.ts";
import { keepsAlive } from "../../src/http1/persistence.ts";
import { RequestParser } from "../../src/http1/requestParser.ts";
import { ResponseParser } from "../../src/http1/responseParser.ts";
import type { ResponseSample } from "./http1Generator.ts";
import type { ReadMessage } from "./http1NodeReading.ts";
import { LIMITS } from "./http1Reading.ts";

export interface OurReading {
	readonly messages: readonly ReadMessage[];
	/** Where each request begins. */
	readonly starts: readonly number[];
	readonly error: PorticoError | null;
	/** Octets that belong to what was read. */
	readonly taken: number;
}

/** Reads pipelined requests as a listener does: targets parsed, until the connection is to be closed. */
export function ourRequests(bytes: Buffer): OurReading {
	const collector = new Collector();
	let last = false;
	const parser = new RequestParser(LIMITS, {
		onHead(head) {
			parseTarget(head.method, head.target);
			last = !keepsAlive(head.version, head.headers);
			collector.onHead(head);
		},
		onBody: (chunk) => collector.onBody(chunk),
		onTrailers: (trailers) => collector.onTrailers(trailers),
		onEnd: () => collector.onEnd(),
	});
	const starts: number[] = [];
	let taken = 0;
	const error = caught(() => {
		while (taken < bytes.length && !(last && parser.idle)) {
			starts.push(taken);
			taken = parser.execute(bytes, taken);
		}
	});
	collector.close();
	return { messages: collector.messages, starts, error, taken };
}

/** Reads one response, and interim ones before it; the node closes after the last octet. */
export function ourResponse(sample: ResponseSample): OurReading {
	const collector = new Collector();
	const parser = new ResponseParser(LIMITS, collector);
	parser.start(sample.method, null);
	let taken = 0;
	const error = caught(() => {
		taken = parser.execute(sample.bytes);
		parser.finish();
	});
	collector.close();
	return { messages: collector.messages, starts: [], error, taken };
}

class Collector {
	readonly messages: ReadMessage[] = [];
	#line = "";
	#version = 1;
	#fields: readonly string[] = [];
	#body = "";
	#trailers: readonly string[] = [];
	#open = false;

	onHead(head: RequestHead | ResponseHead): void {
		this.#line = "method" in head ? `${head.method} ${head.target}` : `${head.status} ${head.reason}`;
		this.#version = head.version;
		this.#fields = head.headers.toPairs().flat();
		this.#body = "";
		this.#trailers = [];
		this.#open = true;
	}

	onInformational(head: ResponseHead): void {
		this.onHead(head);
		this.onEnd();
	}

	onSwitch(head: ResponseHead): void {
		this.onInformational(head);
	}

	onBody(chunk: Buffer): void {
		this.#body += chunk.toString("latin1");
	}

	onTrailers(trailers: HeaderList): void {
		this.#trailers = trailers.toPairs().flat();
	}

	onEnd(): void {
		this.#push(true);
	}

	/** No more octets will come: the message under way stays incomplete. */
	close(): void {
		if (this.#open) this.#push(false);
	}

	#push(complete: boolean): void {
		this.#open = false;
		const version = `1.${this.#version}`;
		this.messages.push({ line: this.#line, version, fields: this.#fields, body: this.#body, trailers: this.#trailers, complete });
	}
}

function caught(run: () => void): PorticoError | null {
	try {
		run();
		return null;
	} catch (fault) {
		if (fault instanceof PorticoError) return fault;
		throw fault;
	}
}
