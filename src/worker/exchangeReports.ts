import type { TurnClock } from "../clock.ts";
import type { PorticoError } from "../errors.ts";
import type { Attempt } from "../exchange/attempt.ts";
import type { ExchangeObserver } from "../exchange/observer.ts";
import { verdictOfError, verdictOfStatus } from "../health/verdict.ts";
import type { AccessLog } from "../log/accessLog.ts";
import type { ExchangeRecord } from "../log/record.ts";
import type { Scoreboard } from "../scoreboard/scoreboard.ts";
import type { ErrorReports } from "./errorReports.ts";

/** What becomes of exchanges: health verdicts, the members' traffic, counters, the logs. Lifetime: process. */
export class ExchangeReports implements ExchangeObserver {
	readonly #scoreboard: Scoreboard;
	readonly #accessLog: AccessLog;
	readonly #errors: ErrorReports;
	readonly #clock: TurnClock;

	constructor(scoreboard: Scoreboard, accessLog: AccessLog, errors: ErrorReports, clock: TurnClock) {
		this.#scoreboard = scoreboard;
		this.#accessLog = accessLog;
		this.#errors = errors;
		this.#clock = clock;
	}

	attemptResponded({ member, status, routed }: Attempt): void {
		if (!member.removed) this.#scoreboard.addVerdict(member.slot, verdictOfStatus(status), routed.request.clientAddress);
	}

	attemptFailed({ member, reused, status, routed }: Attempt, error: PorticoError, retried: boolean): void {
		this.#errors.report(error, "attempt_failed");
		if (retried) this.#scoreboard.counters.retried();
		// A status that is retried says about the member what it would say if the client got it.
		const verdict = error.code === "http_response_status" ? verdictOfStatus(status) : verdictOfError(error.code, reused);
		if (verdict !== null && !member.removed) this.#scoreboard.addVerdict(member.slot, verdict, routed.request.clientAddress);
	}

	attemptEnded({ member, sentBytes, receivedBytes, latency }: Attempt): void {
		if (!member.removed) this.#scoreboard.addAttempt(member.slot, sentBytes, receivedBytes, latency, this.#clock.wall);
	}

	exchangeEnded(record: ExchangeRecord, error: PorticoError | null): void {
		// A fault of Portico's own happens before there is an attempt: nothing else would log its cause.
		if (error?.code === "proxy_internal_error") this.#errors.report(error, "attempt_failed");
		// Whoever points a name at Portico, or forgets a port in the file, looks for it here.
		if (error?.code === "misdirected_request") this.#errors.report(error, "host_unknown", record.clientAddress);
		this.#accessLog.write(record);
		this.#scoreboard.counters.exchange(record);
		if (error !== null) this.#scoreboard.counters.failed(error.code);
	}
}
