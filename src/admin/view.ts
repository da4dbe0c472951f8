import type { AdminState, Health } from "../balance/eligibility.ts";
import type { Problem } from "../config/problem.ts";
import type { Plan } from "../plan/plan.ts";
import type { LeakRow } from "./leakLedger.ts";
import type { StatusReport } from "./model.ts";

/** What the admin server may see and change of the running process. Moments are milliseconds since the epoch, durations milliseconds. */
export interface AdminView {
	/** The one in force; another one after a reload. */
	readonly plan: Plan;
	readonly board: MemberBoard;
	/** @param member index in the plan */
	slotOf(member: number): number;
	workers(): WorkerCounts;
	/** Requests that wait for a member. @param pool index in the plan */
	waiting(pool: number): number;
	/** The process is ending. */
	readonly draining: boolean;
	/** Open connections of clients. */
	readonly connections: number;
	/** Null: nobody watches the member's health. */
	evidence(member: string): MemberEvidence | null;
	/** What left for clients and names places behind Portico, since the start. */
	leaks(): readonly LeakRow[];
	/** What affinity still keeps on the member. */
	kept(member: string): KeptClients;
	/** In the text format of Prometheus. */
	metrics(status: StatusReport): Promise<string>;
	/** Reads the configuration again, and puts it in force if nothing is wrong with it. */
	reload(asker: Asker): Promise<ReloadOutcome>;
}

/** Who asks for something, for the log. */
export interface Asker {
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

/** Why a member's health is what it is. */
export interface MemberEvidence {
	/** Since when. */
	readonly since: number;
	readonly cause: string;
	readonly evidence: { readonly text: string };
	/** The node itself asks for nothing new. */
	readonly selfDraining: boolean;
}

export interface KeptClients {
	/** Clients seen within their idle time. */
	readonly sessions: number;
	/** Logins under way. */
	readonly flows: number;
	/** Portico has run for that time, so that nobody else is kept. */
	readonly complete: boolean;
}
