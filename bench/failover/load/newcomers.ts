import { now } from "../clock.ts";
import { NEWCOMER_PERIOD } from "../tuning.ts";
import { ask, type Sample } from "./ask.ts";

/**
 * Somebody new at fixed moments, however late the responses of others are: they show whom the proxy gives new users to. Lifetime: until
 * {@link stop}.
 */
export class Newcomers {
	readonly samples: Sample[] = [];
	readonly #port: number;
	readonly #waiting = new Set<Promise<void>>();
	readonly #timer: NodeJS.Timeout;
	#next = now();

	constructor(port: number) {
		this.#port = port;
		this.#timer = setInterval(() => this.#due(), 5);
	}

	/** Ends when every request that was sent by now has. */
	async pending(): Promise<void> {
		await Promise.all(this.#waiting);
	}

	/** Ends when every request has. */
	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await this.pending();
	}

	#due(): void {
		for (; this.#next <= now(); this.#next += NEWCOMER_PERIOD) {
			const visit = this.#visit();
			this.#waiting.add(visit);
			void visit.then(() => this.#waiting.delete(visit));
		}
	}

	async #visit(): Promise<void> {
		this.samples.push(await ask(this.#port, null, false, new Map()));
	}
}
