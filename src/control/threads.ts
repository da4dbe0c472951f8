/** What the control thread and a worker say to each other. Nothing here is on the way of an exchange. */

import type { LogFields } from "../log/log.ts";
import type { Plan } from "../plan/plan.ts";
import type { LeakCount } from "../rewrite/leakWatch.ts";
import type { SharedScoreboard } from "../scoreboard/scoreboard.ts";
import type { PlanSlots } from "./reload/slots.ts";

/** A plan and where it stands on the scoreboard. */
export interface WorkerPlan {
	readonly plan: Plan;
	readonly slots: PlanSlots;
}

/** What a worker is started with. */
export interface WorkerStart extends WorkerPlan {
	readonly index: number;
	readonly scoreboard: SharedScoreboard;
	/** 48 bytes. */
	readonly ticketKeys: Uint8Array;
	/** Milliseconds from one look at the time limits to the next, where that is not the usual number. */
	readonly tickMs: number | undefined;
}

/** `round` tells the answers to one reload from those to another. */
export type ToWorker =
	/** Stop accepting; end when what is in flight has ended, or after the drain timeout. */
	| { readonly kind: "drain" }
	| { readonly kind: "reopenLogs" }
	/** Do all that may fail for another plan, and open its new listeners. */
	| ({ readonly kind: "prepare"; readonly round: number } & WorkerPlan)
	/** Put in force what was prepared. */
	| { readonly kind: "commit"; readonly round: number }
	/** Forget what was prepared. */
	| { readonly kind: "abort"; readonly round: number };

export type FromWorker =
	| { readonly kind: "listening" }
	/** A listener could not be opened: `problem` is for the operator. */
	| { readonly kind: "failed"; readonly problem: string }
	| { readonly kind: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly event: string; readonly fields: LogFields }
	/** The level of its memory has changed: the scoreboard has the figures. */
	| { readonly kind: "memory" }
	/** Since the last time; about once a second, if there was anything. */
	| { readonly kind: "leaks"; readonly found: readonly LeakCount[] }
	/** Everything has ended; `cut` exchanges did not end in time. */
	| { readonly kind: "drained"; readonly cut: number }
	/** The response to `prepare`; a problem is for the operator. */
	| { readonly kind: "prepared"; readonly round: number; readonly problem: string | null }
	/** The response to `commit`: the plan is in force, and listeners that it does not have accept nobody any more. */
	| { readonly kind: "committed"; readonly round: number };
