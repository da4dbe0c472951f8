/** With whom the doctor has given up, so that a run ends soon where much is silent. */
import type { NoResponse } from "./ask.ts";

/** Answers in a row that did not come in time; some pages are slow, so one says little. */
const MOST_SILENCES = 3;

type Given = Pick<NoResponse, "failed" | "reason" | "waited">;

/** Lifetime: one run. */
export class UnresponsiveTargets {
	readonly #silences = new Map<string, number>();
	readonly #lost = new Map<string, Given>();

	/** What to say of a target that is not asked any more; null: ask it. */
	lostWith(target: string): Given | null {
		return this.#lost.get(target) ?? null;
	}

	/** @param silence null: it answered */
	heard(target: string, silence: Given | null): void {
		// What fails at once costs no time.
		if (silence === null || !silence.waited) {
			this.#silences.delete(target);
			return;
		}
		const count = (this.#silences.get(target) ?? 0) + 1;
		this.#silences.set(target, count);
		if (silence.failed === "connect" || count >= MOST_SILENCES) this.#lost.set(target, silence);
	}
}
