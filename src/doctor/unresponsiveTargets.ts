/** Targets that the doctor sends no further requests to, so that a run ends soon even if many targets do not respond. */
import type { NoResponse } from "./request.ts";

/** Timeouts in a row before a target is given up. Some pages are slow, so a single one says little. */
const MAX_TIMEOUTS = 3;

type Failure = Pick<NoResponse, "failed" | "reason" | "timedOut">;

/** Lifetime: one run. */
export class UnresponsiveTargets {
	readonly #timeouts = new Map<string, number>();
	readonly #failures = new Map<string, Failure>();

	/** Why the target gets no further requests; null: it gets them. */
	failureOf(target: string): Failure | null {
		return this.#failures.get(target) ?? null;
	}

	/** @param failure null: it responded */
	record(target: string, failure: Failure | null): void {
		// What fails at once costs no time.
		if (failure === null || !failure.timedOut) {
			this.#timeouts.delete(target);
			return;
		}
		const count = (this.#timeouts.get(target) ?? 0) + 1;
		this.#timeouts.set(target, count);
		if (failure.failed === "connect" || count >= MAX_TIMEOUTS) this.#failures.set(target, failure);
	}
}
