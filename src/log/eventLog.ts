/** The control log, and beside it a syslog server that a reload may change. Lifetime: process. */
import type { EventLogPlan } from "../plan/syslog.ts";
import { cleanFields } from "./control.ts";
import type { Log, LogFields } from "./log.ts";
import { SyslogLog } from "./syslog.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];
/** RFC 5424 section 6.2.1. */
const SEVERITIES: Readonly<Record<Level, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

export class EventLog implements Log {
	readonly #log: Log;
	readonly #wall: () => number;
	#plan: EventLogPlan | null = null;
	#syslog: SyslogLog | null = null;
	/** Messages lost at servers that are not used any more. */
	#lost = 0;

	/** @param log where events go in any case @param wall milliseconds since the epoch */
	constructor(log: Log, wall: () => number) {
		this.#log = log;
		this.#wall = wall;
	}

	/** Events that syslog did not get. */
	get dropped(): number {
		return this.#lost + (this.#syslog?.dropped ?? 0);
	}

	follow(plan: EventLogPlan | null): void {
		if (JSON.stringify(plan) === JSON.stringify(this.#plan)) return;
		void this.close();
		this.#plan = plan;
		if (plan === null) return;
		// Not to itself: it would never be quiet again.
		const onFailure = ({ path, reason, dropped }: { path: string; reason: string; dropped: number }): void =>
			this.#log.error("event_log_failed", { path, cause: reason, dropped });
		this.#syslog = new SyslogLog(plan.syslog, onFailure, this.#wall);
	}

	/** Resolves when all is sent, or given up. */
	async close(): Promise<void> {
		const syslog = this.#syslog;
		this.#syslog = null;
		this.#plan = null;
		await syslog?.close();
		this.#lost += syslog?.dropped ?? 0;
	}

	debug(event: string, fields?: LogFields): void {
		this.#tell("debug", event, fields);
	}

	info(event: string, fields?: LogFields): void {
		this.#tell("info", event, fields);
	}

	warn(event: string, fields?: LogFields): void {
		this.#tell("warn", event, fields);
	}

	error(event: string, fields?: LogFields): void {
		this.#tell("error", event, fields);
	}

	#tell(level: Level, event: string, fields: LogFields = {}): void {
		this.#log[level](event, fields);
		if (this.#plan === null || LEVELS.indexOf(level) < LEVELS.indexOf(this.#plan.level)) return;
		this.#syslog?.write(SEVERITIES[level], event, JSON.stringify({ msg: event, ...cleanFields(fields) }));
	}
}
