import type { AffinityClaim } from "../affinity/claim.ts";
import { type ErrorCode, PorticoError } from "../errors.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { UpstreamMember } from "../upstream/member.ts";
import { decideRetry, isRepeatable, type RetryDecision } from "../upstream/retryRule.ts";
import { RELEASED, type Share } from "./clientShares.ts";
import type { Assignment, MemberRequest, MemberStream, Pool } from "./pool.ts";
import { ANYWHERE, type QueuedRequest } from "./requestQueue.ts";

/** Hears where its request goes. */
export interface PlacementOwner<R extends PlacementRequest> {
	/** The next attempt has its stream and is to start it. */
	onAssigned(placement: Placement<R>, stream: MemberStream): void;
	/** No member takes the request, or it has to give its slot to others. */
	onUnplaced(error: PorticoError): void;
	/** See {@link SlotHolder}. */
	readonly slowPace: number | null;
}

/** Where one request may go. */
export interface PlacementRequest {
	readonly route: { readonly plan: RoutePlan };
	readonly request: { readonly method: string; readonly clientAddress: string };
	/** The node that the client has affinity to, or null. */
	readonly claim: AffinityClaim | null;
	/** See {@link MemberRequest}. */
	readonly key: number;
	readonly hashed: boolean;
}

/** How an attempt failed. */
export interface FailedTry {
	readonly member: UpstreamMember;
	readonly code: ErrorCode;
	/** Bytes of the request were written to its connection. */
	readonly begun: boolean;
	readonly reused: boolean;
	/** Only the attempt's time is over, not the request's. */
	readonly tryTimedOut: boolean;
}

const NONE: readonly UpstreamMember[] = [];

/** Until a slot is looked for. */
const NOBODY: Share = Object.freeze({ held: 0, queued: 0, seen: 0, turn: 0 });

/**
 * Where one exchange goes: what it looks for, the members it has tried, the queue, and whether another attempt may follow.
 * Lifetime: exchange.
 */
export class Placement<R extends PlacementRequest> implements MemberRequest, QueuedRequest {
	readonly pool: Pool;
	/** It may be sent again after bytes of it were written. */
	readonly repeatable: boolean;
	tried: readonly UpstreamMember[] = NONE;
	/** What was routed. */
	readonly routed: R;
	readonly node: string | null;
	readonly key: number;
	readonly hashed: boolean;
	/** From the time on when it looks for a slot: while its body waits for longer, the client may be forgotten. */
	share: Share = NOBODY;
	position = RELEASED;
	heldAt: string | null = null;
	again: UpstreamMember | null = null;
	attempts = 0;
	queued = false;
	readonly #route: RoutePlan;
	readonly #owner: PlacementOwner<R>;
	/** It is queued for a member that does not serve now. */
	#lost = false;
	/** The first member that only exceeded `perTry`: better than none if the others do not respond at all. */
	#slow: UpstreamMember | null = null;

