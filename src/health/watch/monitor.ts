/**
 * Watches the health of all members, in the control thread: runs their checks, reads off the scoreboard what traffic says, and writes the health there that all workers
 * then see. What it decides is decided elsewhere (activeCheck, staging, ejection, circuitBreaker, poolRules); here it is carried out and told.
 */

import type { AdminState, Health } from "../../balance/eligibility.ts";
import type { CheckPlan } from "../../plan/health.ts";
import { type ActiveResult, afterCheck, forcedDown, initialActive, nextCheckIn } from "../activeCheck.ts";
import { type Blame, NO_BLAME } from "../blame.ts";
import { halfOpened, stepBreaker } from "../circuitBreaker.ts";
import { afterProbe, afterTime, afterTraffic, type EjectionInput, type EjectionStep, released } from "../ejection.ts";
import {
	type Cause,
	type Evidence,
	type HealthEvent,
	type HealthEventName,
	ofBreaker,
	ofChecks,
	ofEjection,
	ofGate,
	ofTrial,
} from "../evidence.ts";
import type { ProbeOutcome } from "../judge.ts";
import { letInByPanic, type MemberStatus, mayEject } from "../poolRules.ts";
import { gateOf, resultBehind } from "../staging.ts";
import { type TrafficCounts, trafficSince } from "../verdict.ts";
import { Check } from "./check.ts";
import { CheckLoop } from "./checkLoop.ts";
import { MemberRecord, type WatchedMember, type WatchedPool } from "./memberRecord.ts";
import { type MemberView, memberView } from "./memberView.ts";
import type { Timers } from "./timers.ts";

/** What the monitor needs of the scoreboard. */
export interface HealthBoard {
	adminState(slot: number): AdminState;
	setHealth(slot: number, health: Health): void;
	/** When it came up, in milliseconds since the epoch, for the slow start. Set before the health. */
	setUpSince(slot: number, wall: number): void;
	/** The node asks for nothing new. */
	setSelfDraining(slot: number, on: boolean): void;
	/** Traffic alone has taken it out. */
	setEjected(slot: number, on: boolean): void;
	/** What traffic has said of the member so far, over all threads. */
	verdicts(slot: number): TrafficCounts;
	/** Who saw failures of the member since the last call, over all threads. */
	takeBlame(slot: number): Blame;
}

export interface MonitorOptions {
	readonly board: HealthBoard;
	readonly timers: Timers;
	/** From 0 to 1. */
	readonly random: () => number;
	readonly onEvent: (event: HealthEvent) => void;
}

/** How often traffic is looked at. */
export const TICK_MS = 100;

/** Lifetime: process. */
export class HealthMonitor {
	readonly #board: HealthBoard;
	readonly #timers: Timers;
	readonly #random: () => number;
	readonly #onEvent: (event: HealthEvent) => void;
	/** In the plan's order. */
	#pools: { readonly plan: WatchedPool; readonly records: readonly MemberRecord[] }[] = [];
	readonly #records = new Map<string, MemberRecord>();
	#cancelTick: (() => void) | null = null;
	#started = false;

	constructor(options: MonitorOptions) {
		this.#board = options.board;
		this.#timers = options.timers;
		this.#random = options.random;
		this.#onEvent = options.onEvent;
	}

