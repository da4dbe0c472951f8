/** Requests that wait until a member has room for them. */

/** Any member will do. */
export const ANYWHERE = "";

/** One that waits. */
export interface Waiter {
	/** 0 before 1 before 2. */
	readonly priority: number;
	/** Which members will do: where one finds no room, nor do all others that say the same. */
	readonly wants: string;
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
	count(): number;
}

interface Place {
	readonly waiter: Waiter;
	/** As it was when it joined. */
	readonly wants: string;
	/** Milliseconds on the clock. */
	readonly until: number;
	/** Out of the line. */
	left: boolean;
}

/** Places that other threads free are seen by looking again this often. */
const LOOK_MS = 5;
/** Where requests wait in other threads too, what becomes free here is left to them so often and so long: one that has no place yet would never get any. */
const SHARE_EVERY_MS = 100;
const SHARE_MS = 2 * LOOK_MS;

/** The requests of one pool and thread that wait, by priority and then in the order they came. Lifetime: snapshot. */
export class WaitingLine {
	readonly #room: WaitingRoom;
	readonly #now: () => number;
	readonly #places: Place[] = [];
	/** How many wait whom any member would do. */
	#anywhere = 0;
	/** Until then others go first. */
	#sharesUntil = Number.NEGATIVE_INFINITY;
	#timer: NodeJS.Timeout | null = null;

	/** @param now milliseconds */
	constructor(room: WaitingRoom, now: () => number) {
		this.#room = room;
		this.#now = now;
	}

	get length(): number {
		return this.#places.length;
	}

	/** Who has a choice of members must not overtake those that wait here. */
	get isClosed(): boolean {
		return this.#anywhere > 0;
	}

	/** @param wait milliseconds; false: too many wait already */
	join(waiter: Waiter, wait: number): boolean {
		if (!this.#room.enter()) return false;
		let at = this.#places.length;
		while (at > 0 && (this.#places[at - 1] as Place).waiter.priority > waiter.priority) at--;
		const { wants } = waiter;
		this.#places.splice(at, 0, { waiter, wants, until: this.#now() + wait, left: false });
		if (wants === ANYWHERE) this.#anywhere++;
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
		return true;
	}

	/** False: it did not wait. */
	leave(waiter: Waiter): boolean {
		const at = this.#places.findIndex((place) => place.waiter === waiter);
		if (at === -1) return false;
		const [place] = this.#places.splice(at, 1) as [Place];
		place.left = true;
		if (place.wants === ANYWHERE) this.#anywhere--;
		this.#room.leave();
		if (this.#places.length === 0 && this.#timer !== null) {
			clearInterval(this.#timer);
			this.#timer = null;
		}
		return true;
	}

	/** A place has become free. */
	wake(): void {
		const now = this.#now();
		const isDue = now >= this.#sharesUntil + SHARE_EVERY_MS;
		if (isDue && this.#room.count() > this.#places.length) this.#sharesUntil = now + SHARE_MS;
		if (now >= this.#sharesUntil) this.#tryAll();
	}

	#tryAll(): void {
		const full = new Set<string>();
		// Whoever takes a place may end at once, which wakes the line again: some of the copy may be gone by their turn.
		for (const place of [...this.#places]) {
			const { waiter, wants } = place;
			if (place.left || full.has(wants)) continue;
			if (waiter.tryAgain()) this.leave(waiter);
			else full.add(wants);
		}
	}

	#look(): void {
		const now = this.#now();
		if (now >= this.#sharesUntil) this.#tryAll();
		for (const { waiter, until } of [...this.#places]) {
			if (until <= now && this.leave(waiter)) waiter.onWaitOver();
		}
	}
}
