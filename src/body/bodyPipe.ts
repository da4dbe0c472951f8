import type { Coding } from "../http/codings.ts";
import { gather } from "../http/gather.ts";
import { constant } from "../transport/lease.ts";
import type { Rewriting } from "./bodyRules.ts";
import { Codec, encodeWhole } from "./codec.ts";
import type { Encoder } from "./encoder.ts";

/** Chunks below this wait for the rest of their read: with each one that is rewritten, what waits for the end of a field or URL is read anew. */
const SMALL = 256;

/**
 * Bytes that are rewritten in one turn of the event loop. A node that sends fast would else keep the thread for megabytes, once for each such
 * response, and everybody else would wait.
 */
const TURN_BYTES = 128 * 1024;

/** Who gets what comes out. After onPipeEnd or onPipeError nothing more comes. */
export interface PipeOwner {
	/** The chunk is only valid during the call. False: stop until {@link BodyPipe.resume}. */
	onPipeData(chunk: Buffer): boolean;
	/** What is about to leave, before it is put into a coding. The chunk is only valid during the call. */
	onPipeText(chunk: Buffer): void;
	/** More may be written. */
	onPipeDrain(): void;
	onPipeEnd(): void;
	onPipeError(cause: Error): void;
}

/**
 * One body on its way from a node to a client: taken out of its coding, rewritten, put into another one, each where wanted. What one read of the node
 * brings is sent on with it. A body that is over with its first read comes out whole at its end, so that its length can be told.
 *
 * zlib works on other threads; without codings all happens during the calls. Lifetime: one body.
 */
export class BodyPipe {
	readonly #rewriting: Rewriting;
	readonly #owner: PipeOwner;
	readonly #decode: Coding | null;
	readonly #encode: Coding | null;
	#decoder: Codec | null = null;
	#encoder: Encoder | null = null;
	/** Small chunks of this read. */
	readonly #small: Buffer[] = [];
	/** What the first read brought; null once it has been sent on. */
	#first: Buffer[] | null = [];
	/** The client takes no more. */
	#blocked = false;
	/** The first codec takes no more, or others have their turn. */
	#full = false;
	#turnBytes = 0;
	#closed = false;

	constructor(rewriting: Rewriting, decode: Coding | null, encode: Coding | null, owner: PipeOwner) {
		this.#rewriting = rewriting;
		this.#decode = decode;
		this.#encode = encode;
		this.#owner = owner;
	}

	/** The chunk is only valid during the call. False: stop until onPipeDrain. */
	write(chunk: Buffer): boolean {
		if (this.#closed) return true;
		if (this.#decode === null) {
			this.#turnBytes += chunk.length;
			if (chunk.length >= SMALL) {
				const more = this.#sendSmall();
				return this.#send(this.#rewrite(chunk), chunk) && more;
			}
			gather(this.#small, chunk);
			return this.#small.length === 1 || this.#sendSmall();
		}
		this.#decoder ??= Codec.decoder(this.#decode, chunk, {
			onCodecData: (decoded) => this.#onDecoded(decoded),
			onCodecDrain: () => this.#onDrain(),
			onCodecEnd: () => this.#finish(),
			onCodecError: (cause) => this.#fail(cause),
		});
		this.#full = !this.#decoder.write(Buffer.from(chunk));
		return !this.#full;
	}