	/** Watches these from now on: at the start, and after a reload. Who is still there keeps what is known of it. */
	watch(pools: readonly WatchedPool[]): void {
		const before = new Map(this.#records);
		this.#records.clear();
		this.#pools = pools.map((plan) => ({
			plan,
			records: plan.members.map((member) => this.#recordOf(member, plan, before.get(member.name))),
		}));
		for (const [name, record] of before) if (this.#records.get(name) !== record) record.stop();
		for (const record of this.#records.values()) {
			record.gate = this.#sibling(record, record.pool.health.gatedBy);
			this.#arrangeChecks(record);
		}
		for (const pool of this.#pools) this.#settle(pool);
	}

	/** Checks begin, each at a moment of its own. */
	start(): void {
		this.#started = true;
		for (const record of this.#records.values()) this.#startLoop(record);
		this.#tickLater();
	}

	/** Nothing is left running. */
	stop(): void {
		this.#started = false;
		this.#cancelTick?.();
		for (const record of this.#records.values()) record.stop();
	}

	/** Null for a member that is not watched. */
	evidence(member: string): MemberView | null {
		const record = this.#records.get(member);
		return record === undefined ? null : memberView(record, this.#timers);
	}

	/** Checks and probes under way. */
	get checksRunning(): number {
		return [...this.#records.values()].filter(({ loop, afterEjection }) => loop?.running === true || afterEjection?.running === true)
			.length;
	}

	// --- who is watched, and how

	#recordOf(member: WatchedMember, pool: WatchedPool, known: MemberRecord | undefined): MemberRecord {
		const { slot, address } = member;
		const { host, port } = known?.member.address ?? {};
		if (known !== undefined && known.member.slot === slot && host === address.host && port === address.port) {
			known.member = member;
			known.pool = pool;
			this.#records.set(member.name, known);
			return known;
		}
		const record = new MemberRecord(member, pool, this.#timers.wall());
		record.countedTraffic = this.#board.verdicts(slot);
		this.#records.set(member.name, record);
		// What another member may have left there.
		this.#board.setSelfDraining(slot, false);
		this.#board.setUpSince(slot, 0);
		this.#board.setHealth(slot, record.published.health);
		return record;
	}

	/** The member that the same node has in the service's pool of that kind. */
	#sibling(record: MemberRecord, kind: string | null): MemberRecord | null {
		if (kind === null) return null;
		const { pool, member } = record;
		const other = this.#pools.find(({ plan }) => plan.service === pool.service && plan.kind === kind);
		return other?.records.find((each) => each.member.node === member.node && each !== record) ?? null;
	}

	#arrangeChecks(record: MemberRecord): void {
		const { check } = record.pool.health;
		const addresses = check?.probes.map(({ via }) => (this.#sibling(record, via) ?? record).member.address) ?? [];
		const key = JSON.stringify([check, addresses]);
		if (record.loopKey === key) return;
		record.stop();
		record.loopKey = key;
		if (check === null) {
			record.active = null;
			if (record.ejection.phase === "probing") this.#probe(record);
			return;
		}
		record.active ??= initialActive({ ...check, initial: "unknown" });
		record.loop = new CheckLoop(new Check(check, addresses, this.#timers), this.#timers, (outcome) =>
			this.#afterCheck(record, check, outcome),
		);
		if (this.#started) this.#startLoop(record);
	}

	#startLoop(record: MemberRecord): void {
		const { check } = record.pool.health;
		if (check !== null) record.loop?.start(Math.round(this.#random() * check.fastInterval));
	}

	// --- checks

	/** @returns milliseconds until the next check */
	#afterCheck(record: MemberRecord, plan: CheckPlan, outcome: ProbeOutcome): number {
		const before = record.active ?? initialActive(plan);
		// The member was not asked: nothing was learnt.
		if (outcome.error === "socket_unavailable") return nextCheckIn(before, plan, this.#random());
		record.last = outcome;
		record.lastAt = this.#timers.wall();
		const gate = gateOf(record.gate?.active?.health ?? null);
		const result = resultBehind(gate, outcome.verdict, plan.onAbsent);
		const after = result === null ? before : afterCheck(before, result, plan);
		record.active = after;
		if (after.health !== before.health || after.draining !== before.draining)
			record.checkCause = this.#causeOf(record, result, outcome, before);
		// Its checks hold it down by themselves: that it is still so does not make it worse.
		if (result !== "fail" || after.health !== "down") this.#probeAfterEjection(record, result !== "fail", outcome);
		if (before.health === "down" && after.health === "up") this.#endEjection(record, outcome);
		this.#settlePoolOf(record);
		if (after.health !== before.health) this.#openOrShutGates(record);
		return nextCheckIn(after, plan, this.#random());
	}

	/** Whatever took it out is over: it was down, and is well. */
	#endEjection(record: MemberRecord, outcome: ProbeOutcome): void {
		if (!record.isOut) return;
		this.#takeEjectionStep(record, released(record.ejection), outcome);
		record.breaker = halfOpened(record.breaker).state;
	}

	#causeOf(
		record: MemberRecord,
		result: ActiveResult | null,
		outcome: ProbeOutcome,
		before: NonNullable<MemberRecord["active"]>,
	): { cause: Cause; evidence: Evidence } {
		const behindGate = result === "held" || (outcome.verdict === "absent" && result === "fail" && record.gate !== null);
		if (behindGate) return { cause: "gate", evidence: ofGate(record.gate?.member.name ?? "", outcome) };
		return { cause: "check", evidence: ofChecks(outcome, before) };
	}

	/** A member changed, and others of its node come up only after it. */
	#openOrShutGates(gate: MemberRecord): void {
		for (const record of this.#records.values()) {
			const { check } = record.pool.health;
			if (record.gate !== gate || check === null || record.active === null) continue;
			if (gate.checked === "up") record.loop?.soon();
			// Its gate was all that was known of it.
			if (gate.checked !== "down" || record.last?.verdict !== "absent" || check.onAbsent !== "gate") continue;
			record.active = forcedDown(record.active, check);
			record.checkCause = { cause: "gate", evidence: ofGate(gate.member.name, record.last) };
			this.#settlePoolOf(record);
		}
	}

	// --- traffic

	#tickLater(): void {
		this.#cancelTick = this.#timers.after(TICK_MS, () => {
			for (const pool of this.#pools) {
				for (const record of pool.records) {
					this.#lookAtTraffic(record);
					this.#publish(record);
				}
				this.#settle(pool);
			}
			if (this.#started) this.#tickLater();
		});
	}

	#lookAtTraffic(record: MemberRecord): void {
		const now = this.#board.verdicts(record.member.slot);
		const delta = trafficSince(record.countedTraffic, now);
		const blame = delta === null ? NO_BLAME : this.#board.takeBlame(record.member.slot);
		record.countedTraffic = now;
		const { passive, breaker, check } = record.pool.health;
		this.#takeEjectionStep(record, afterTime(record.ejection, passive, this.#timers.now()), null);
		if (breaker !== null) this.#stepBreaker(record, delta, blame);
		if (delta === null) return;
		this.#takeEjectionStep(record, afterTraffic(record.ejection, delta, passive, this.#input(record, blame)), null);
		const trouble = delta.connect + delta.timeout + delta.broken > 0;
		if (trouble && check !== null && record.checked !== "down") record.loop?.soon(check.fastInterval);
	}

	#input(record: MemberRecord, blame: Blame): EjectionInput {
		return { blame, now: this.#timers.now(), random: this.#random(), mayEject: () => this.#mayEject(record) };
	}

	#mayEject(record: MemberRecord): boolean {
		const pool = this.#pools.find(({ plan }) => plan === record.pool);
		if (pool === undefined) return false;
		return mayEject(this.#standings(pool.records), pool.records.indexOf(record), record.pool.health);
	}

	#standings(records: readonly MemberRecord[]): MemberStatus[] {
		return records.map((record) => record.status(this.#board.adminState(record.member.slot)));
	}

	#takeEjectionStep(record: MemberRecord, step: EjectionStep, outcome: ProbeOutcome | null): void {
		record.ejection = step.state;
		switch (step.change) {
			case "ejected":
				record.trafficCause = { cause: "ejected", evidence: ofEjection(step, outcome) };
				break;
			case "spared":
				this.#tell(record, "ejection_skipped", "ejected", ofEjection(step, outcome));
				break;
			case "probing":
				this.#probe(record);
				break;
			case "onProbation":
				record.trafficCause = { cause: "trial", evidence: ofTrial(outcome) };
				break;
			case "trusted":
				this.#trust(record);
		}
	}

	#stepBreaker(record: MemberRecord, delta: TrafficCounts | null, blame: Blame): void {
		const plan = record.pool.health.breaker;
		if (plan === null) return;
		const { mayEject: mayOpen, ...input } = this.#input(record, blame);
		const step = stepBreaker(record.breaker, delta, plan, { ...input, mayOpen });
		record.breaker = step.state;
		if (step.change === "open") record.trafficCause = { cause: "circuit", evidence: ofBreaker(step) };
		else if (step.change === "spared") this.#tell(record, "ejection_skipped", "circuit", ofBreaker(step));
		else if (step.change === "halfOpen") record.trafficCause = { cause: "trial", evidence: ofTrial(null) };
		else if (step.change === "closed") this.#trust(record);
	}

	#trust(record: MemberRecord): void {
		if (record.isOut || record.onProbation) return;
		record.trafficCause = null;
		this.#tell(record, "member_recovered", "trial", { text: "it answers well again" });
	}

	/** Its ejection is over: before clients meet it again it has to pass its check, or to accept a connection. */
	#probe(record: MemberRecord): void {
		if (record.loop !== null) return record.loop.soon();
		const { address } = record.member;
		const kind = address.tls === null ? "tcp" : "tls";
		const plan: CheckPlan = { ...CONNECT_CHECK, probes: [{ kind, via: null }] };
		record.afterEjection = new Check(plan, [address], this.#timers);
		record.afterEjection.run((outcome) => {
			record.last = outcome;
			record.lastAt = this.#timers.wall();
			this.#probeAfterEjection(record, outcome.verdict === "pass", outcome);
			this.#settlePoolOf(record);
		});
	}

	#probeAfterEjection(record: MemberRecord, passed: boolean, outcome: ProbeOutcome): void {
		const step = afterProbe(record.ejection, passed, record.pool.health.passive, this.#input(record, NO_BLAME));
		if (step.change !== null) this.#takeEjectionStep(record, step, outcome);
	}

	// --- what follows for the pool, and for everyone who looks

	#settlePoolOf(record: MemberRecord): void {
		const pool = this.#pools.find(({ plan }) => plan === record.pool);
		if (pool !== undefined) this.#settle(pool);
	}

