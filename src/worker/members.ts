import type { WorkerPlan } from "../control/threads.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { PoolPlan } from "../plan/pool.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import type { Transport } from "../transport/transport.ts";
import { type MemberSettings, UpstreamMember } from "../upstream/member.ts";

export interface MemberChange {
	/** In the plan's order. */
	readonly members: readonly UpstreamMember[];
	/** Puts them in force; idle connections of those that are no more are closed, attempts under way go on. */
	takeOver(): void;
}

/** The members of one worker: one keeps its connections as long as nothing changes that they depend on. Lifetime: process. */
export class UpstreamMembers {
	readonly #transport: Transport;
	readonly #scoreboard: Scoreboard;
	readonly #deadlines: Deadlines;
	#known: ReadonlyMap<string, UpstreamMember> = new Map();
	/** Of earlier plans, as long as they have connections. */
	readonly #retired = new Set<UpstreamMember>();

	constructor(transport: Transport, scoreboard: Scoreboard, deadlines: Deadlines) {
		this.#transport = transport;
		this.#scoreboard = scoreboard;
		this.#deadlines = deadlines;
	}

	/** @throws Error when a CA cannot be used */
	prepare({ plan, slots }: WorkerPlan): MemberChange {
		const pools = new Map(plan.pools.flatMap((pool) => pool.members.map((member) => [member, pool] as const)));
		const all = new Map<string, UpstreamMember>();
		const members = plan.members.map((member, index) => {
			const settings = settingsOf(plan, pools.get(index));
			const slot = slots.members[index] ?? index;
			const key = keyOf(member, slot, settings);
			const one = this.#known.get(key) ?? this.#make(member, slot, settings);
			all.set(key, one);
			return one;
		});
		const takeOver = (): void => {
			const slots = new Set(members.map(({ slot }) => slot));
			for (const [key, member] of this.#known) {
				if (all.has(key)) continue;
				member.retire(!slots.has(member.slot));
				this.#retired.add(member);
			}
			this.#known = all;
		};
		return { members, takeOver };
	}

	/** To be called again and again: exchanges leave members that went down, also those that began with an earlier plan. */
	look(): void {
		for (const member of this.#known.values()) this.#leaveIfDown(member);
		for (const member of this.#retired) {
			if (member.connections === 0) this.#retired.delete(member);
			else if (!member.removed) this.#leaveIfDown(member);
		}
	}

	/** Closes connections that carry nothing. */
	closeIdle(): void {
		for (const member of this.#known.values()) member.closeIdle();
	}

	#leaveIfDown(member: UpstreamMember): void {
		if (this.#scoreboard.health(member.slot) === "down" && !this.#scoreboard.ejected(member.slot)) member.onDown();
	}

	#make(member: MemberPlan, slot: number, { maxConnections, ...settings }: Settings): UpstreamMember {
		const board = this.#scoreboard;
		const gauge = {
			open: (slot: number) => board.openUpstream(slot, maxConnections),
			close: (slot: number) => board.closeUpstream(slot),
			beginStream: (slot: number) => board.beginStream(slot),
			endStream: (slot: number) => board.endStream(slot),
		};
		return new UpstreamMember(this.#transport, member, slot, settings, this.#deadlines, gauge);
	}
}

interface Settings extends MemberSettings {
	readonly maxConnections: number;
}

function settingsOf({ limits, timeouts }: Plan, pool: PoolPlan | undefined): Settings {
	return {
		headBytes: limits.responseHead,
		headerFields: limits.headerFields,
		connect: timeouts.connect,
		idle: pool?.keepAlive.idle ?? 0,
		maxRequests: pool?.keepAlive.maxRequests ?? 1,
		maxIdle: pool?.keepAlive.maxIdle ?? 0,
		maxConnections: pool?.overload.maxConnections ?? 0,
	};
}

/** Weight and admin state stand on the scoreboard. */
function keyOf({ weight: _, adminState: __, ...member }: MemberPlan, slot: number, settings: Settings): string {
	return JSON.stringify([member, slot, settings]);
}
