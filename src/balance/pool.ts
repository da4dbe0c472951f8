/** Finds a member for an exchange, and a connection to it. */
import type { PoolPlan } from "../plan/pool.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import type { UpstreamMember } from "../upstream/member.ts";
import type { UpstreamStream } from "../upstream/stream.ts";
import type { Balancer } from "./balancer.ts";
import { type ClientShares, FEW, type Share, type SlotHolder } from "./clientShares.ts";
import { isEligible, keepsClients } from "./eligibility.ts";
import { type QueueClock, type QueuedRequest, RequestQueue } from "./requestQueue.ts";

/** What an exchange looks for. */
export interface MemberRequest extends SlotHolder {
	/** The node that the client has affinity to; null: any. */
	readonly node: string | null;
	/** No other node will do. */
	readonly strict: boolean;
	/** As {@link requestKey} makes it. */
	readonly key: number;
	/** The key is that of affinity by a hash and picks whatever the policy is. */
	readonly hashed: boolean;
	/** Members that this exchange has failed at. */
	readonly tried: readonly UpstreamMember[];
	/** This member once more, on a new connection. */
	readonly again: UpstreamMember | null;
	/** The request may be sent again if a kept connection turns out to be closed. */
	readonly repeatable: boolean;
	/** It has been queued. */
	readonly queued: boolean;
}

export type MemberStream = UpstreamStream<UpstreamMember>;

/**
 * `full`: the members that would do have no free slot; `lost`: the node that the client has affinity to does not serve; `none`: no member
 * serves, or all were tried.
 */
export type Assignment = MemberStream | "full" | "lost" | "none";

/** Slots taken from slow clients at one look. */
const MOST_EVICTED = 16;
/** Milliseconds until slow clients are looked for again where none was found. */
const EVICT_PAUSE_MS = 100;

/** A pool as the data path sees it. Lifetime: snapshot. */
export class Pool {
	readonly plan: PoolPlan;
	readonly members: readonly UpstreamMember[];
	/** Of this thread. */
	readonly #queue: RequestQueue;
	readonly #index: number;
	readonly #balancer: Balancer;
	/** For affinity by a hash; null: no route has that. */
	readonly #hashed: Balancer | null;
	readonly #scoreboard: Scoreboard;
	readonly #clock: QueueClock;
	readonly shares: ClientShares;
	/** On the clock: no client is slow until then. */
	#noneSlowUntil = 0;
	/** Members without a free slot, while one that has one is looked for. */
	readonly #passed: UpstreamMember[] = [];

	constructor(
		plan: PoolPlan,
		index: number,
		members: readonly UpstreamMember[],
		balancer: Balancer,
		hashed: Balancer | null,
		scoreboard: Scoreboard,
		clock: QueueClock,
		shares: ClientShares,
	) {
		this.plan = plan;
		this.members = members;
		const capacity = {
			enter: () => scoreboard.beginWait(index, plan.overload.queue),
			leave: () => scoreboard.endWait(index),
			count: () => scoreboard.waiting(index),
		};
		this.#queue = new RequestQueue(capacity, clock, shares);
		this.#clock = clock;
		this.shares = shares;
		this.#index = index;
		this.#balancer = balancer;
		this.#hashed = hashed;
		this.#scoreboard = scoreboard;
	}

