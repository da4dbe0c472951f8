/** When a draining member is empty. Pure. */
import type { AffinityCounts } from "./processView.ts";

/**
 * `soft`: clients that affinity keeps on the member stay, new ones go elsewhere; `hard`: all go elsewhere with their next request. What is in flight
 * ends in its own time in both.
 */
export type DrainMode = "soft" | "hard";

/** Moments are milliseconds since the epoch, durations milliseconds. */
export interface Drain {
	readonly mode: DrainMode;
	readonly since: number;
	/** When a soft drain becomes a hard one; null: never. */
	readonly deadline: number | null;
	/** The deadline passed before the member was empty. */
	readonly overdue: boolean;
	/** How long nobody may have come until a soft drain counts as empty, while not all sessions are known. */
	readonly quiet: number;
}

export interface DrainProgress extends AffinityCounts {
	readonly inFlight: number;
	/** Milliseconds since the member was last seen at work. */
	readonly quietFor: number;
}

export function isEmpty({ mode, quiet }: Pick<Drain, "mode" | "quiet">, remains: DrainProgress): boolean {
	const { inFlight, sessions, flows, complete, quietFor } = remains;
	if (inFlight > 0) return false;
	if (mode === "hard") return true;
	return sessions + flows === 0 && (complete || quietFor >= quiet);
}
