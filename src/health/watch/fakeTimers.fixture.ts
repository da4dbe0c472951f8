import type { Timers } from "./timers.ts";

/** A clock that stands still until it is told to go on. Sockets do not know of it. */
export class FakeTimers implements Timers {
	#now = 0;
	readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

	now(): number {
		return this.#now;
	}

	wall(): number {
		return 1_700_000_000_000 + this.#now;
	}

	after(ms: number, run: () => void): () => void {
		const timer = { at: this.#now + ms, run };
		this.#waiting.add(timer);
		return () => this.#waiting.delete(timer);
	}

	/** Timers that have been set and have not run. */
	get waiting(): number {
		return this.#waiting.size;
	}

	/** Milliseconds until the next timer; infinite without one. */
	get next(): number {
		return Math.min(...[...this.#waiting].map(({ at }) => at)) - this.#now;
	}

	/** Time goes on; what is due runs in order, at its own moment. */
	advance(ms: number): void {
		const end = this.#now + ms;
		for (;;) {
			const due = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (due === undefined) break;
			this.#waiting.delete(due);
			this.#now = Math.max(this.#now, due.at);
			due.run();
		}
		this.#now = end;
	}
}

/** Lets sockets do their work until it holds. Fails after 5 s of real time. */
export async function until(holds: () => boolean, what = "what is waited for"): Promise<void> {
	const deadline = performance.now() + 5000;
	while (!holds()) {
		if (performance.now() > deadline) throw new Error(`${what} did not come`);
		await new Promise((resolve) => setImmediate(resolve));
	}
}
