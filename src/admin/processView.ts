import type { AdminState, Health } from "../balance/eligibility.ts";
import type { Problem } from "../config/problem.ts";
import type { MemoryLevel } from "../limit/memoryLevel.ts";
import type { Plan } from "../plan/plan.ts";
import type { LeakRow } from "./leakLedger.ts";
import type { StatusReport } from "./model.ts";

/** The running process as the admin server sees and changes it. Moments are milliseconds since the epoch, durations milliseconds. */
export interface ProcessView {
	/** The active one; another one after a reload. */
	readonly plan: Plan;
	readonly board: MemberBoard;
	/** @param member index in the plan */
	slotOf(member: number): number;
	workers(): WorkerCounts;
	/** Requests that are queued for a member. @param pool index in the plan */
	waiting(pool: number): number;
	/** The process is ending. */
	readonly draining: boolean;
	/** Open connections of clients. */
	readonly connections: number;
	/** What the workers found when they looked last. */
	readonly memory: MemoryReport;
	/** Null: the member's health is not watched. */
	evidence(member: string): MemberEvidence | null;
	/** Internal addresses in responses to clients, since the start. */
	leaks(): readonly LeakRow[];
	/** Clients with affinity to the member. */
	affinityCounts(member: string): AffinityCounts;
	/** In the text format of Prometheus. */
	metrics(status: StatusReport): Promise<string>;
	/** The file that a reload reads, with its whole path. */
	readonly configFile: string;
	/** What a reload would do now; it does nothing. */
	tryReload(): Promise<ReloadOutcome>;
	/**
	 * Puts a service in maintenance, or ends it; what is set lasts over reloads. Returns what is in the way, or null.
	 *
	 * @param service null: the whole instance
	 */
	switchMaintenance(service: string | null, on: boolean, initiator: Initiator): Promise<string | null>;
	/** Reads the configuration again, and applies it if it has no problems. */
	reload(initiator: Initiator): Promise<ReloadOutcome>;
}

/** The initiator of a reload, for the log. */
export interface Initiator {
	/** `loopback`, the id of a token, or a signal. */
	readonly by: string;
	/** Address; nothing for a signal. */
	readonly from?: string;
}

export type ReloadOutcome =
	| {
			readonly ok: true;
			/** What is different now, in words. */
			readonly changes: readonly string[];
			/** What is not, until a restart. */
			readonly restart: readonly string[];
			readonly warnings: readonly Problem[];
	  }
	/** Nothing has changed. */
	| { readonly ok: false; readonly reason: string; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** The part of the scoreboard that is seen and changed here. */
export interface MemberBoard {
	health(slot: number): Health;
	adminState(slot: number): AdminState;
	setAdminState(slot: number, state: AdminState): void;
	weight(slot: number): number;
	setWeight(slot: number, weight: number): void;
	inFlight(slot: number): number;
	/** 0: not known. */
	latency(slot: number): number;
	/** Attempts that have ended. */
	attempts(slot: number): number;
}

export interface WorkerCounts {
	readonly configured: number;
	/** Of them, those that accept. */
	readonly listening: number;
	/** Workers that ended by an error, since the start. */
	readonly deaths: number;
}

/** Bytes. */
export interface MemoryReport {
	readonly level: MemoryLevel;
	readonly used: number;
	readonly limit: number;
	readonly live: number;
}

/** Why a member's health is what it is. */
export interface MemberEvidence {
	/** Since when. */
	readonly since: number;
	readonly cause: string;
	readonly evidence: { readonly text: string };
	/** The node itself requested no new clients. */
	readonly selfDraining: boolean;
}

export interface AffinityCounts {
	/** Clients seen within their idle time. */
	readonly sessions: number;
	/** Logins under way. */
	readonly flows: number;
	/** Portico has run for that time, so no client is missing. */
	readonly complete: boolean;
}
