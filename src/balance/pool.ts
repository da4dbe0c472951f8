/** Where an exchange finds a member, and a connection to it. */

import type { PoolPlan } from "../plan/pool.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import type { UpstreamConnection } from "../upstream/http1/connection.ts";
import type { UpstreamMember } from "../upstream/member.ts";
import type { Balancer } from "./balancer.ts";
import { isEligible, keepsClients } from "./eligibility.ts";
import { type Waiter, WaitingLine } from "./waitingLine.ts";

/** What an exchange looks for. */
export interface Wish {
	/** The node that the client is kept on; null: any. */
	readonly node: string | null;
	/** Without that node no other will do. */
	readonly strict: boolean;
	/** As {@link requestKey} makes it. */
	readonly key: number;
	/** The key is that of affinity by a hash, and picks whatever the policy says. */
	readonly hashed: boolean;
	/** Members that this exchange has failed at. */
	readonly tried: readonly UpstreamMember[];
	/** This one once more, on a new connection. */
	readonly again: UpstreamMember | null;
	/** The request may be sent again should a kept connection turn out to be closed. */
	readonly repeatable: boolean;
	/** It has waited in the line. */
	readonly waited: boolean;
}

/**
 * `full`: those that would do have no room; `lost`: the node that the client is kept on does not serve; `none`: nobody serves, or all were tried.
 */
export type Assignment = UpstreamConnection<UpstreamMember> | "full" | "lost" | "none";

/** A pool as the data path sees it. Lifetime: snapshot. */
export class Pool {
	readonly plan: PoolPlan;
	readonly members: readonly UpstreamMember[];
	/** Of this thread. */
	readonly #line: WaitingLine;
	readonly #index: number;
	readonly #balancer: Balancer;
	/** For affinity by a hash; null: no route has that. */
	readonly #hashed: Balancer | null;
	readonly #scoreboard: Scoreboard;
	/** Members without room, while one with room is looked for. */
	readonly #passed: UpstreamMember[] = [];

	constructor(
		plan: PoolPlan,
		index: number,
		members: readonly UpstreamMember[],
		balancer: Balancer,
		hashed: Balancer | null,
		scoreboard: Scoreboard,
		now: () => number,
	) {
		this.plan = plan;
		this.members = members;
		const room = {
			enter: () => scoreboard.beginWait(index, plan.overload.queue),
			leave: () => scoreboard.endWait(index),
			count: () => scoreboard.waiting(index),
		};
		this.#line = new WaitingLine(room, now);
		this.#index = index;
		this.#balancer = balancer;
		this.#hashed = hashed;
		this.#scoreboard = scoreboard;
	}

	/**
	 * A connection for one attempt, which the scoreboard counts as in flight from here. Hot path.
	 *
	 * @throws PorticoError when a connection cannot even be begun
	 */
	assign(wish: Wish): Assignment {
		if (wish.again !== null) return this.#enter(wish.again, wish) ?? "full";
		if (wish.node !== null) {
			const kept = this.keep(wish.node, wish.tried);
			if (kept !== null) return this.#enter(kept, wish) ?? "full";
			if (wish.strict && this.#isMissed(wish.node)) return "lost";
		}
		// Nobody overtakes those who wait; who is kept on a member has a place only there, as they have not.
		if (!wish.waited && !wish.hashed && this.#line.isClosed) return "full";
		return this.#pick(wish);
	}

	#pick(wish: Wish): Assignment {
		const balancer = wish.hashed ? (this.#hashed ?? this.#balancer) : this.#balancer;
		const first = this.members[balancer.pick(wish.key, wish.tried)];
		if (first === undefined) return this.#lastResort(wish);
		const connection = this.#enter(first, wish);
		if (connection !== null || wish.hashed) return connection ?? "full";
		const passed = this.#passed;
		passed.length = 0;
		passed.push(...wish.tried, first);
		for (;;) {
			const member = this.members[balancer.pick(wish.key, passed)];
			if (member === undefined) return "full";
			passed.push(member);
			// Standby is for members that cannot serve, not for those that are full.
			if (member.plan.standby && !first.plan.standby) continue;
			const connection = this.#enter(member, wish);
			if (connection !== null) return connection;
		}
	}

	/** Traffic alone has taken these out: before a client gets an error they are asked after all. */
	#lastResort(wish: Wish): Assignment {
		for (const member of this.members) {
			const { slot } = member;
			const isOut = this.#scoreboard.ejected(slot) && this.#scoreboard.adminState(slot) === "enabled";
			if (isOut && !wish.tried.includes(member)) return this.#enter(member, wish) ?? "full";
		}
		return "none";
	}

	/** Null: there is no room. */
	#enter(member: UpstreamMember, { again, repeatable }: Wish): UpstreamConnection<UpstreamMember> | null {
		if (!this.#scoreboard.begin(member.slot, this.plan.overload.maxRequests)) return null;
		let connection: UpstreamConnection<UpstreamMember> | null = null;
		try {
			connection = member.take(again !== null, repeatable);
		} finally {
			if (connection === null) this.#scoreboard.end(member.slot);
		}
		return connection;
	}

	/** The node's member, if it goes on with clients that it has and is not in `tried`; else null. */
	keep(node: string, tried: readonly UpstreamMember[]): UpstreamMember | null {
		for (const member of this.members) {
			if (member.plan.node !== node) continue;
			const { slot } = member;
			const keeps = keepsClients(this.#scoreboard.health(slot), this.#scoreboard.adminState(slot));
			return keeps && !tried.includes(member) ? member : null;
		}
		return null;
	}

	/** It does not serve, and not because somebody took it out: then its clients are to go elsewhere. */
	#isMissed(node: string): boolean {
		return this.members.some(({ plan, slot }) => plan.node === node && this.#scoreboard.adminState(slot) !== "disabled");
	}

	/** Whether somebody else would take a request that was tried there. */
	hasOther(tried: readonly UpstreamMember[]): boolean {
		return this.members.some((member) => {
			const { slot } = member;
			const eligible = isEligible(this.#scoreboard.health(slot), this.#scoreboard.adminState(slot), this.#scoreboard.selfDraining(slot));
			return eligible && !tried.includes(member);
		});
	}

	/** @param wait milliseconds; false: too many wait already */
	join(waiter: Waiter, wait: number): boolean {
		return this.plan.overload.queue > 0 && this.#line.join(waiter, wait);
	}

	/** Does nothing for one that does not wait. */
	leave(waiter: Waiter): void {
		this.#line.leave(waiter);
	}

	/** A member has room again. Hot path. */
	wake(): void {
		if (this.#line.length > 0) this.#line.wake();
	}

	/** Another attempt may follow. @param second since the epoch */
	mayRetry(second: number): boolean {
		return this.#scoreboard.takeRetry(this.#index, second, this.plan.retryBudget);
	}

	/** A request comes to the pool. Hot path. @param second since the epoch */
	countRequest(second: number): void {
		this.#scoreboard.countRequest(this.#index, second);
	}

	/** To be called again and again: idle connections make room for the requests of other threads. */
	look(): void {
		const { maxConnections } = this.plan.overload;
		if (maxConnections === 0 || this.#scoreboard.waiting(this.#index) === 0) return;
		for (const member of this.members) if (this.#scoreboard.upstreamConnections(member.slot) >= maxConnections) member.closeIdle();
	}
}
