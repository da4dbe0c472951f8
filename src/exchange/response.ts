import { BodyPipe, type PipeOwner } from "../body/bodyPipe.ts";
import { type ResponsePlan, withoutFraming } from "../body/bodyRules.ts";
import type { HeaderList } from "../http/headers.ts";
import type { ResponseHead } from "../http/message.ts";
import type { ClientStream } from "../listener/clientStream.ts";
import type { LeakSample } from "../rewrite/leakWatch.ts";

/** What the exchange hears of its response. */
export interface ResponseOwner {
	/** All of it is ready: its last bytes leave now. */
	onResponseReady(trailers: HeaderList | null): void;
	/** The client, or a stage, takes more. */
	onResponseDrain(): void;
	/** A stage found that it cannot be completed. */
	onResponseBroken(cause: Error): void;
}

/** The way of one response body from a member to the client. Lifetime: exchange. */
export interface ResponseBody {
	/** As the client gets it. */
	readonly head: ResponseHead;
	/** The chunk is only valid during the call. False: stop until onResponseDrain. */
	write(chunk: Buffer): boolean;
	/** Everything that arrived in one read has been written. False: stop until onResponseDrain. */
	flush(): boolean;
	end(trailers: HeaderList | null): void;
	/** The client takes more. False: a stage is still full. */
	resume(): boolean;
	/** Nothing more may leave. */
	close(): void;
}

/** A body that reaches the client as the member sent it. */
export class PlainBody implements ResponseBody {
	readonly head: ResponseHead;
	readonly #stream: ClientStream;
	readonly #owner: ResponseOwner;
	readonly #sample: LeakSample | null;

	constructor(head: ResponseHead, stream: ClientStream, owner: ResponseOwner, sample: LeakSample | null) {
		this.head = head;
		this.#stream = stream;
		this.#owner = owner;
		this.#sample = sample;
	}

	write(chunk: Buffer): boolean {
		this.#sample?.add(chunk);
		return this.#stream.sendBody(chunk);
	}

	flush(): boolean {
		return this.#stream.flush();
	}

	end(trailers: HeaderList | null): void {
		this.#sample?.end();
		this.#owner.onResponseReady(trailers);
	}

	resume(): boolean {
		return true;
	}

	close(): void {}
}

/** A body that does not reach the client: another one has been sent in its place. */
export class ReplacedBody implements ResponseBody {
	readonly head: ResponseHead;
	readonly #stream: ClientStream;
	readonly #owner: ResponseOwner;

	constructor(head: ResponseHead, stream: ClientStream, owner: ResponseOwner) {
		this.head = head;
		this.#stream = stream;
		this.#owner = owner;
	}

	/** Read to its end, so that the connection to the node can be used again. */
	write(): boolean {
		return true;
	}

	flush(): boolean {
		this.#stream.flush();
		return true;
	}

	end(): void {
		this.#owner.onResponseReady(null);
	}

	resume(): boolean {
		return true;
	}

	close(): void {}
}

/** A body that passes stages: decoded, rewritten, encoded. Trailers are left out: they may describe the member's bytes. */
export class StagedBody implements ResponseBody, PipeOwner {
	head: ResponseHead;
	readonly #stream: ClientStream;
	readonly #owner: ResponseOwner;
	readonly #sample: LeakSample | null;
	readonly #pipe: BodyPipe;
	#closed = false;

	constructor(
		head: ResponseHead,
		stream: ClientStream,
		owner: ResponseOwner,
		sample: LeakSample | null,
		{ decode, encode }: ResponsePlan,
		rewriting: NonNullable<ResponsePlan["rewriting"]>,
	) {
		this.#stream = stream;
		this.#owner = owner;
		this.#sample = sample;
		this.head = head;
		this.#pipe = new BodyPipe(rewriting, decode, encode, this);
	}

	write(chunk: Buffer): boolean {
		return this.#pipe.write(chunk);
	}

	flush(): boolean {
		const more = this.#pipe.flush();
		return this.#closed || (this.#stream.flush() && more);
	}

	end(): void {
		const whole = this.#pipe.end();
		if (whole !== null) this.#sendWhole(whole);
	}

	/** The body came with the head in one read and the head has not left, so it can state the length. */
	#sendWhole(body: Buffer): void {
		if (this.#stream.retractHead()) {
			this.head = withoutFraming(this.head);
			this.#stream.sendHead(this.head, body.length);
		}
		if (body.length > 0) this.#stream.sendBody(body);
		this.#ready();
	}

	resume(): boolean {
		return this.#pipe.resume();
	}

	close(): void {
		this.#closed = true;
		this.#pipe.close();
	}

	onPipeText(chunk: Buffer): void {
		this.#sample?.add(chunk);
	}

	onPipeData(chunk: Buffer): boolean {
		const more = this.#stream.sendBody(chunk);
		// What other threads made comes at any time: no read of the member ends with a flush.
		return this.#pipe.isThreaded ? this.#stream.flush() && more : more;
	}

	onPipeDrain(): void {
		this.#owner.onResponseDrain();
	}

	onPipeEnd(): void {
		this.#ready();
	}

	onPipeError(cause: Error): void {
		this.#owner.onResponseBroken(cause);
	}

	#ready(): void {
		if (this.#closed) return;
		this.#sample?.end();
		this.#owner.onResponseReady(null);
	}
}
