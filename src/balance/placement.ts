import type { AffinityClaim } from "../affinity/claim.ts";
import { type ErrorCode, PorticoError } from "../errors.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { AttemptTimeouts, UpstreamConnection } from "../upstream/http1/connection.ts";
import type { UpstreamMember } from "../upstream/member.ts";
import { decideRetry, isRepeatable, type RetryDecision } from "../upstream/retryRule.ts";
import { NO_KEY } from "./picker.ts";
import type { Assignment, Pool, Wish } from "./pool.ts";
import { ANYWHERE, type Waiter } from "./waitingLine.ts";

/** Whose place it is. */
export interface Placed {
	/** The next attempt has its connection. */
	onPlaced(connection: UpstreamConnection<UpstreamMember>): void;
	/** There is none to be had. */
	onNoPlace(error: PorticoError): void;
}

/** How an attempt failed, as far as the exchange knows. */
export interface Failure {
	readonly code: ErrorCode;
	readonly answerBegun: boolean;
	readonly requestSent: boolean;
	readonly reused: boolean;
	readonly replayable: boolean;
}

/**
 * Where one exchange goes: what it looks for, the members that it has tried, the line where it waits for room, and whether another attempt may follow.
 * Lifetime: exchange.
 */
export class Placement implements Wish, Waiter {
	readonly pool: Pool;
	/** It may be sent again after bytes of it were written. */
	readonly repeatable: boolean;
	readonly tried: UpstreamMember[] = [];
	/** The node that the client belongs to. */
	claim: AffinityClaim | null = null;
	key = NO_KEY;
	hashed = false;
	again: UpstreamMember | null = null;
	attempts = 0;
	readonly #route: RoutePlan;
	readonly #placed: Placed;
	#waits = false;
	/** It waits for a member that does not serve now. */
	#lost = false;
	/** The attempt's time-out is its own, not the request's. */
	#perTry = false;
	/** The first member that only took longer than an attempt may: better than none, should the others not answer at all. */
	#slow: UpstreamMember | null = null;

	constructor(pool: Pool, route: RoutePlan, method: string, placed: Placed) {
		this.pool = pool;
		this.repeatable = isRepeatable(route.retry, method);
		this.#route = route;
		this.#placed = placed;
	}

	get node(): string | null {
		return this.claim?.node ?? null;
	}

	get strict(): boolean {
		return this.claim !== null && (this.#route.affinity?.onMemberLost ?? "rebalance") !== "rebalance";
	}

	get waited(): boolean {
		return this.#waits;
	}

	get priority(): number {
		return this.#route.priority;
	}

	get wants(): string {
		if (this.claim === null && !this.hashed && this.tried.length === 0) return ANYWHERE;
		const tried = this.tried.map(({ name }) => name);
		return JSON.stringify([this.node, this.strict, this.hashed ? this.key : null, tried, this.again?.name]);
	}

	/** Looks for a connection; its owner is told, at once or when it has waited. */
	seek(): void {
		if (this.tryAgain()) return;
		const wait = this.#lost ? (this.#route.affinity?.memberLostWait ?? 0) : this.pool.plan.overload.queueTimeout;
		if (this.pool.join(this, wait)) this.#waits = true;
		else this.#placed.onNoPlace(new PorticoError(this.#lost ? "affinity_member_lost" : "queue_full"));
	}

	tryAgain(): boolean {
		let found: Assignment;
		try {
			found = this.pool.assign(this);
			if (found === "none" && this.#slow !== null) found = this.#assignSlow(this.#slow);
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			this.#placed.onNoPlace(error);
			return true;
		}
		if (typeof found !== "string") this.#take(found);
		else if (found === "none") this.#placed.onNoPlace(new PorticoError("no_eligible_member"));
		else if (found === "lost" && this.#route.affinity?.onMemberLost !== "wait")
			this.#placed.onNoPlace(new PorticoError("affinity_member_lost"));
		else {
			this.#lost = found === "lost";
			return false;
		}
		return true;
	}

	#assignSlow(member: UpstreamMember): Assignment {
		this.again = member;
		this.#slow = null;
		return this.pool.assign(this);
	}

	onWaitOver(): void {
		this.#waits = false;
		this.#placed.onNoPlace(new PorticoError(this.#lost ? "affinity_member_lost" : "queue_timeout"));
	}

	/** Whoever waits in line, waits no more. */
	leave(): void {
		if (this.#waits) this.pool.leave(this);
		this.#waits = false;
	}

	#take(connection: UpstreamConnection<UpstreamMember>): void {
		if (this.again === null) this.tried.push(connection.keeper);
		this.#waits = false;
		this.attempts++;
		this.#placed.onPlaced(connection);
	}

	/** Those of the attempt that begins: one that another may follow does not get all the time there is. */
	timeouts(all: AttemptTimeouts): AttemptTimeouts {
		const { perTry } = this.#route.retry;
		this.#perTry = perTry > 0 && perTry < all.firstByte && this.#mayFollow;
		return this.#perTry ? { ...all, firstByte: perTry } : all;
	}

	/** Another attempt could follow the one that begins, and somebody would take it. */
	get #mayFollow(): boolean {
		return this.repeatable && this.attempts < this.#route.retry.attempts && this.#othersLeft > 0 && this.pool.hasOther(this.tried);
	}

	/** The body of its request is gone, so that no other can follow. @returns whether it had less time than there is, which it now has */
	becomesLast(): boolean {
		const wasShort = this.#perTry;
		this.#perTry = false;
		return wasShort;
	}

	/** @param member that failed */
	decideRetry(member: UpstreamMember, { code, answerBegun, requestSent, reused, replayable }: Failure): RetryDecision {
		const tryTimedOut = this.#perTry && code === "http_response_timeout";
		if (tryTimedOut) this.#slow ??= member;
		const slowOne = this.#slow === null || this.#slow === member ? 0 : 1;
		return decideRetry({
			code,
			repeatable: this.repeatable,
			answerBegun,
			requestSent,
			reused,
			replayable,
			attempts: this.attempts,
			maxAttempts: this.#route.retry.attempts,
			tryTimedOut,
			otherMembers: Math.max(this.#othersLeft, slowOne),
		});
	}

	/** Members that may be asked after this one. */
	get #othersLeft(): number {
		return this.strict || !this.#route.retry.redispatch ? 0 : this.pool.members.length - this.tried.length;
	}
}
