import { PorticoError } from "../errors.ts";
import { gather } from "../http/gather.ts";
import type { HeaderList } from "../http/headers.ts";
import type { ByteBudget } from "../limit/byteBudget.ts";
import type { ClientStream } from "../listener/clientStream.ts";
import type { Attempt } from "./attempt.ts";

/**
 * The body of one request: waits here until an attempt can take it, is kept for another attempt within a limit, and is measured.
 * Lifetime: exchange.
 */
export class RequestBody {
	readonly #stream: ClientStream;
	/** All that has arrived; null: some of it is gone. */
	#kept: Buffer[] | null = [];
	#keptBytes = 0;
	#receivedBytes = 0;
	#complete: boolean;
	#trailers: HeaderList | null = null;
	/** Takes the body; null while none does. */
	#attempt: Attempt | null = null;
	/** Called once all of it has arrived. */
	#onWhole: (() => void) | null = null;
	/** Called once {@link #ahead} bytes have arrived, or all. */
	#onReady: (() => void) | null = null;
	#ahead = 0;
	readonly #budget: ByteBudget;
	/** Bytes that count in the budget. */
	#budgeted = 0;
	/** Bytes; 0 = any number. */
	#limit = 0;
	/** Bytes kept once an attempt takes the body. */
	#keep = 0;

	constructor(stream: ClientStream, length: number, budget: ByteBudget) {
		this.#stream = stream;
		this.#budget = budget;
		this.#complete = length === 0;
	}

	/** Every byte that arrived is still here, so another attempt could be made. */
	get replayable(): boolean {
		return this.#kept !== null;
	}

	/** All of it has arrived. */
	get isWhole(): boolean {
		return this.#complete;
	}

	/** One character for each byte of what is kept. */
	get text(): string {
		return Buffer.concat(this.#kept ?? []).toString("latin1");
	}

	/** @param most bytes that it may have, 0 = any number @param kept bytes kept for another attempt once one takes the body */
	bound(most: number, kept: number): void {
		this.#limit = most;
		this.#keep = kept;
	}

	/** Waits for the whole body, which must be short. */
	whenWhole(onWhole: () => void): void {
		this.#onWhole = onWhole;
		this.#stream.continueBody();
	}

	/**
	 * Calls back once the request can be sent: all of the body is here, or as much as may wait here. Until then it holds no slot at a node,
	 * however slowly it comes.
	 *
	 * @param ahead bytes to wait for
	 */
	whenReady(ahead: number, onReady: () => void): void {
		if (this.#complete || this.#keptBytes >= ahead) return onReady();
		this.#onReady = onReady;
		this.#ahead = ahead;
		this.#stream.continueBody();
	}

	#ready(): void {
		const onReady = this.#onReady;
		this.#onReady = null;
		onReady?.();
	}

	/** @throws PorticoError `request_body_size` */
	add(chunk: Buffer): void {
		this.#receivedBytes += chunk.length;
		if (this.#limit > 0 && this.#receivedBytes > this.#limit) throw new PorticoError("request_body_size", { detail: "body.limit" });
		this.#hold(chunk);
		if (this.#attempt !== null) {
			if (!this.#attempt.sendBody(chunk)) this.#stream.pauseBody();
		} else if (this.#onReady !== null || this.#onWhole !== null) {
			this.#budgeted += chunk.length;
			const fits = this.#budget.take(chunk.length);
			if (this.#onReady !== null && (!fits || this.#keptBytes >= this.#ahead)) this.#ready();
		} else this.#stream.pauseBody();
	}

	/** Bytes are kept while no attempt takes them, and after that within the limit. */
	#hold(chunk: Buffer): void {
		if (this.#kept === null) return;
		if (this.#attempt === null || this.#keptBytes + chunk.length <= this.#keep) {
			gather(this.#kept, chunk);
			this.#keptBytes += chunk.length;
		} else this.#kept = null;
	}

	end(trailers: HeaderList | null): void {
		if (this.#complete) return;
		this.#complete = true;
		this.#trailers = trailers;
		const onWhole = this.#onWhole;
		this.#onWhole = null;
		if (onWhole !== null) onWhole();
		else if (this.#onReady !== null) this.#ready();
		else this.#attempt?.sendEnd(trailers, this.replayable);
	}

	/** All that one read of the client brought has been added. */
	flush(): void {
		if (this.#attempt !== null && !this.#complete && !this.#attempt.flush()) this.#stream.pauseBody();
	}

	/** What has arrived goes to this attempt, and what comes from now on. */
	sendTo(attempt: Attempt): void {
		this.#attempt = attempt;
		if (this.#budgeted > 0) this.#leaveBudget();
		for (const chunk of this.#kept ?? []) attempt.sendBody(chunk);
		// Also after the whole body: a client that is not read from cannot be seen leaving.
		this.#stream.resumeBody();
		if (this.#keptBytes > this.#keep) this.#kept = null;
		if (this.#complete) return attempt.sendEnd(this.#trailers, this.#kept !== null);
		this.#stream.expectPace();
		this.#stream.continueBody();
		// What is still being parsed of the same read leaves together with the head, at flush.
		if (!this.#stream.parsing) attempt.flush();
	}

	/** The attempt takes no more. */
	detach(): void {
		this.#attempt = null;
	}

	resume(): void {
		this.#stream.resumeBody();
	}

	/** The exchange is over. */
	close(): void {
		this.#onReady = null;
		if (this.#budgeted > 0) this.#leaveBudget();
	}

	#leaveBudget(): void {
		this.#budget.release(this.#budgeted);
		this.#budgeted = 0;
	}
}
