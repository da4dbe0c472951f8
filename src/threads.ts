/** What the control thread and a worker say to each other. Nothing here is on the way of an exchange. */
import type { LogFields } from "./log/log.ts";
import type { Plan } from "./plan.ts";
import type { SharedScoreboard } from "./scoreboard/scoreboard.ts";

/** What a worker is started with. */
export interface WorkerStart {
	readonly index: number;
	readonly plan: Plan;
	readonly scoreboard: SharedScoreboard;
	/** Scoreboard slot of each member, in the plan's order. */
	readonly slots: readonly number[];
	/** 48 bytes. */
	readonly ticketKeys: Uint8Array;
}

export type ToWorker =
	/** Stop accepting; end when what is in flight has ended, or after the drain timeout. */
	{ readonly kind: "drain" } | { readonly kind: "reopenLogs" };

export type FromWorker =
	| { readonly kind: "listening" }
	/** A listener could not be opened: `problem` is for the operator. */
	| { readonly kind: "failed"; readonly problem: string }
	| { readonly kind: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly event: string; readonly fields: LogFields }
	/** Everything has ended; `cut` exchanges did not end in time. */
	| { readonly kind: "drained"; readonly cut: number };
