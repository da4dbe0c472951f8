import { PorticoError } from "../errors.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Deadlines } from "../transport/deadlines.ts";
import type { Dialler, Transport } from "../transport/transport.ts";
import { type ConnectionKeeper, UpstreamConnection, type UpstreamSettings } from "./http1/connection.ts";

/** What a node with TLS is offered, by ALPN name. */
const ALPN_PROTOCOLS: readonly string[] = ["http/1.1"];

export interface MemberSettings extends UpstreamSettings {
	/** Idle connections kept. */
	readonly maxIdle: number;
}

/** Counts the connections to a member, over all threads. By slot. */
export interface ConnectionGauge {
	/** One more is to be opened; false: there may be no more. */
	open(slot: number): boolean;
	close(slot: number): void;
	/** One that is open carries an event stream from now on, which may last for ever. */
	beginStream(slot: number): void;
	/** In place of `close`. */
	endStream(slot: number): void;
}

/**
 * Milliseconds after which a kept connection is in doubt: its node may be closing it just now. A request that
 * cannot be sent again gets a new one then. (A node that closes for another reason than idleness says so
 * beforehand, with `Connection: close`.)
 */
const DOUBTFUL_MS = 1000;

/** Milliseconds that a member is left aside which could not be connected to. Then one attempt tries it again. */
const ASIDE_MS = 1000;

/**
 * One member as one worker sees it: its keep-alive connections. Lives as long as the worker; a snapshot
 * refers to it.
 */
export class UpstreamMember implements ConnectionKeeper {
	readonly name: string;
	/** Slot on the scoreboard. */
	readonly slot: number;
	readonly plan: MemberPlan;
	/**
	 * No plan in force has it any more: only exchanges that began before may still use it, and what they see
	 * of it is of no interest.
	 */
	removed = false;
	/** Null: the last connection that was tried became ready; else see {@link isAside}. */
	asideUntil: number | null = null;
	#keepsIdle = true;
	readonly #settings: UpstreamSettings;
	readonly #maxIdle: number;
	readonly #deadlines: Deadlines;
	readonly #dialler: Dialler;
	readonly #gauge: ConnectionGauge;
	/** Last in, first out: the ones longest idle age away. */
	readonly #idle: UpstreamConnection<UpstreamMember>[] = [];
	readonly #all = new Set<UpstreamConnection<UpstreamMember>>();

	/** @throws Error if a CA cannot be used */
	constructor(
		transport: Transport,
		plan: MemberPlan,
		slot: number,
		settings: MemberSettings,
		deadlines: Deadlines,
		gauge: ConnectionGauge,
	) {
		this.name = plan.name;
		this.slot = slot;
		this.plan = plan;
		this.#settings = settings;
		this.#maxIdle = settings.maxIdle;
		this.#deadlines = deadlines;
		this.#gauge = gauge;
		this.#dialler = transport.dialler(plan, plan.tls === null ? null : { ...plan.tls, protocols: ALPN_PROTOCOLS });
	}

	/**
	 * A connection for one attempt: an idle one, or (also when `fresh`) a new one. The caller then calls
	 * `start`. Null: there are as many as there may be.
	 *
	 * @param repeatable the request may be sent again should the connection turn out to be closed
	 * @throws PorticoError when a connection cannot even be begun
	 */
	take(fresh: boolean, repeatable: boolean): UpstreamConnection<UpstreamMember> | null {
		const idle = this.#idle.at(-1);
		if (idle !== undefined && !fresh && (repeatable || this.#deadlines.now - idle.idleSince < DOUBTFUL_MS)) {
			this.#idle.pop();
			return idle;
		}
		if (!this.#open(idle)) return null;
		try {
			const connection = new UpstreamConnection<UpstreamMember>(this.#dialler, this, this.#settings, this.#deadlines);
			this.#all.add(connection);
			return connection;
		} catch (cause) {
			this.#gauge.close(this.slot);
			throw new PorticoError("proxy_internal_error", { member: this.name, cause });
		}
	}

	/** @param idle makes room if there is none */
	#open(idle: UpstreamConnection<UpstreamMember> | undefined): boolean {
		if (this.#gauge.open(this.slot)) return true;
		if (idle === undefined) return false;
		idle.abort();
		return this.#gauge.open(this.slot);
	}

	onIdle(connection: UpstreamConnection<UpstreamMember>): boolean {
		if (!this.#keepsIdle || this.#idle.length >= this.#maxIdle) return false;
		this.#idle.push(connection);
		return true;
	}

	onOpened(): void {
		this.asideUntil = null;
	}

	onUnreachable(): void {
		this.asideUntil = this.#deadlines.now + ASIDE_MS;
	}

	/**
	 * Whether other members are to be preferred: it could not be connected to. Once its time is over, the caller that asks first hears
	 * `false` and tries it; the others wait for what that one finds.
	 */
	isAside(): boolean {
		if (this.asideUntil === null) return false;
		if (this.#deadlines.now < this.asideUntil) return true;
		this.asideUntil = this.#deadlines.now + this.#settings.connect + ASIDE_MS;
		return false;
	}

	onStream(): void {
		this.#gauge.beginStream(this.slot);
	}

	onStreamEnd(): boolean {
		if (!this.#gauge.open(this.slot)) return false;
		this.#gauge.endStream(this.slot);
		return true;
	}

	onGone(connection: UpstreamConnection<UpstreamMember>): void {
		if (this.#all.delete(connection)) {
			if (connection.isStream) this.#gauge.endStream(this.slot);
			else this.#gauge.close(this.slot);
		}
		const index = this.#idle.lastIndexOf(connection);
		if (index !== -1) this.#idle.splice(index, 1);
	}

	/** It was found not to work: attempts that could go elsewhere are told. */
	onDown(): void {
		for (const connection of [...this.#all]) connection.onMemberDown();
	}

	get connections(): number {
		return this.#all.size;
	}

	/**
	 * Another plan counts: connections are closed as they become idle. @param removed else there is another
	 * one for the same address
	 */
	retire(removed: boolean): void {
		this.removed = removed;
		this.#keepsIdle = false;
		this.closeIdle();
	}

	/** Closes what is idle; attempts under way go on. */
	closeIdle(): void {
		for (const connection of [...this.#idle]) connection.abort();
	}
}
