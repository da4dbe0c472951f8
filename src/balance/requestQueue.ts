/** Requests that are queued until a member has a free slot. */

/** Any member will do. */
export const ANYWHERE = "";

/** A request in the queue. */
export interface QueuedRequest {
	/** 0 before 1 before 2. */
	readonly priority: number;
	/** Which members will do: if one finds no free slot, nor do all others with the same text. */
	readonly wants: string;
	/** Looks for a slot again. True: it has one or has given up, and leaves the queue. */
	tryAgain(): boolean;
	/** It was queued for too long and is out of the queue. */
	onQueueTimeout(): void;
}

/** Counts queued requests over all threads. */
export interface QueueCapacity {
	/** False: the queue is full. */
	enter(): boolean;
	leave(): void;
	count(): number;
}

/** Time as the queue needs it: its timer begins a turn. */
export interface QueueClock {
	/** Milliseconds as of the beginning of the turn; never goes back. */
	readonly now: number;
	read(): void;
}

interface Entry {
	readonly request: QueuedRequest;
	/** As it was when it joined. */
	readonly wants: string;
	/** Milliseconds on the clock. */
	readonly until: number;
	/** Out of the queue. */
	left: boolean;
}

/** Slots that other threads free are found by looking again this often. */
const LOOK_MS = 5;
/**
 * If requests are queued in other threads too, slots that become free here are left to them this often and this long: a thread that has
 * none would never get any.
 */
const SHARE_EVERY_MS = 100;
const SHARE_MS = 2 * LOOK_MS;

/** The queued requests of one pool in one thread, by priority and then first in, first out. Lifetime: snapshot. */
export class RequestQueue {
	readonly #capacity: QueueCapacity;
	readonly #clock: QueueClock;
	readonly #entries: Entry[] = [];
	/** Requests in the queue. */
	length = 0;
	/** Those that any member could serve: a new one of them must not overtake these. */
	anywhere = 0;
	/** Until then other threads go first. */
	#sharesUntil = Number.NEGATIVE_INFINITY;
	#timer: NodeJS.Timeout | null = null;

	constructor(capacity: QueueCapacity, clock: QueueClock) {
		this.#capacity = capacity;
		this.#clock = clock;
	}

	/** @param wait milliseconds @returns false if the queue is full */
	join(request: QueuedRequest, wait: number): boolean {
		if (!this.#capacity.enter()) return false;
		let at = this.#entries.length;
		while (at > 0 && (this.#entries[at - 1] as Entry).request.priority > request.priority) at--;
		const { wants } = request;
		this.#entries.splice(at, 0, { request, wants, until: this.#clock.now + wait, left: false });
		this.length++;
		if (wants === ANYWHERE) this.anywhere++;
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
		return true;
	}

	/** @returns false if it was not queued */
	leave(request: QueuedRequest): boolean {
		const at = this.#entries.findIndex((entry) => entry.request === request);
		if (at === -1) return false;
		const [entry] = this.#entries.splice(at, 1) as [Entry];
		entry.left = true;
		this.length--;
		if (entry.wants === ANYWHERE) this.anywhere--;
		this.#capacity.leave();
		if (this.#entries.length === 0 && this.#timer !== null) {
			clearInterval(this.#timer);
			this.#timer = null;
		}
		return true;
	}

	/** A slot has become free. */
	wake(): void {
		const { now } = this.#clock;
		const isDue = now >= this.#sharesUntil + SHARE_EVERY_MS;
		if (isDue && this.#capacity.count() > this.#entries.length) this.#sharesUntil = now + SHARE_MS;
		if (now >= this.#sharesUntil) this.#tryAll();
	}

	#tryAll(): void {
		const full = new Set<string>();
		// A request that takes a slot may end at once, which wakes the queue again: some of the copy may be gone by their turn.
		for (const entry of [...this.#entries]) {
			const { request, wants } = entry;
			if (entry.left || full.has(wants)) continue;
			if (request.tryAgain()) this.leave(request);
			else full.add(wants);
		}
	}

	#look(): void {
		this.#clock.read();
		const { now } = this.#clock;
		if (now >= this.#sharesUntil) this.#tryAll();
		for (const { request, until } of [...this.#entries]) {
			if (until <= now && this.leave(request)) request.onQueueTimeout();
		}
	}
}
