/** The worker threads: started, replaced when one dies, given another plan all together, ended in order. */
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { WorkerCounts } from "../admin/processView.ts";
import type { ErrorCode } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { LeakCount } from "../rewrite/leakWatch.ts";
import type { FromWorker, ToWorker, WorkerPlan, WorkerStart } from "./threads.ts";

/** From source in development, from `dist/` otherwise. */
const WORKER_FILE = new URL(import.meta.url.endsWith(".ts") ? "../worker/thread.ts" : "../worker/thread.js", import.meta.url);

/** A worker that dies sooner than this after its start is started again only after a pause. */
const QUICK_DEATH_MS = 1000;
/** A worker that does not answer for so long is not waited for. */
const REPLY_TIMEOUT_MS = 10_000;

interface Seat {
	readonly index: number;
	worker: Worker | null;
	startedAt: number;
	listening: boolean;
	/** Settles when the worker that starts there accepts, or has failed. */
	starting: Promise<void>;
}

export interface WorkersOptions {
	readonly count: number;
	readonly log: Log;
	/** What a worker that starts now is told. */
	readonly startOf: (index: number) => WorkerStart;
	/** A worker has ended: what it held on the scoreboard is free again. */
	readonly onGone: (index: number) => void;
	/** What a worker saw leave that names places behind Portico. */
	readonly onLeaks: (found: readonly LeakCount[]) => void;
	/** The level of a worker's memory has changed. */
	readonly onMemory: () => void;
	/** Bytes of the largest heap of a worker. */
	readonly heapLimit: () => number;
}

/** Lifetime: process. */
export class Workers {
	readonly #options: WorkersOptions;
	readonly #seats: Seat[];
	#deaths = 0;
	#round = 0;
	/** While all change their plan: a worker that died meanwhile is replaced afterwards. */
	#changing: Promise<void> = Promise.resolve();
	#draining: Promise<void> | null = null;

