/**
 * The thread that computes hashes of passwords for one worker: the worker goes on with its requests, and neither look-ups of names nor
 * files wait behind a hash, as they would in the thread pool of the process. It computes one at a time, with less right to a processor
 * than the workers. It starts with the first password and ends when none has come for a while.
 */
import { Worker } from "node:worker_threads";
import type { PasswordHash } from "./passwordHash.ts";

/** From source in development, from `dist/` otherwise. */
const FILE = new URL(import.meta.url.endsWith(".ts") ? "./hashWorker.ts" : "../auth/hashWorker.js", import.meta.url);
/** Milliseconds without a password after which the thread ends. */
const IDLE_MS = 60_000;

export interface HashTask {
	readonly password: string;
	readonly hash: PasswordHash;
}

interface Waiting {
	readonly resolve: (fits: boolean) => void;
	readonly reject: (error: Error) => void;
}

/** Lifetime: process. */
export class HashThread {
	#thread: Worker | null = null;
	/** In the order in which they were asked, which is that of the results. */
	#waiting: Waiting[] = [];
	#idle: NodeJS.Timeout | undefined;

	/**
	 * Whether the password is the one of the hash.
	 * Rejects if the thread died: nothing is known of the password then.
	 */
	verify(password: string, hash: PasswordHash): Promise<boolean> {
		clearTimeout(this.#idle);
		const thread = this.#thread ?? this.#start();
		const { promise, resolve, reject } = Promise.withResolvers<boolean>();
		this.#waiting.push({ resolve, reject });
		thread.postMessage({ password, hash } satisfies HashTask);
		return promise;
	}

	#start(): Worker {
		const thread = new Worker(FILE, { name: "passwords" });
		this.#thread = thread;
		thread.unref();
		thread.on("message", (fits: boolean) => {
			this.#waiting.shift()?.resolve(fits);
			if (this.#waiting.length === 0) this.#idle = setTimeout(() => this.#end(thread), IDLE_MS).unref();
		});
		thread.once("error", (error) => this.#lost(thread, error instanceof Error ? error : new Error(String(error))));
		thread.once("exit", () => this.#lost(thread, new Error("the thread for passwords ended")));
		return thread;
	}

	#end(thread: Worker): void {
		if (this.#thread === thread) this.#thread = null;
		void thread.terminate();
	}

	#lost(thread: Worker, error: Error): void {
		if (this.#thread !== thread) return;
		this.#thread = null;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const { reject } of waiting) reject(error);
	}
}
