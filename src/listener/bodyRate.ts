import type { ClientPace } from "./clientPace.ts";

const MOST_DOUBLINGS = 6;

/** Limits, see LimitsPlan and TimeoutsPlan. */
export interface BodyRateSettings {
	/** Milliseconds. */
	readonly bodyIdle: number;
	/** Bytes per second. */
	readonly bodyMinRate: number;
}

/**
 * How fast a client has to send the body of its request: so many bytes in each window of `bodyIdle`. While the request holds a slot at a node
 * that doubles from window to window. Lifetime: connection.
 */
export class BodyRate {
	readonly #settings: BodyRateSettings;
	readonly #pace: ClientPace;
	/** Bytes of this window. */
	#bytes = 0;
	/** How often the least rate has doubled; -1: it does not. */
	#doublings = -1;

	constructor(settings: BodyRateSettings, pace: ClientPace) {
		this.#settings = settings;
		this.#pace = pace;
	}

	/** The request holds a slot, so that its client's pace is of interest. */
	get doubles(): boolean {
		return this.#doublings >= 0;
	}

	/** A request with a body begins. */
	begin(): void {
		this.#doublings = -1;
	}

	/** The request holds a slot from now on. @param now milliseconds on the clock @param all bytes of the body so far */
	double(now: number, all: number): void {
		this.#doublings = 0;
		this.#pace.begin(now, all);
	}

	/** As {@link ClientPace.slow}, of a client whose body is waited for. */
	slow(now: number, all: number): number | null {
		return this.#doublings < 0 ? null : this.#pace.slow(now, all, this.#settings.bodyIdle);
	}

	openWindow(): void {
		this.#bytes = 0;
	}

	add(bytes: number): void {
		this.#bytes += bytes;
	}

	/** A window is over. @returns what is wrong, or null: the next one may be opened. @param now, all as in {@link double} */
	closeWindow(now: number, all: number): "body-idle" | "body-rate" | null {
		const { bodyIdle, bodyMinRate } = this.#settings;
		const least = ((bodyMinRate * bodyIdle) / 1000) * 2 ** Math.max(this.#doublings, 0);
		if (this.#bytes === 0) return "body-idle";
		if (this.#bytes < least) return "body-rate";
		if (this.#doublings >= 0 && this.#doublings < MOST_DOUBLINGS) this.#doublings++;
		this.#pace.slow(now, all, bodyIdle);
		return null;
	}
}