	constructor(options: WorkersOptions) {
		this.#options = options;
		// For the workers' garbage collections: a new context gets the function.
		setFlagsFromString("--expose-gc");
		this.#seats = Array.from({ length: options.count }, (_, index) => ({
			...{ index, worker: null, startedAt: 0, listening: false },
			starting: Promise.resolve(),
		}));
	}

	/**
	 * Resolves once every one accepts.
	 * @throws Error whose message names what cannot be opened
	 */
	async start(): Promise<void> {
		await Promise.all(this.#seats.map((seat) => this.#startWorker(seat)));
	}

	get counts(): WorkerCounts {
		const listening = this.#seats.filter((seat) => seat.listening).length;
		return { configured: this.#seats.length, listening, deaths: this.#deaths };
	}

	reopenLogs(): void {
		for (const seat of this.#seats) this.#tell(seat, { kind: "reopenLogs" });
	}

	/**
	 * Gives all of them another plan, or none. A worker that dies meanwhile does not matter: the one that takes its place gets what is in force then.
	 *
	 * @param takeOver called when nothing can fail any more: from there on workers that start get the new plan
	 * @returns what is in the way, or null
	 */
	async change(next: WorkerPlan, takeOver: () => void): Promise<string | null> {
		const changed = Promise.withResolvers<void>();
		this.#changing = changed.promise;
		try {
			await Promise.allSettled(this.#seats.map(({ starting }) => starting));
			const round = ++this.#round;
			const problems = await Promise.all(this.#seats.map((seat) => this.#prepare(seat, round, next)));
			const problem = this.#draining === null ? problems.find((each) => each !== null) : "Portico is ending";
			if (problem !== undefined) {
				for (const seat of this.#seats) this.#tell(seat, { kind: "abort", round });
				return problem;
			}
			takeOver();
			await Promise.all(this.#seats.map((seat) => this.#ask(seat, { kind: "commit", round }, "committed")));
			return null;
		} finally {
			changed.resolve();
		}
	}

	/** No new connections, in-flight exchanges finish, then the workers end. Resolves when all are gone; the drain timeout bounds it. */
	drain(): Promise<void> {
		this.#draining ??= Promise.all(this.#seats.map((seat) => this.#drainWorker(seat))).then(() => undefined);
		return this.#draining;
	}

	#startWorker(seat: Seat): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const worker = new Worker(WORKER_FILE, {
			workerData: this.#options.startOf(seat.index),
			name: `portico-${seat.index}`,
			resourceLimits: { maxOldGenerationSizeMb: Math.floor(this.#options.heapLimit() / 2 ** 20) },
		});
		seat.worker = worker;
		seat.startedAt = performance.now();
		seat.starting = promise;
		const { log } = this.#options;
		worker.on("message", (message: FromWorker) => {
			if (message.kind === "listening") {
				seat.listening = true;
				resolve();
			} else if (message.kind === "failed") {
				// A worker that does not listen is of no use; its end leads to the next try.
				reject(new Error(message.problem));
				void worker.terminate();
			} else if (message.kind === "log") log[message.level](message.event, { worker: seat.index, ...message.fields });
			else if (message.kind === "leaks") this.#options.onLeaks(message.found);
			else if (message.kind === "memory") this.#options.onMemory();
		});
		worker.on("error", (error) => {
			this.#deaths++;
			log.error("worker_died", {
				worker: seat.index,
				code: "proxy_internal_error" satisfies ErrorCode,
				cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
			});
			reject(error);
		});
		worker.on("exit", () => {
			reject(new Error("the worker ended"));
			this.#onExit(seat);
		});
		return promise;
	}

	#onExit(seat: Seat): void {
		seat.worker = null;
		seat.listening = false;
		this.#options.onGone(seat.index);
		if (this.#draining !== null) return;
		const lived = performance.now() - seat.startedAt;
		// Not unref: when the only worker died, nothing else keeps the process going.
		setTimeout(() => void this.#replace(seat), lived < QUICK_DEATH_MS ? QUICK_DEATH_MS : 0);
	}

	async #replace(seat: Seat): Promise<void> {
		for (let changing: Promise<void> | null = null; changing !== this.#changing; await changing) changing = this.#changing;
		if (this.#draining !== null) return;
		const { log } = this.#options;
		await this.#startWorker(seat).then(
			() => log.info("worker_replaced", { worker: seat.index }),
			(error: unknown) => log.error("worker_not_replaced", { worker: seat.index, cause: String(error) }),
		);
	}

	async #prepare(seat: Seat, round: number, next: WorkerPlan): Promise<string | null> {
		const answer = await this.#ask(seat, { kind: "prepare", round, plan: next.plan, slots: next.slots }, "prepared");
		if (answer === "gone") return null;
		return answer === "late" ? `worker ${seat.index} did not answer within ${REPLY_TIMEOUT_MS / 1000} s` : answer.problem;
	}

	/** Waits for the response of the round; a worker that ends gives none. */
	async #ask<K extends "prepared" | "committed">(
		seat: Seat,
		message: Extract<ToWorker, { readonly round: number }>,
		kind: K,
	): Promise<Extract<FromWorker, { readonly kind: K }> | "gone" | "late"> {
		const { worker } = seat;
		if (worker === null) return "gone";
		const { promise, resolve } = Promise.withResolvers<Extract<FromWorker, { readonly kind: K }> | "gone" | "late">();
		const onMessage = (answer: FromWorker): void => {
			if (answer.kind === kind && "round" in answer && answer.round === message.round)
				resolve(answer as Extract<FromWorker, { readonly kind: K }>);
		};
		const onExit = (): void => resolve("gone");
		const timer = setTimeout(() => resolve("late"), REPLY_TIMEOUT_MS);
		worker.on("message", onMessage);
		worker.once("exit", onExit);
		worker.postMessage(message);
		const answer = await promise;
		clearTimeout(timer);
		worker.off("message", onMessage);
		worker.off("exit", onExit);
		return answer;
	}

	async #drainWorker(seat: Seat): Promise<void> {
		const { worker } = seat;
		if (worker === null) return;
		const { promise, resolve } = Promise.withResolvers<void>();
		worker.on("message", (message: FromWorker) => {
			if (message.kind !== "drained") return;
			if (message.cut > 0) this.#options.log.warn("drain_cut", { worker: seat.index, connections: message.cut });
			resolve();
		});
		worker.on("exit", () => resolve());
		this.#tell(seat, { kind: "drain" });
		await promise;
		await worker.terminate();
	}

	#tell(seat: Seat, message: ToWorker): void {
		seat.worker?.postMessage(message);
	}
}
