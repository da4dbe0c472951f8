import type { AdminState } from "../balance/eligibility.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log/log.ts";
import { type Drain, type DrainMode, type DrainProgress, isEmpty } from "./drainState.ts";
import type { ProcessView } from "./processView.ts";

/** What an operator wants changed; durations in milliseconds. Drain, deadline and quiet belong to `draining`. */
export interface Change {
	readonly adminState?: AdminState;
	readonly drain?: DrainMode;
	readonly deadline?: number;
	readonly quiet?: number;
	readonly weight?: number;
}

/** A user who reads a page, or looks for a second factor, comes back within this. */
const QUIET_MS = 300_000;

/** How often to call {@link AdminStates.advanceDrains}, in milliseconds. */
export const DRAIN_CHECK_INTERVAL_MS = 250;

/** What was set at run time, on top of what the file said then. */
interface Setting {
	readonly fileState: AdminState;
	readonly fileWeight: number;
	readonly adminState: AdminState;
	readonly weight: number;
	readonly drain: Drain | null;
}

/** When a draining member was last busy. */
interface Activity {
	attempts: number;
	/** By the clock that never goes back. */
	at: number;
	wasEmpty: boolean;
}

/**
 * What operators want of the members at run time: admin states, drains with their deadlines, weights. The scoreboard, which the workers see, knows a hard drain as `disabled`:
 * the member gets nothing more. Members are known by name, so that this outlives a reload. Lifetime: process.
 */
export class AdminStates {
	readonly #view: ProcessView;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #settings = new Map<string, Setting>();
	readonly #activity = new Map<string, Activity>();

	constructor(view: ProcessView, clock: Clock, log: Log) {
		this.#view = view;
		this.#clock = clock;
		this.#log = log;
		this.reloaded();
	}

	/** As wanted: a member in a hard drain is `draining`. @param member index in the plan */
	adminState(member: number): AdminState {
		const { name, adminState } = this.#member(member);
		return this.#settings.get(name)?.adminState ?? adminState;
	}

	weight(member: number): number {
		return this.#view.board.weight(this.#view.slotOf(member));
	}

	/** Null: it does not drain. */
	drain(member: number): Drain | null {
		return this.#settings.get(this.#member(member).name)?.drain ?? null;
	}

	progress(member: number): DrainProgress {
		const { board } = this.#view;
		const { name } = this.#member(member);
		const at = this.#activity.get(name)?.at;
		return {
			...this.#view.affinityCounts(name),
			inFlight: board.inFlight(this.#view.slotOf(member)),
			quietFor: at === undefined ? 0 : Math.round(this.#clock.now() - at),
		};
	}

	/** All workers see it with their next pick. @param members indexes in the plan */
	change(members: readonly number[], change: Change): void {
		for (const member of members) {
			const { name, adminState: fileState, weight: fileWeight } = this.#member(member);
			const before = this.#settings.get(name);
			const adminState = change.adminState ?? this.adminState(member);
			const keeps = change.adminState === undefined;
			const drain = keeps ? (before?.drain ?? null) : adminState === "draining" ? this.#newDrain(change, before?.drain ?? null) : null;
			this.#settings.set(name, { fileState, fileWeight, adminState, weight: change.weight ?? this.weight(member), drain });
			this.#apply(member);
		}
		this.advanceDrains();
	}

	/** After another plan came into force: what was set at run time stays, unless the file now says something else than it did then. */
	reloaded(): void {
		for (const [index, member] of this.#view.plan.members.entries()) {
			const known = this.#settings.get(member.name);
			const sameState = known?.fileState === member.adminState;
			const adminState = known !== undefined && sameState ? known.adminState : member.adminState;
			const kept = known !== undefined && sameState ? known.drain : null;
			this.#settings.set(member.name, {
				fileState: member.adminState,
				fileWeight: member.weight,
				adminState,
				weight: known?.fileWeight === member.weight ? known.weight : member.weight,
				drain: adminState === "draining" ? (kept ?? this.#newDrain({}, null)) : null,
			});
			this.#apply(index);
		}
		const names = new Set(this.#view.plan.members.map(({ name }) => name));
		for (const name of this.#settings.keys()) if (!names.has(name)) this.#settings.delete(name);
		this.advanceDrains();
	}

	/** Ends drains at their deadline, and records when members become empty. To be called every {@link DRAIN_CHECK_INTERVAL_MS}. */
	advanceDrains(): void {
		for (const index of this.#view.plan.members.keys()) {
			this.#watch(index);
			this.#endInTime(index);
		}
	}

	#endInTime(index: number): void {
		const { name } = this.#member(index);
		const setting = this.#settings.get(name);
		const drain = setting?.drain ?? null;
		if (setting === undefined || drain === null || drain.overdue || drain.deadline === null || this.#clock.wall() < drain.deadline) return;
		const overdue = this.#activity.get(name)?.wasEmpty !== true;
		this.#settings.set(name, { ...setting, drain: { ...drain, mode: "hard", deadline: overdue ? drain.deadline : null, overdue } });
		this.#apply(index);
		if (!overdue) return;
		const { inFlight, sessions, flows } = this.progress(index);
		this.#log.warn("drain_deadline", { member: name, in_flight: inFlight, sessions, flows });
	}

	#watch(index: number): void {
		const { name } = this.#member(index);
		const drain = this.drain(index);
		if (drain === null) {
			this.#activity.delete(name);
			return;
		}
		const slot = this.#view.slotOf(index);
		const attempts = this.#view.board.attempts(slot);
		const now = this.#clock.now();
		const activity = this.#activity.get(name) ?? { attempts: -1, at: now, wasEmpty: false };
		this.#activity.set(name, activity);
		if (activity.attempts !== attempts || this.#view.board.inFlight(slot) > 0) activity.at = now;
		activity.attempts = attempts;
		const empty = isEmpty(drain, this.progress(index));
		if (empty && !activity.wasEmpty) this.#log.info("drain_empty", { member: name, seconds: (this.#clock.wall() - drain.since) / 1000 });
		activity.wasEmpty = empty;
	}

	/** A drain that goes on keeps its beginning. */
	#newDrain({ drain, deadline, quiet }: Change, before: Drain | null): Drain {
		const now = this.#clock.wall();
		return {
			mode: drain ?? "soft",
			since: before?.since ?? now,
			deadline: deadline === undefined ? null : now + deadline,
			overdue: false,
			quiet: quiet ?? QUIET_MS,
		};
	}

	#apply(index: number): void {
		const setting = this.#settings.get(this.#member(index).name);
		if (setting === undefined) return;
		const slot = this.#view.slotOf(index);
		this.#view.board.setAdminState(slot, setting.drain?.mode === "hard" ? "disabled" : setting.adminState);
		this.#view.board.setWeight(slot, setting.weight);
	}

	#member(index: number): { readonly name: string; readonly adminState: AdminState; readonly weight: number } {
		const member = this.#view.plan.members[index];
		if (member === undefined) throw new RangeError(`there is no member ${index}`);
		return member;
	}
}
