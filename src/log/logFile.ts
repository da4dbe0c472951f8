/**
 * A log file that several threads append to: every write holds whole lines only, so lines never mix. It never throws: what cannot be
 * written is counted and told.
 *
 * Lines are gathered here as bytes and handed to sonic-boom in chunks. As a string of so many pieces they would live through several garbage
 * collections, and putting it together cost more than making the lines. Each opened file has a sonic-boom of its own, since `reopen` of sonic-boom 5 closes the old descriptor once for every try.
 */

import { constants, fstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import sonic, { type SonicBoom } from "sonic-boom";

declare module "sonic-boom" {
	interface SonicBoom {
		/** With `contentMode: "buffer"`, which the package's types forget here. The bytes are its own from now on. */
		write(bytes: Buffer): boolean;
	}
}

/** Bytes of lines written at once. */
const FILE_CHUNK = 32 * 1024;
/** A pipe takes this much in one piece, whoever else writes to it (PIPE_BUF on Linux). */
const PIPE_CHUNK = 4096;
/** Bytes that may wait for a disk that does not take them; more is dropped. */
const BACKLOG = 8 * 1024 * 1024;
/** Bytes that a character takes at most. */
const WIDEST = 3;
const NEWLINE = 0x0a;
/** Milliseconds between two reports of failure. */
const REPORT_EVERY = 60_000;

/** Lines could not be written. */
export interface LogFailure {
	readonly path: string;
	/** As the operating system says it: `ENOSPC: no space left on device, write`. */
	readonly reason: string;
	/** Lines lost since the file was opened first. */
	readonly dropped: number;
}

/** One path, `-` for standard output. Lifetime: snapshot. */
export class LogFile {
	readonly path: string;
	readonly #onFailure: (failure: LogFailure) => void;
	#sink: SonicBoom | null = null;
	/** Bytes of lines written at once, unless one line has more. */
	#most = FILE_CHUNK;
	/** Whole lines. */
	readonly #lines = Buffer.allocUnsafeSlow(FILE_CHUNK);
	/** Bytes of them. */
	#size = 0;
	#dropped = 0;
	#reportedAt = Number.NEGATIVE_INFINITY;
	readonly #retiring = new Set<Promise<void>>();

	/** Opens the file; it and its folders are made if missing. */
	constructor(path: string, onFailure: (failure: LogFailure) => void) {
		this.path = path;
		this.#onFailure = onFailure;
		this.#sink = this.#open();
	}

	/** Lines lost since the file was opened first. */
	get dropped(): number {
		return this.#dropped;
	}

	/** Hot path. @param line without newline */
	append(line: string): void {
		const room = WIDEST * line.length + 1;
		if (this.#size + room > FILE_CHUNK) this.flush();
		if (room > FILE_CHUNK) return this.#handOver(Buffer.from(`${line}\n`));
		const before = this.#size;
		const end = before + this.#lines.write(line, before);
		this.#lines[end] = NEWLINE;
		this.#size = end + 1;
		if (this.#size > this.#most && before > 0) this.#flushFirst(before);
	}

	/** Hands over what was collected. A file that could not be opened is tried again. */
	flush(): void {
		if (this.#size > 0) this.#flushFirst(this.#size);
	}

	/** @param bytes of what was collected */
	#flushFirst(bytes: number): void {
		const lines = Buffer.from(this.#lines.subarray(0, bytes));
		this.#lines.copyWithin(0, bytes, this.#size);
		this.#size -= bytes;
		this.#handOver(lines);
	}

	#handOver(lines: Buffer): void {
		this.#sink ??= this.#open();
		if (this.#sink === null) this.#drop(lines);
		else this.#sink.write(lines);
	}

	/** For a thread that is about to die: hands over and waits for the kernel to take it. */
	flushSync(): void {
		this.flush();
		try {
			this.#sink?.flushSync();
		} catch (error) {
			this.#report(error);
		}
	}

	/** Goes on in a new file of the same name; what was collected goes to the old one, which stays if no new one can be opened. */
	reopen(): void {
		if (this.path === "-") return;
		this.flush();
		const next = this.#open();
		if (next === null) return;
		if (this.#sink !== null) this.#retire(this.#sink);
		this.#sink = next;
	}

	/** Resolves when everything is written, or given up. The file is not used after. */
	async close(): Promise<void> {
		this.flush();
		if (this.#sink !== null) this.#retire(this.#sink);
		this.#sink = null;
		await Promise.all(this.#retiring);
	}

	#open(): SonicBoom | null {
		try {
			const fd = this.path === "-" ? 1 : openForAppend(this.path);
			const isPipe = !fstatSync(fd).isFile();
			this.#most = isPipe ? PIPE_CHUNK : FILE_CHUNK;
			const sink = new sonic.SonicBoom({ fd, contentMode: "buffer", maxLength: BACKLOG, maxWrite: isPipe ? PIPE_CHUNK : 4 * FILE_CHUNK });
			sink.on("error", (error: Error) => this.#report(error));
			sink.on("drop", (lines: Buffer) => this.#drop(lines));
			return sink;
		} catch (error) {
			this.#report(error);
			return null;
		}
	}

	#retire(sink: SonicBoom): void {
		const { promise, resolve } = Promise.withResolvers<void>();
		this.#retiring.add(promise);
		sink.once("close", () => {
			this.#retiring.delete(promise);
			resolve();
		});
		sink.once("error", () => sink.destroy());
		sink.end();
	}

	#drop(lines: Buffer): void {
		for (const byte of lines) if (byte === NEWLINE) this.#dropped++;
		this.#report(new Error("lines dropped"));
	}

	#report(error: unknown): void {
		const now = performance.now();
		if (now - this.#reportedAt < REPORT_EVERY) return;
		this.#reportedAt = now;
		this.#onFailure({ path: this.path, reason: error instanceof Error ? error.message : String(error), dropped: this.#dropped });
	}
}

/**
 * Opens a log file, made with its folders if missing. A named pipe does not make it wait for its reader: without one it throws ENXIO.
 *
 * @throws Error of the operating system
 */
export function openForAppend(path: string): number {
	mkdirSync(dirname(path), { recursive: true });
	return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK, 0o640);
}