	constructor(pool: Pool, routed: R, owner: PlacementOwner<R>) {
		this.pool = pool;
		this.routed = routed;
		this.node = routed.claim?.node ?? null;
		this.key = routed.key;
		this.hashed = routed.hashed;
		this.#route = routed.route.plan;
		this.repeatable = isRepeatable(this.#route.retry, routed.request.method);
		this.#owner = owner;
	}

	get strict(): boolean {
		return this.routed.claim !== null && (this.#route.affinity?.onMemberLost ?? "rebalance") !== "rebalance";
	}

	get priority(): number {
		return this.#route.priority;
	}

	get wants(): string {
		if (this.routed.claim === null && !this.hashed && this.tried.length === 0) return ANYWHERE;
		const tried = this.tried.map(({ name }) => name);
		return JSON.stringify([this.node, this.strict, this.hashed ? this.key : null, tried, this.again?.name]);
	}

	/** Starts the next attempt, at once or once a queued request gets its slot. */
	seek(): void {
		this.share = this.pool.shares.of(this.routed.request.clientAddress);
		if (this.tryAgain()) return;
		if (this.#lost) return this.#join(this.#route.affinity?.memberLostWait ?? 0);
		if (this.pool.evict(this.node, this.share) && this.tryAgain()) return;
		this.#join(this.pool.plan.overload.queueTimeout);
	}

	/** @param wait milliseconds */
	#join(wait: number): void {
		if (this.pool.join(this, wait)) this.queued = true;
		else this.#owner.onUnplaced(new PorticoError(this.#lost ? "affinity_member_lost" : "queue_full"));
	}

	tryAgain(): boolean {
		let found: Assignment;
		try {
			found = this.pool.assign(this);
			if (found === "none" && this.#slow !== null) found = this.#assignSlow(this.#slow);
		} catch (error) {
			if (!(error instanceof PorticoError)) throw error;
			this.#owner.onUnplaced(error);
			return true;
		}
		if (typeof found !== "string") this.#start(found);
		else if (found === "none") this.#owner.onUnplaced(new PorticoError("no_eligible_member"));
		else if (found === "lost" && this.#route.affinity?.onMemberLost !== "wait")
			this.#owner.onUnplaced(new PorticoError("affinity_member_lost"));
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

	#start(stream: MemberStream): void {
		// A list is as long as it has to be: one that grows takes room for 17 at once.
		if (this.again === null) this.tried = this.tried.length === 0 ? [stream.member] : [...this.tried, stream.member];
		this.queued = false;
		this.heldAt = stream.member.plan.node;
		this.attempts++;
		this.#owner.onAssigned(this, stream);
	}

	onQueueTimeout(): void {
		this.queued = false;
		this.#owner.onUnplaced(new PorticoError(this.#lost ? "affinity_member_lost" : "queue_timeout"));
	}

	onDisplaced(): void {
		this.queued = false;
		this.#owner.onUnplaced(new PorticoError("queue_full", { detail: "displaced" }));
	}

	get slowPace(): number | null {
		return this.#owner.slowPace;
	}

	/** Its response is an event stream, which takes no slot: it does not count as the client's either. */
	onEventStream(): void {
		this.pool.shares.release(this);
	}

	evict(): void {
		this.#owner.onUnplaced(new PorticoError("client_too_slow"));
	}

	/** The exchange is over: a queued request leaves the queue. */
	leave(): void {
		if (this.queued) this.pool.leave(this);
		this.queued = false;
	}

	/** Milliseconds until the response to the attempt that begins must have begun, if those of the route are `all`. */
	firstByte(all: number): number {
		const { perTry } = this.#route.retry;
		return perTry > 0 && perTry < all && this.#mayFollow ? perTry : all;
	}

	/** Another attempt could follow the one that begins. */
	get #mayFollow(): boolean {
		return this.repeatable && this.attempts < this.#route.retry.attempts && this.#othersLeft > 0 && this.pool.hasOther(this.tried);
	}

	/** @param replayable every byte of the request that has arrived is still here @param responseBegun the client has part of a response */
	decideRetry({ member, code, begun, reused, tryTimedOut }: FailedTry, replayable: boolean, responseBegun: boolean): RetryDecision {
		if (tryTimedOut) this.#slow ??= member;
		const slowOne = this.#slow === null || this.#slow === member ? 0 : 1;
		return decideRetry({
			code,
			repeatable: this.repeatable,
			responseBegun,
			requestSent: begun,
			reused,
			replayable,
			attempts: this.attempts,
			maxAttempts: this.#route.retry.attempts,
			tryTimedOut,
			otherMembers: Math.max(this.#othersLeft, slowOne),
		});
	}

	/** Starts another attempt. @param same the member once more, on a new connection; null: another one */
	retry(same: UpstreamMember | null): void {
		this.again = same;
		this.seek();
	}

	/** Members that may be tried after this one. */
	get #othersLeft(): number {
		return this.strict || !this.#route.retry.redispatch ? 0 : this.pool.members.length - this.tried.length;
	}
}
