import type { MemberPlan } from "../plan.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import { type ConnectionKeeper, UpstreamConnection, type UpstreamSettings } from "./connection.ts";
import { MemberTls } from "./memberTls.ts";

/** One member as one worker sees it: its keep-alive connections. Lives as long as the worker; a snapshot refers to it. */
export class UpstreamMember implements ConnectionKeeper {
	readonly name: string;
	/** Slot on the scoreboard. */
	readonly slot: number;
	readonly plan: MemberPlan;
	readonly weight: number;
	readonly #settings: UpstreamSettings;
	readonly #maxIdle: number;
	readonly #deadlines: Deadlines;
	readonly #tls: MemberTls | null;
	/** Last in, first out: the ones longest idle age away. */
	readonly #idle: UpstreamConnection[] = [];
	readonly #all = new Set<UpstreamConnection>();

	constructor(plan: MemberPlan, slot: number, settings: UpstreamSettings, maxIdle: number, deadlines: Deadlines) {
		this.name = plan.name;
		this.slot = slot;
		this.plan = plan;
		this.weight = plan.weight;
		this.#settings = settings;
		this.#maxIdle = maxIdle;
		this.#deadlines = deadlines;
		this.#tls = plan.tls === null ? null : new MemberTls(plan.tls);
	}

	/** A connection for one attempt: an idle one, or (also when `fresh`) a new one. The caller then calls `assign`. */
	take(fresh: boolean): UpstreamConnection {
		const idle = fresh ? undefined : this.#idle.pop();
		if (idle !== undefined) return idle;
		const connection = new UpstreamConnection(this.plan, this.#tls, this, this.#settings, this.#deadlines);
		this.#all.add(connection);
		return connection;
	}

	onIdle(connection: UpstreamConnection): boolean {
		if (this.#idle.length >= this.#maxIdle) return false;
		this.#idle.push(connection);
		return true;
	}

	onGone(connection: UpstreamConnection): void {
		this.#all.delete(connection);
		const index = this.#idle.lastIndexOf(connection);
		if (index !== -1) this.#idle.splice(index, 1);
	}

	get connections(): number {
		return this.#all.size;
	}

	/** Closes what is idle; attempts under way go on. */
	closeIdle(): void {
		for (const connection of [...this.#idle]) connection.abandon();
	}
}
