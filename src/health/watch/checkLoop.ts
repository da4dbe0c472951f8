import type { ProbeOutcome } from "../judge.ts";
import type { Check } from "./check.ts";
import type { Timers } from "./timers.ts";

type Runnable = Pick<Check, "run" | "running" | "stop">;

/** Runs one member's check again and again, one at a time. Lifetime: that of its {@link Check}. */
export class CheckLoop {
	readonly #check: Runnable;
	readonly #timers: Timers;
	readonly #onOutcome: (outcome: ProbeOutcome) => number;
	#cancelTimer: (() => void) | null = null;
	#startedAt = Number.NEGATIVE_INFINITY;
	#again = false;
	#stopped = false;

	/** @param onOutcome returns milliseconds until the next check */
	constructor(check: Runnable, timers: Timers, onOutcome: (outcome: ProbeOutcome) => number) {
		this.#check = check;
		this.#timers = timers;
		this.#onOutcome = onOutcome;
	}

	get running(): boolean {
		return this.#check.running;
	}

	start(inMs: number): void {
		this.#wait(inMs);
	}

	/** Checks now, or as soon as the check that runs has ended; not within `gap` milliseconds of the last beginning. */
	soon(gap = 0): void {
		if (this.#stopped) return;
		const wait = Math.max(0, this.#startedAt + gap - this.#timers.now());
		if (wait > 0) return;
		if (this.#check.running) this.#again = true;
		else this.#wait(0);
	}

	stop(): void {
		this.#stopped = true;
		this.#cancelTimer?.();
		this.#check.stop();
	}

	#wait(ms: number): void {
		this.#cancelTimer?.();
		this.#cancelTimer = this.#timers.after(ms, () => this.#run());
	}

	#run(): void {
		this.#startedAt = this.#timers.now();
		this.#again = false;
		this.#check.run((outcome) => {
			if (this.#stopped) return;
			const next = this.#onOutcome(outcome);
			if (!this.#stopped) this.#wait(this.#again ? 0 : next);
		});
	}
}
