import type { SlowStart } from "../plan/pool.ts";
import { type AdminState, type Health, isEligible } from "./eligibility.ts";
import { keyHash } from "./hash.ts";
import type { PickContext, Picker, Policy, Tried } from "./picker.ts";
import { slowStartFactor, slowStartStep } from "./slowStart.ts";
import { type Spread, spreadOver, type ZoneMember, type ZoneSettings } from "./zones.ts";

/** A member as its place in the plan makes it. */
export interface BalancedMember {
	/** On the scoreboard. */
	readonly slot: number;
	/** One member of it in a pool at most: clients told by a key stay on the node in all pools. */
	readonly node: string;
	readonly zone: string | null;
	readonly standby: boolean;
}

/** What is known and wanted of members at run time; the scoreboard tells it. By slot. */
export interface MemberStates {
	/** Changes whenever any of the others does. */
	readonly generation: number;
	health(slot: number): Health;
	adminState(slot: number): AdminState;
	/** The node itself asks for nothing new. */
	selfDraining(slot: number): boolean;
	/** 0 = no new clients. */
	weight(slot: number): number;
	/** When it came up, in milliseconds since the epoch; 0 = it was up from the start. */
	upSince(slot: number): number;
}

export interface BalanceSettings extends ZoneSettings {
	readonly policy: Policy;
	/** Null: members get their full weight at once. */
	readonly slowStart: SlowStart | null;
}

/**
 * Picks members of a pool: keeps what the policy has made of those that are eligible, and makes it anew when their state changes or a slow start goes one
 * step on. Lifetime: snapshot, in one worker.
 */
export class Balancer {
	readonly #members: readonly BalancedMember[];
	readonly #ids: readonly number[];
	readonly #settings: BalanceSettings;
	readonly #states: MemberStates;
	readonly #context: PickContext;
	#spread: Spread = { levels: [], groups: [] };
	/** By group; those in reserve are made when they are needed. */
	readonly #pickers: Picker[] = [];
	#generation = Number.NaN;
	/** Of the wall clock: between these no slow start goes on by a step. */
	#madeAt = Number.NEGATIVE_INFINITY;
	#staleAt = Number.POSITIVE_INFINITY;

	constructor(members: readonly BalancedMember[], settings: BalanceSettings, states: MemberStates, context: PickContext) {
		this.#members = members;
		this.#ids = members.map(({ node }) => keyHash(node));
		this.#settings = settings;
		this.#states = states;
		this.#context = context;
	}

	/**
	 * Hot path.
	 *
	 * @param key see {@link Picker.pick}
	 * @param tried members that this exchange has failed at
	 * @returns index of a member, or -1 when none is left
	 */
	pick(key: number, tried: readonly Tried[]): number {
		if (this.#states.generation !== this.#generation || this.#staleAt !== Number.POSITIVE_INFINITY) this.#refresh();
		const { groups } = this.#spread;
		for (let at = 0; at < groups.length; at++) {
			const picked = (this.#pickers[at] ?? this.#makePicker(at)).pick(key, tried);
			if (picked !== -1) return groups[at]?.[picked]?.member ?? -1;
		}
		return -1;
	}

	/** How traffic is spread now. */
	get spread(): Spread {
		this.#refresh();
		return this.#spread;
	}

	#refresh(): void {
		const { generation } = this.#states;
		if (generation === this.#generation && (this.#staleAt === Number.POSITIVE_INFINITY || !this.#isStale())) return;
		this.#generation = generation;
		this.#staleAt = Number.POSITIVE_INFINITY;
		this.#madeAt = this.#context.wall();
		this.#spread = spreadOver(
			this.#members.map((member) => this.#observe(member)),
			this.#settings,
		);
		this.#pickers.length = 0;
	}

	/** Also when the clock was set back. */
	#isStale(): boolean {
		const now = this.#context.wall();
		return now >= this.#staleAt || now < this.#madeAt;
	}

	#observe({ slot, zone, standby }: BalancedMember): ZoneMember {
		const health = this.#states.health(slot);
		const adminState = this.#states.adminState(slot);
		const weight = this.#states.weight(slot);
		const eligible = isEligible(health, adminState, this.#states.selfDraining(slot));
		return { zone, standby, weight, factor: eligible ? this.#factor(slot) : 1, eligible };
	}

	#factor(slot: number): number {
		const { slowStart } = this.#settings;
		const upSince = this.#states.upSince(slot);
		if (slowStart === null || upSince === 0) return 1;
		const sinceUp = this.#madeAt - upSince;
		const factor = slowStartFactor(slowStart, sinceUp);
		if (factor < 1) {
			const step = slowStartStep(slowStart);
			const next = upSince + (Math.floor(Math.max(sinceUp, 0) / step) + 1) * step;
			this.#staleAt = Math.min(this.#staleAt, next);
		}
		return factor;
	}

	#makePicker(group: number): Picker {
		const placed = this.#spread.groups[group] ?? [];
		const candidates = placed.map(({ member, weight }) => ({
			slot: this.#members[member]?.slot ?? -1,
			weight,
			id: this.#ids[member] ?? 0,
		}));
		const picker = this.#settings.policy(candidates, this.#context);
		this.#pickers[group] = picker;
		return picker;
	}
}
