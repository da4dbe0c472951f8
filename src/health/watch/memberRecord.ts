import type { AdminState, Health } from "../../balance/eligibility.ts";
import type { HealthPlan } from "../../plan/health.ts";
import { type ActiveState, initialActive } from "../activeCheck.ts";
import { type BreakerState, CLOSED } from "../circuitBreaker.ts";
import { type EjectionState, isOut, NOT_EJECTED } from "../ejection.ts";
import type { Cause, Evidence, HealthEvent } from "../evidence.ts";
import type { ProbeOutcome } from "../judge.ts";
import type { MemberStatus } from "../poolRules.ts";
import { NO_TRAFFIC, type TrafficCounts } from "../verdict.ts";
import type { Check } from "./check.ts";
import type { CheckLoop } from "./checkLoop.ts";
import type { ProbeAddress } from "./socket.ts";

/** A member as the monitor is told of it. */
export interface WatchedMember {
	/** Its identity, also over reloads. */
	readonly name: string;
	readonly node: string;
	/** On the scoreboard. */
	readonly slot: number;
	readonly address: ProbeAddress;
}

export interface WatchedPool {
	readonly name: string;
	/** Of which service: gates and `via` look there for the node's other members. */
	readonly service: number;
	readonly kind: string;
	readonly health: HealthPlan;
	readonly members: readonly WatchedMember[];
}

/** What was last told to the scoreboard and the log. */
export interface Published {
	readonly health: Health;
	readonly draining: boolean;
	readonly cause: Cause;
}

const KEPT_EVENTS = 20;

/** All that the monitor knows of one member. Lives over reloads as long as the member has its name, slot and address. */
export class MemberRecord {
	member: WatchedMember;
	pool: WatchedPool;
	/** Null: no active check. */
	active: ActiveState | null;
	ejection: EjectionState = NOT_EJECTED;
	breaker: BreakerState = CLOSED;
	/** The one that gates this one's coming up. */
	gate: MemberRecord | null = null;
	loop: CheckLoop | null = null;
	/** What the loop was made for; another text, another loop. */
	loopKey = "";
	/** Of a member without an active check: made after an ejection. */
	afterEjection: Check | null = null;
	/** Traffic up to the last evaluation. */
	countedTraffic: TrafficCounts = NO_TRAFFIC;
	last: ProbeOutcome | null = null;
	/** Milliseconds since the epoch. */
	lastAt: number | null = null;
	/** Let in although it is out. */
	panic = false;
	/** Why it is in or out, as far as checks and traffic are concerned. */
	checkCause: { readonly cause: Cause; readonly evidence: Evidence } = { cause: "initial", evidence: { text: "not checked yet" } };
	trafficCause: { readonly cause: Cause; readonly evidence: Evidence } | null = null;
	published: Published = { health: "unknown", draining: false, cause: "initial" };
	/** Milliseconds since the epoch. */
	since: number;
	/** Newest first. */
	readonly events: HealthEvent[] = [];

	constructor(member: WatchedMember, pool: WatchedPool, now: number) {
		this.member = member;
		this.pool = pool;
		this.since = now;
		this.active = pool.health.check === null ? null : initialActive(pool.health.check);
	}

	get checked(): Health {
		return this.active?.health ?? "unknown";
	}

	/** Traffic has taken it out. */
	get isOut(): boolean {
		return isOut(this.ejection) || this.breaker.phase === "open";
	}

	get onProbation(): boolean {
		return this.ejection.phase === "onProbation" || this.breaker.phase === "halfOpen";
	}

	status(admin: AdminState): MemberStatus {
		const draining = admin === "enabled" && this.active?.draining === true;
		return { checked: this.checked, out: this.isOut, admin: draining ? "draining" : admin };
	}

	keep(event: HealthEvent): void {
		this.events.unshift(event);
		if (this.events.length > KEPT_EVENTS) this.events.pop();
	}

	/** What checks, traffic and panic make of it. */
	verdict(): Published & { readonly evidence: Evidence } {
		const draining = this.active?.draining ?? false;
		if (this.panic) return { health: "unknown", draining, cause: "panic", evidence: { text: "nobody else is left in the pool" } };
		if (this.checked === "down") return { health: "down", draining, ...this.checkCause };
		if (this.isOut && this.trafficCause !== null) return { health: "down", draining, ...this.trafficCause };
		if (this.onProbation && this.trafficCause !== null) return { health: this.checked, draining, ...this.trafficCause };
		if (this.active === null) return { health: "unknown", draining, cause: "initial", evidence: { text: "no check configured" } };
		return { health: this.checked, draining, ...this.checkCause };
	}

	stop(): void {
		this.loop?.stop();
		this.afterEjection?.stop();
		this.loop = null;
		this.afterEjection = null;
	}
}