	/** What arrived in one read has been written. False: stop until onPipeDrain. */
	flush(): boolean {
		if (this.#closed || this.#decode !== null) return true;
		this.#sendSmall();
		this.#sendFirst();
		this.#encoder?.flush();
		if (this.#turnBytes >= TURN_BYTES && !this.#full) this.#yield();
		return !this.#full;
	}

	#yield(): void {
		this.#turnBytes = 0;
		this.#full = true;
		setImmediate(() => {
			this.#full = false;
			if (!this.#closed && !this.#blocked) this.#owner.onPipeDrain();
		});
	}

	/** The body is complete: all of it where nothing has come out yet, else null, and onPipeEnd follows. */
	end(): Buffer | null {
		if (this.#closed) return null;
		if (this.#decoder !== null) {
			this.#decoder.end();
			return null;
		}
		this.#sendSmall();
		if (this.#closed) return null;
		const first = this.#first;
		if (first === null) {
			this.#finish();
			return null;
		}
		const rest = this.#rewriting.end();
		if (rest !== null) first.push(rest);
		const [only] = first;
		const whole = only !== undefined && first.length === 1 ? only : Buffer.concat(first);
		this.close();
		this.#owner.onPipeText(whole);
		return constant(this.#encode === null ? whole : encodeWhole(this.#encode, whole));
	}

	/** The client takes more. False: what is written still has to wait for onPipeDrain. */
	resume(): boolean {
		if (this.#blocked) (this.#encoder ?? this.#decoder)?.resume();
		this.#blocked = false;
		return !this.#full;
	}

	/** What comes out may come at any time, not only during the calls. */
	get isThreaded(): boolean {
		return this.#decode !== null || this.#encode !== null;
	}

	/** Nothing more comes out. */
	close(): void {
		this.#closed = true;
		this.#decoder?.close();
		this.#encoder?.close();
	}

	#sendSmall(): boolean {
		let more = true;
		for (const chunk of this.#small.splice(0)) more = this.#send(this.#rewrite(chunk), null) && more;
		return more;
	}

	#rewrite(chunk: Buffer): Buffer | null {
		if (this.#closed) return null;
		try {
			return this.#rewriting.push(chunk);
		} catch (error) {
			this.#fail(error as Error);
			return null;
		}
	}

	#onDecoded(chunk: Buffer): boolean {
		this.#sendFirst();
		const more = this.#send(this.#rewrite(chunk), null);
		this.#encoder?.flush();
		return more && !this.#blocked;
	}

	#finish(): void {
		const rest = this.#rewriting.end();
		this.#sendFirst();
		if (rest !== null) this.#send(rest, null);
		if (this.#closed) return;
		if (this.#encoder !== null) return this.#encoder.end();
		this.#closed = true;
		this.#owner.onPipeEnd();
	}

	#sendFirst(): void {
		const first = this.#first;
		if (first === null) return;
		this.#first = null;
		if (this.#encode !== null) {
			this.#encoder = Codec.encoder(this.#encode, {
				onCodecData: (chunk) => this.#toClient(constant(chunk)),
				onCodecDrain: () => this.#onEncoderDrain(),
				onCodecEnd: () => this.#onEncoded(),
				onCodecError: (cause) => this.#fail(cause),
			});
		}
		for (const chunk of first) this.#send(chunk, null);
	}

	/** @param lent belongs to the caller: kept bytes of it are copied */
	#send(chunk: Buffer | null, lent: Buffer | null): boolean {
		if (chunk === null) return true;
		const isLent = lent !== null && chunk.buffer === lent.buffer;
		if (this.#first !== null) {
			this.#first.push(isLent ? Buffer.from(chunk) : chunk);
			return true;
		}
		this.#owner.onPipeText(chunk);
		if (this.#encoder === null) return this.#toClient(isLent ? chunk : constant(chunk));
		const more = this.#encoder.write(isLent ? Buffer.from(chunk) : chunk);
		if (this.#decoder === null) this.#full = !more;
		return more;
	}

	#toClient(chunk: Buffer): boolean {
		if (this.#closed) return true;
		const more = this.#owner.onPipeData(chunk);
		if (!more) this.#blocked = true;
		return more;
	}

	/** The encoder takes more: what fills it is the decoder, or the node. */
	#onEncoderDrain(): void {
		if (this.#decoder !== null) this.#decoder.resume();
		else this.#onDrain();
	}

	#onDrain(): void {
		this.#full = false;
		this.#owner.onPipeDrain();
	}

	#onEncoded(): void {
		this.close();
		this.#owner.onPipeEnd();
	}

	#fail(cause: Error): void {
		if (this.#closed) return;
		this.close();
		this.#owner.onPipeError(cause);
	}
}