	/**
	 * A stream for one attempt, which holds a slot at its member until {@link release}. Hot path.
	 *
	 * @throws PorticoError if a connection cannot even be begun
	 */
	assign(request: MemberRequest): Assignment {
		if (request.again !== null) return this.#enter(request.again, request) ?? "full";
		if (request.node !== null) {
			const kept = this.keep(request.node, request.tried);
			if (kept !== null) return this.#enter(kept, request) ?? "full";
			if (request.strict && this.#isMissed(request.node)) return "lost";
		}
		// A new request must not take a slot while others are queued, unless its client has nothing here yet: it would be the next one anyway.
		// One with affinity has a slot only at its member, as they have not.
		const { held, queued } = request.share;
		if (this.#queue.anywhere > 0 && !request.queued && !request.hashed && held + queued > 0) return "full";
		return this.#pick(request);
	}

	#pick(request: MemberRequest): Assignment {
		const balancer = request.hashed ? (this.#hashed ?? this.#balancer) : this.#balancer;
		const first = this.members[balancer.pick(request.key, request.tried)];
		if (first === undefined) return this.#lastResort(request);
		const isAside = first.asideUntil !== null && first.isAside();
		if (!isAside) {
			const stream = this.#enter(first, request);
			if (stream !== null || request.hashed) return stream ?? "full";
		}
		const passed = this.#passed;
		passed.length = 0;
		passed.push(...request.tried, first);
		let isFull = false;
		for (;;) {
			const member = this.members[balancer.pick(request.key, passed)];
			if (member === undefined) break;
			passed.push(member);
			// Standby is for members that cannot serve, not for those that are full.
			if ((member.plan.standby && !first.plan.standby && !isAside) || member.isAside()) continue;
			const next = this.#enter(member, request);
			if (next !== null) return next;
			isFull = true;
		}
		// Better one that may refuse again than none; but others will have a slot soon.
		return isAside && !isFull ? (this.#enter(first, request) ?? "full") : "full";
	}

	/** Passive checks ejected these members: before a client gets an error they are tried after all. */
	#lastResort(request: MemberRequest): Assignment {
		for (const member of this.members) {
			const { slot } = member;
			const isOut = this.#scoreboard.ejected(slot) && this.#scoreboard.adminState(slot) === "enabled";
			if (isOut && !request.tried.includes(member)) return this.#enter(member, request) ?? "full";
		}
		return "none";
	}

	/** Null: there is no free slot. */
	#enter(member: UpstreamMember, request: MemberRequest): MemberStream | null {
		const { maxRequests } = this.plan.overload;
		const most = request.share.held < FEW ? maxRequests : this.shares.within(maxRequests, request.share);
		if (!this.#scoreboard.begin(member.slot, most)) return null;
		let stream: MemberStream | null = null;
		try {
			stream = member.take(request.again !== null, request.repeatable);
		} finally {
			if (stream === null) this.#scoreboard.end(member.slot);
		}
		if (stream === null) return null;
		this.shares.hold(request);
		return stream;
	}

	/** An attempt has ended: its slot is free for a queued request. Hot path. */
	release(member: UpstreamMember, holder: SlotHolder): void {
		this.shares.release(holder);
		// A slot of the scoreboard at which nothing is in flight may be given to another member: nothing is written to it after this.
		this.#scoreboard.end(member.slot);
		if (this.#queue.length > 0) this.#queue.wake();
	}

	/** The node's member, if it still serves the clients that it has and is not in `tried`; otherwise null. */
	keep(node: string, tried: readonly UpstreamMember[]): UpstreamMember | null {
		for (const member of this.members) {
			if (member.plan.node !== node) continue;
			const { slot } = member;
			const keeps = keepsClients(this.#scoreboard.health(slot), this.#scoreboard.adminState(slot));
			return keeps && !tried.includes(member) ? member : null;
		}
		return null;
	}

	/** It does not serve, and no operator disabled it: the clients of a disabled node move to others. */
	#isMissed(node: string): boolean {
		return this.members.some(({ plan, slot }) => plan.node === node && this.#scoreboard.adminState(slot) !== "disabled");
	}

	/** Another member would take a request that was tried at these. */
	hasOther(tried: readonly UpstreamMember[]): boolean {
		return this.members.some((member) => {
			const { slot } = member;
			const eligible = isEligible(this.#scoreboard.health(slot), this.#scoreboard.adminState(slot), this.#scoreboard.selfDraining(slot));
			return eligible && !tried.includes(member);
		});
	}

	/** @param wait milliseconds @returns false if too many requests are queued already */
	join(request: QueuedRequest, wait: number): boolean {
		return this.plan.overload.queue > 0 && this.#queue.join(request, wait);
	}

	/** Does nothing for a request that is not queued. */
	leave(request: QueuedRequest): void {
		this.#queue.leave(request);
	}

	/** The retry budget allows another attempt. @param wall milliseconds since the epoch: the same in all threads */
	mayRetry(wall: number): boolean {
		return this.#scoreboard.takeRetry(this.#index, Math.floor(wall / 1000), this.plan.retryBudget);
	}

	/** A request reaches the pool. Hot path. @param wall milliseconds since the epoch */
	countRequest(wall: number): void {
		this.#scoreboard.countRequest(this.#index, Math.floor(wall / 1000));
	}

	/** Takes a slot from a slow client, if there is one that holds more. @param node where the slot is; null: anywhere @param share whom it is for */
	evict(node: string | null, share: Share): boolean {
		return this.#evict(node, share.held, share);
	}

	#evict(node: string | null, held: number, own: Share | null): boolean {
		const { now } = this.#clock;
		if (now < this.#noneSlowUntil) return false;
		const holder = this.shares.slowest(node, held, own);
		if (holder !== null) holder.evict();
		else if (!this.shares.sawSlow) this.#noneSlowUntil = now + EVICT_PAUSE_MS;
		return holder !== null;
	}

	/** Called at intervals: makes room for the requests of other threads, which look for a slot by themselves. */
	look(): void {
		const board = this.#scoreboard;
		this.shares.look(this.#clock.now, board.clientMarks(this.#index));
		board.markClients(this.#index, this.shares.mark);
		const neediest = this.#queue.neediest();
		board.markNeed(this.#index, neediest === null ? null : neediest.held);
		const waiting = board.waiting(this.#index);
		if (waiting === 0) return;
		for (let left = Math.min(waiting, MOST_EVICTED); left > 0 && this.#evictForQueued(); left--);
		const { maxConnections } = this.plan.overload;
		if (maxConnections === 0) return;
		for (const member of this.members) if (board.upstreamConnections(member.slot) >= maxConnections) member.closeIdle();
	}

	/** For the client with the fewest slots that is queued, here or in another thread. */
	#evictForQueued(): boolean {
		const own = this.#queue.neediest();
		if (own !== null && this.#evict(null, own.held, own)) return true;
		const held = this.#scoreboard.leastNeed(this.#index);
		return held !== null && this.#evict(null, held, null);
	}
}