	#settle({ plan, records }: { readonly plan: WatchedPool; readonly records: readonly MemberRecord[] }): void {
		const letIn = letInByPanic(this.#standings(records), plan.health);
		const before = records.some(({ panic }) => panic);
		for (const [index, record] of records.entries()) {
			const forced = letIn.includes(index);
			record.panic = forced && record.checked === "down";
			if (!forced || !record.isOut) continue;
			this.#takeEjectionStep(record, released(record.ejection), null);
			record.breaker = halfOpened(record.breaker).state;
			record.trafficCause = { cause: "panic", evidence: { text: "nobody else is left in the pool" } };
		}
		const after = records.some(({ panic }) => panic);
		if (before !== after) this.#tellPanic(plan, after);
		for (const record of records) this.#publish(record);
	}

	#publish(record: MemberRecord): void {
		const { health, draining, cause, evidence } = record.verdict();
		const before = record.published;
		const { slot } = record.member;
		record.published = { health, draining, cause };
		if (draining !== before.draining) this.#board.setSelfDraining(slot, draining);
		this.#board.setEjected(slot, record.isOut && record.checked !== "down");
		if (health !== before.health) {
			record.since = this.#timers.wall();
			// Slow start is for one that was seen to be down.
			if (before.health === "down" && before.cause !== "initial" && cause !== "panic") this.#board.setUpSince(slot, record.since);
			this.#board.setHealth(slot, health);
			if (cause !== "initial") this.#tell(record, `member_${health}`, cause, evidence, before.health);
		}
		if (draining !== before.draining) this.#tell(record, draining ? "member_draining" : "member_drain_over", cause, evidence);
	}

	#tell(record: MemberRecord, event: HealthEventName, cause: Cause, evidence: Evidence, from = record.published.health): void {
		const { member, pool, published } = record;
		const level = event === "member_down" || event === "ejection_skipped" ? "warn" : "info";
		const told: HealthEvent = {
			event,
			level,
			at: this.#timers.wall(),
			pool: pool.name,
			member: member.name,
			from,
			to: published.health,
			cause,
			evidence,
		};
		record.keep(told);
		this.#onEvent(told);
	}

	#tellPanic(pool: WatchedPool, begins: boolean): void {
		this.#onEvent({
			event: begins ? "pool_panic" : "pool_panic_over",
			level: begins ? "error" : "info",
			at: this.#timers.wall(),
			pool: pool.name,
			member: null,
			from: null,
			to: null,
			cause: "panic",
			evidence: { text: begins ? "all checks fail: members are used all the same" : "a member is well again" },
		});
	}
}

/** How a member without a check of its own is asked after an ejection. */
const CONNECT_CHECK: Omit<CheckPlan, "probes"> = {
	onAbsent: "fail",
	rise: 1,
	fall: 1,
	initial: "unknown",
	interval: 0,
	fastInterval: 0,
	downInterval: 0,
	jitter: 0,
	timeout: 3000,
	drainOn: [],
};
