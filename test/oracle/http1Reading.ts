import { type ErrorCode, PorticoError } from "../../src/errors.ts";
import type { HeaderList } from "../../src/http/headers.ts";
import type { BodyLength, RequestHead, ResponseHead } from "../../src/http/message.ts";
import type { HeadLimits } from "../../src/http1/headReader.ts";
import { RequestParser } from "../../src/http1/requestParser.ts";
import { ResponseParser } from "../../src/http1/responseParser.ts";

/** What a parser told its sink, one line a call; adjacent parts of a body are joined. */
export interface Reading {
	readonly events: readonly string[];
	readonly heads: readonly RequestHead[];
	readonly responses: readonly ResponseHead[];
	/** The body octets of all messages, one character each. */
	readonly body: string;
	readonly error: { readonly code: ErrorCode; readonly detail: string | undefined } | null;
	/** Octets that the parser took. */
	readonly taken: number;
}

export const LIMITS: HeadLimits = { headBytes: 64 * 1024, headerFields: 128 };

export interface ResponseOptions {
	readonly method?: string;
	/** Lower-case protocol that the request asked for. */
	readonly upgrade?: string;
	/** The peer closes after the last part. */
	readonly fin?: boolean;
	readonly limits?: HeadLimits;
}

/** Reads pipelined requests that arrive in `parts`. Errors other than PorticoError fly on. */
export function readRequests(parts: readonly Buffer[], limits: HeadLimits = LIMITS): Reading {
	const recorder = new Recorder();
	const parser = new RequestParser(limits, recorder);
	return recorder.reading(() => {
		for (const part of parts) {
			for (let offset = 0; offset < part.length; ) {
				const next = parser.execute(part, offset);
				recorder.taken += next - offset;
				if (next === offset) throw new Error("no progress");
				offset = next;
			}
		}
	});
}

/** Reads one response that arrives in `parts`, stopping after its end. */
export function readResponse(parts: readonly Buffer[], options: ResponseOptions = {}): Reading {
	const recorder = new Recorder();
	const parser = new ResponseParser(options.limits ?? LIMITS, recorder);
	parser.start(options.method ?? "GET", options.upgrade ?? null);
	return recorder.reading(() => {
		for (const part of parts) {
			const next = parser.execute(part, 0);
			recorder.taken += next;
			if (recorder.over) return;
			if (next !== part.length) throw new Error("stopped early");
		}
		if (options.fin === true) parser.finish();
	});
}

export function oneRequest(text: string, limits?: HeadLimits): Reading {
	return readRequests([Buffer.from(text, "latin1")], limits);
}

export function oneResponse(text: string, options?: ResponseOptions): Reading {
	return readResponse([Buffer.from(text, "latin1")], options);
}

/** `bytes` cut at the given offsets. */
export function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
	const bounds = [0, ...[...offsets].sort((a, b) => a - b), bytes.length];
	const parts: Buffer[] = [];
	for (let i = 1; i < bounds.length; i++) parts.push(bytes.subarray(bounds[i - 1], bounds[i]));
	return parts;
}

class Recorder {
	readonly events: string[] = [];
	readonly heads: RequestHead[] = [];
	readonly responses: ResponseHead[] = [];
	body = "";
	taken = 0;
	over = false;
	#inBody = false;

	reading(run: () => void): Reading {
		let error: Reading["error"] = null;
		try {
			run();
		} catch (thrown) {
			if (!(thrown instanceof PorticoError)) throw thrown;
			error = { code: thrown.code, detail: thrown.detail };
		}
		return { events: this.events, heads: this.heads, responses: this.responses, body: this.body, error, taken: this.taken };
	}

	onHead(head: RequestHead | ResponseHead, body: BodyLength): void {
		this.#head("head", head, body);
	}

	onInformational(head: ResponseHead): void {
		this.#head("interim", head, 0);
	}

	onSwitch(head: ResponseHead): void {
		this.#head("switch", head, 0);
		this.over = true;
	}

	onBody(chunk: Buffer): void {
		if (chunk.length === 0) throw new Error("empty body part");
		const text = chunk.toString("latin1");
		this.body += text;
		if (this.#inBody) this.events[this.events.length - 1] += text;
		else this.events.push(`body ${text}`);
		this.#inBody = true;
	}

	onTrailers(trailers: HeaderList): void {
		this.#push(`trailers ${JSON.stringify(trailers.toPairs())}`);
	}

	onEnd(): void {
		this.#push("end");
		this.over = true;
	}

	#head(kind: string, head: RequestHead | ResponseHead, body: BodyLength): void {
		if ("method" in head) this.heads.push(head);
		else this.responses.push(head);
		this.#push(`${kind} ${JSON.stringify({ ...head, headers: head.headers.toPairs() })} ${body}`);
	}

	#push(event: string): void {
		this.events.push(event);
		this.#inBody = false;
	}
}
