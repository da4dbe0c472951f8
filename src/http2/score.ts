/** Points that a connection may have, and what it loses of them in a second. */
const MOST = 1000;
const REFILL_PER_SECOND = 20;
/** Share at which the client is sent away quietly: a broken one moves on unharmed, as with HAProxy's glitches. */
const TIRED = 0.75;

/** What a client is given points for; a label of metrics and a word of the log. */
export const ABUSES = [
	"continuation",
	"empty_frame",
	"malformed",
	"ping",
	"priority",
	"refused",
	"reset",
	"settings",
	"stalled",
	"window",
] as const;
export type Abuse = (typeof ABUSES)[number];

/**
 * Frames that cost more than they bring are allowed, but not for ever: each has a price in points, and points are forgotten with time. Whoever
 * has too many is sent away with ENHANCE_YOUR_CALM. Lifetime: connection.
 */
export class AbuseScore {
	#points = 0;
	#at: number;

	/** @param now milliseconds on the clock */
	constructor(now: number) {
		this.#at = now;
	}

	/** @returns what the connection deserves from now on */
	add(points: number, now: number): "none" | "tired" | "calm" {
		const forgotten = ((now - this.#at) * REFILL_PER_SECOND) / 1000;
		this.#at = now;
		this.#points = Math.max(0, this.#points - forgotten) + points;
		if (this.#points > MOST) return "calm";
		return this.#points > TIRED * MOST ? "tired" : "none";
	}
}

/** Something that is free so many times at once, and so many times a second. Lifetime: connection. */
export class Allowance {
	readonly #burst: number;
	readonly #perSecond: number;
	#left: number;
	#at: number;

	constructor(burst: number, perSecond: number, now: number) {
		this.#burst = burst;
		this.#perSecond = perSecond;
		this.#left = burst;
		this.#at = now;
	}

	/** @returns whether this one is free */
	take(now: number): boolean {
		this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) * this.#perSecond) / 1000);
		this.#at = now;
		if (this.#left < 1) return false;
		this.#left--;
		return true;
	}
}
