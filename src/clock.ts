/** Time, read anew with each call; tests drive a fake one. */
export interface Clock {
	/** Milliseconds that never go back; only differences mean anything. */
	now(): number;
	/** Milliseconds since the Unix epoch. */
	wall(): number;
}

export const systemClock: Clock = {
	now: performance.now.bind(performance),
	wall: Date.now,
};

/**
 * The time of this turn of the event loop, as the data path sees it. Whatever begins a turn (an event of a socket, a timer) reads the clock
 * once; all that happens in the turn looks at the fields.
 */
export class TurnClock {
	/** As {@link Clock.now}. */
	now: number;
	/** As {@link Clock.wall}. */
	wall: number;
	readonly #clock: Clock;

	constructor(clock: Clock = systemClock) {
		this.#clock = clock;
		this.now = clock.now();
		this.wall = clock.wall();
	}

	/** A turn begins, or has done work that takes time. */
	read(): void {
		this.now = this.#clock.now();
		this.wall = this.#clock.wall();
	}
}
