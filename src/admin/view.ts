import type { AdminState, Health } from "../health/eligibility.ts";
import type { Plan } from "../plan.ts";
import type { StatusReport } from "./model.ts";

/** What the admin server may see and change of the running process. Moments are milliseconds since the epoch, durations milliseconds. */
export interface AdminView {
	/** The one in force; another one after a reload. */
	readonly plan: Plan;
	readonly board: MemberBoard;
	/** @param member index in the plan */
	slotOf(member: number): number;
	workers(): WorkerCounts;
	/** The process is ending. */
	readonly draining: boolean;
	/** Open connections of clients. */
	readonly connections: number;
	/** Null: nobody watches the member's health. */
	evidence(member: string): MemberEvidence | null;
	/** What affinity still keeps on the member. */
	kept(member: string): KeptClients;
	/** In the text format of Prometheus. */
	metrics(status: StatusReport): Promise<string>;
}

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

/** Null where it is not known. */
export interface KeptClients {
	readonly sessions: number | null;
	readonly flows: number | null;
}
