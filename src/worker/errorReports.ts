import type { Clock } from "../clock.ts";
import type { FromWorker } from "../control/threads.ts";
import type { PorticoError } from "../errors.ts";

/** The same error of the same member is logged once in this time; the access log has every one. */
const REPEAT_MS = 10_000;

/** Logs errors through the control thread, without repeating itself. Lifetime: process. */
export class ErrorReports {
	readonly #clock: Clock;
	readonly #post: (message: FromWorker) => void;
	readonly #last = new Map<string, number>();

	constructor(clock: Clock, post: (message: FromWorker) => void) {
		this.#clock = clock;
		this.#post = post;
	}

	/** @param client address of the one that it concerns, or null */
	report(error: PorticoError, event: string, client: string | null = null): void {
		const { code, member, detail } = error;
		const key = `${event} ${member} ${code}`;
		const now = this.#clock.now();
		if (now - (this.#last.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
		this.#last.set(key, now);
		const cause = error.cause instanceof Error ? error.cause.message : undefined;
		this.#post({ kind: "log", level: error.row.level, event, fields: { code, member, client: client ?? undefined, detail, cause } });
	}

	/** Another configuration is active: everything is worth logging again. */
	clear(): void {
		this.#last.clear();
	}
}
