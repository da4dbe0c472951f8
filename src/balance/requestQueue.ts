/** Requests that are queued until a member has a free slot. */
import type { ClientShares, Share } from "./clientShares.ts";

/** Any member will do. */
export const ANYWHERE = "";

/** A request in the queue. */
export interface QueuedRequest {
	/** 0 before 1 before 2. */
	readonly priority: number;
	/** Which members will do: if one finds no free slot, nor do all others with the same text. */
	readonly wants: string;
	readonly share: Share;
	/** Looks for a slot again. True: it has one or has given up, and leaves the queue. */
	tryAgain(): boolean;
	/** It was queued for too long and is out of the queue. */
	onQueueTimeout(): void;
	/** The queue was full, and its place is another client's now. */
	onDisplaced(): void;
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
	/** The same, of a client that leaves slots to others. */
	readonly few: string;
	/** Milliseconds on the clock. */
	readonly until: number;
}

/** Slots that other threads free are found by looking again this often. */
const LOOK_MS = 5;
/**
 * If requests are queued in other threads too, slots that become free here are left to them this often and this long: a thread that has
 * none would never get any.
 */
const SHARE_EVERY_MS = 100;
const SHARE_MS = 2 * LOOK_MS;

/**
 * The queued requests of one pool in one thread. First come those whose clients hold no more than their share of the slots, then by
 * priority, then clients with fewer slots, then those that got one longer ago; each client's own are first in, first out. Lifetime: snapshot.
 */
export class RequestQueue {
	readonly #capacity: QueueCapacity;
	readonly #clock: QueueClock;
	readonly #shares: ClientShares;
	readonly #entries: Entry[] = [];
	/** Requests in the queue. */
	length = 0;
	/** Those that any member could serve: a new one of them must not overtake these. */
	anywhere = 0;
	/** Until then other threads go first. */
	#sharesUntil = Number.NEGATIVE_INFINITY;
	#timer: NodeJS.Timeout | null = null;

	constructor(capacity: QueueCapacity, clock: QueueClock, shares: ClientShares) {
		this.#capacity = capacity;
		this.#clock = clock;
		this.#shares = shares;
	}

	/** @param wait milliseconds @returns false if the queue is full, and no client has more in it */
	join(request: QueuedRequest, wait: number): boolean {
		if (!this.#capacity.enter() && !(this.#displace(request.share) && this.#capacity.enter())) return false;
		const { wants } = request;
		this.#entries.push({ request, wants, few: `few ${wants}`, until: this.#clock.now + wait });
		this.#shares.enqueue(request.share);
		this.length++;
		if (wants === ANYWHERE) this.anywhere++;
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
		return true;
	}

	/** The client with the most requests here loses the last one of the lowest priority, if this client has fewer even with one more. */
	#displace(share: Share): boolean {
		let last: QueuedRequest | null = null;
		for (const { request } of this.#entries) {
			const more = last === null ? 1 : request.share.queued - last.share.queued;
			if (last === null || more > 0 || (more === 0 && request.priority >= last.priority)) last = request;
		}
		if (last === null || last.share.queued <= share.queued + 1) return false;
		this.leave(last);
		last.onDisplaced();
		return true;
	}

	/** @returns false if it was not queued */
	leave(request: QueuedRequest): boolean {
		const at = this.#entries.findIndex((entry) => entry.request === request);
		if (at === -1) return false;
		const [entry] = this.#entries.splice(at, 1) as [Entry];
		this.#shares.dequeue(request.share);
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
		while (this.#tryFirst(full));
	}

	/** Gives a slot to the first request that finds one. @param full wishes that found no slot @returns false if no request found one */
	#tryFirst(full: Set<string>): boolean {
		for (const entry of this.#firsts(full)) {
			// A request that takes a slot may end at once, which wakes the queue again: the others are looked through anew.
			if (!entry.request.tryAgain()) full.add(this.#sought(entry));
			else {
				this.leave(entry.request);
				return true;
			}
		}
		return false;
	}

	/** The first request of each wish, in the order in which they get slots. @param full wishes that found no slot */
	#firsts(full: ReadonlySet<string>): Entry[] {
		const firsts = new Map<string, Entry>();
		for (const entry of this.#entries) {
			const sought = this.#sought(entry);
			if (full.has(sought)) continue;
			const first = firsts.get(sought);
			if (first === undefined || this.#isBefore(entry.request, first.request)) firsts.set(sought, entry);
		}
		const all = [...firsts.values()];
		return all.length < 2
			? all
			: all.sort((one, other) => (this.#isBefore(one.request, other.request) ? -1 : this.#isBefore(other.request, one.request) ? 1 : 0));
	}

	/** The wish of a request: if one finds no slot, nor do the others with the same wish. */
	#sought({ request, wants, few }: Entry): string {
		return this.#shares.leavesRoom(request.share) ? few : wants;
	}

	/** The queued client with the fewest slots. */
	neediest(): Share | null {
		let least: Share | null = null;
		for (const { request } of this.#entries) if (least === null || request.share.held < least.held) least = request.share;
		return least;
	}

	#isBefore(one: QueuedRequest, other: QueuedRequest): boolean {
		const isOver = this.#shares.isOver(one.share);
		if (isOver !== this.#shares.isOver(other.share)) return !isOver;
		if (one.priority !== other.priority) return one.priority < other.priority;
		if (one.share.held !== other.share.held) return one.share.held < other.share.held;
		return one.share.turn < other.share.turn;
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
