import type { CheckPlan, ProbePlan } from "../../plan/health.ts";
import { type BodyTest, bodyTest, judge, type ProbeOutcome } from "../judge.ts";
import { afterLooking, type EndpointPresence, NEVER_SEEN } from "../staging.ts";
import { type CancelProbe, runProbe } from "./probe.ts";
import { type ProbeAddress, type ProbeTarget, targetOf } from "./socket.ts";
import type { Timers } from "./timers.ts";

/** The check of one member: its probes in order, until one finds what it asks for. Lifetime: as long as the member is checked in this way. */
export class Check {
	readonly #plan: CheckPlan;
	readonly #targets: readonly ProbeTarget[];
	readonly #timers: Timers;
	readonly #tests: readonly (BodyTest | null)[];
	readonly #presence: EndpointPresence[];
	#cancel: CancelProbe | null = null;

	/** @param addresses where each of the plan's probes goes */
	constructor(plan: CheckPlan, addresses: readonly ProbeAddress[], timers: Timers) {
		this.#plan = plan;
		this.#targets = addresses.map(targetOf);
		this.#timers = timers;
		this.#tests = plan.probes.map((probe) => (probe.kind === "http" && probe.body !== null ? bodyTest(probe.body) : null));
		this.#presence = plan.probes.map(() => NEVER_SEEN);
	}

	get running(): boolean {
		return this.#cancel !== null;
	}

	/** `onOutcome` is called once, later, unless `stop` comes first. Not to be called while it runs. */
	run(onOutcome: (outcome: ProbeOutcome) => void): void {
		this.#try(0, onOutcome);
	}

	stop(): void {
		this.#cancel?.();
		this.#cancel = null;
	}

	#try(index: number, onOutcome: (outcome: ProbeOutcome) => void): void {
		const probe = this.#plan.probes[index];
		const target = this.#targets[index];
		if (probe === undefined || target === undefined) throw new RangeError("a check needs a probe, and each probe a target");
		this.#cancel = runProbe(probe, target, this.#plan.timeout, this.#timers, (answer) => {
			this.#cancel = null;
			const presence = this.#presence[index] ?? NEVER_SEEN;
			const outcome = judge(probe, answer, this.#tests[index] ?? null, this.#plan.drainOn, presence.seen);
			const found = answer.error === null ? !isAbsence(probe, answer.status) : null;
			this.#presence[index] = afterLooking(presence, found, outcome.verdict === "pass", this.#timers.now());
			if (outcome.verdict === "absent" && index + 1 < this.#plan.probes.length) this.#try(index + 1, onOutcome);
			else onOutcome(outcome);
		});
	}
}

const isAbsence = (probe: ProbePlan, status: number): boolean => probe.kind === "http" && probe.absentOn.includes(status);
