/** Requests that wait until a member has room for them. */

/** One that waits. */
export interface Waiter {
	/** 0 before 1 before 2. */
	readonly priority: number;
	/** Only one member will do: that others find no room says nothing to it, nor does it to them. */
	readonly pinned: boolean;
	/** Looks for a place again. True: it has one, or has given up; it waits no more. */
	tryAgain(): boolean;
	/** It has waited long enough, and is out of the line. */
	onWaitOver(): void;
}

/** Counts those that wait, over all threads. */
export interface WaitingRoom {
	/** False: it is full. */
	enter(): boolean;
	leave(): void;
}

interface Place {
	readonly waiter: Waiter;
	/** Milliseconds on the clock. */
	readonly until: number;
}

/** Places that other threads free are seen by looking again this often. */
const LOOK_MS = 5;

/** The requests of one pool and thread that wait, by priority and then in the order they came. Lifetime: snapshot. */
export class WaitingLine {
	readonly #room: WaitingRoom;
	readonly #now: () => number;
	readonly #places: Place[] = [];
	#timer: NodeJS.Timeout | null = null;

	/** @param now milliseconds */
	constructor(room: WaitingRoom, now: () => number) {
		this.#room = room;
		this.#now = now;
	}

	get length(): number {
		return this.#places.length;
	}

	/** @param wait milliseconds; false: too many wait already */
	join(waiter: Waiter, wait: number): boolean {
		if (!this.#room.enter()) return false;
		let at = this.#places.length;
		while (at > 0 && (this.#places[at - 1] as Place).waiter.priority > waiter.priority) at--;
		this.#places.splice(at, 0, { waiter, until: this.#now() + wait });
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
		return true;
	}

	/** False: it did not wait. */
	leave(waiter: Waiter): boolean {
		const at = this.#places.findIndex((place) => place.waiter === waiter);
		if (at === -1) return false;
		this.#places.splice(at, 1);
		this.#room.leave();
		if (this.#places.length === 0 && this.#timer !== null) {
			clearInterval(this.#timer);
			this.#timer = null;
		}
		return true;
	}

	/** A place may have become free. */
	wake(): void {
		let full = false;
		// Whoever takes a place may end at once, which wakes the line again: some of the copy may be gone by their turn.
		for (const { waiter } of [...this.#places]) {
			if ((full && !waiter.pinned) || !this.#places.some((place) => place.waiter === waiter)) continue;
			if (waiter.tryAgain()) this.leave(waiter);
			else if (!waiter.pinned) full = true;
		}
	}

	#look(): void {
		this.wake();
		const now = this.#now();
		for (const { waiter, until } of [...this.#places]) {
			if (until <= now && this.leave(waiter)) waiter.onWaitOver();
		}
	}
}
