import type { PorticoError } from "../errors.ts";
import type { ExchangeRecord } from "../log/record.ts";
import type { Attempt } from "./attempt.ts";

/**
 * What is reported of exchanges: log, counters, health verdicts and, later, traces listen. An attempt carries the time of each of its phases.
 * Lifetime: process.
 */
export interface ExchangeObserver {
	/** The member has responded in full and in order, or switched protocols. */
	attemptResponded(attempt: Attempt): void;
	/** @param retried another attempt follows */
	attemptFailed(attempt: Attempt, error: PorticoError, retried: boolean): void;
	/** It is over, however it went: its bytes and times are final. */
	attemptEnded(attempt: Attempt): void;
	/** Comes once for each exchange. @param error what went wrong, or null */
	exchangeEnded(record: ExchangeRecord, error: PorticoError | null): void;
}
