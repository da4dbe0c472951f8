import { closeSync, statSync } from "node:fs";
import { systemClock } from "../clock.ts";
import type { AccessLogPlan } from "../plan/log.ts";
import type { SyslogPlan } from "../plan/syslog.ts";
import { type LogFailure, LogFile, openForAppend } from "./logFile.ts";
import { compileFormat, type FormatLine } from "./logFormat.ts";
import type { ExchangeRecord } from "./record.ts";
import { SyslogLog } from "./syslog.ts";

/** Milliseconds that a line waits at most before it is written. */
const FLUSH_EVERY = 1000;

interface Output {
	readonly file: LogFile | SyslogLog;
	readonly format: FormatLine;
	/** What the ids of routes begin with that it covers. */
	readonly services: readonly string[] | null;
}

/**
 * The access logs of one thread. Plans that name the same path share its file. Whatever the disk does, no method throws.
 * Lifetime: process.
 */
export class AccessLog {
	readonly #onFailure: (failure: LogFailure) => void;
	readonly #timer: NodeJS.Timeout;
	#files: ReadonlyMap<string, LogFile | SyslogLog> = new Map();
	#outputs: readonly Output[] = [];
	/** Lines lost in files that are closed. */
	#lost = 0;
	readonly #closing = new Set<Promise<void>>();

	private constructor(onFailure: (failure: LogFailure) => void) {
		this.#onFailure = onFailure;
		this.#timer = setInterval(() => this.flush(), FLUSH_EVERY).unref();
	}

	/**
	 * @param onFailure told of lines that could not be written, once a minute and file
	 * @throws Error if a format is not understood (the configuration has checked it before)
	 */
	static open(plans: readonly AccessLogPlan[], onFailure: (failure: LogFailure) => void = () => {}): AccessLog {
		const log = new AccessLog(onFailure);
		log.replace(plans);
		return log;
	}

	/**
	 * Goes on with these: files that stay are opened afresh, the others are closed when their lines are written. No line is lost.
	 *
	 * @throws Error as {@link open}; nothing has changed then
	 */
	replace(plans: readonly AccessLogPlan[]): void {
		const formats = plans.map((plan) => compileFormat(plan.format, plan.mask));
		const before = this.#files;
		const files = new Map<string, LogFile | SyslogLog>();
		this.#outputs = plans.map(({ path, syslog, services }, index): Output => {
			const key = syslog === null ? path : JSON.stringify(syslog);
			const file = files.get(key) ?? before.get(key) ?? this.#open(path, syslog);
			files.set(key, file);
			return { file, format: formats[index] as FormatLine, services: services?.map((name) => `${name}:`) ?? null };
		});
		this.#files = files;
		for (const [path, file] of before) {
			if (files.has(path)) file.reopen();
			else this.#retire(file);
		}
	}

	#open(path: string, syslog: SyslogPlan | null): LogFile | SyslogLog {
		return syslog === null ? new LogFile(path, this.#onFailure) : new SyslogLog(syslog, this.#onFailure, systemClock.wall);
	}

	#retire(file: LogFile | SyslogLog): void {
		const closed = file.close().then(() => {
			this.#lost += file.dropped;
			this.#closing.delete(closed);
		});
		this.#closing.add(closed);
	}

	/** Lines lost so far. */
	get dropped(): number {
		return [...this.#files.values()].reduce((sum, file) => sum + file.dropped, this.#lost);
	}

	/** Hot path. */
	write(record: ExchangeRecord): void {
		for (const output of this.#outputs) {
			if (output.services === null || covers(output.services, record.routeId)) output.file.append(output.format(record));
		}
	}

	/** After the files were moved away: goes on in new ones. No line is lost. */
	reopen(): void {
		for (const file of this.#files.values()) file.reopen();
	}

	flush(): void {
		for (const file of this.#files.values()) file.flush();
	}

	/** For a thread that is about to die of an error. */
	flushSync(): void {
		for (const file of this.#files.values()) file.flushSync();
	}

	/** Resolves when every line is written, or given up. */
	async close(): Promise<void> {
		clearInterval(this.#timer);
		await Promise.all([...this.#closing, ...[...this.#files.values()].map((file) => file.close())]);
	}
}

/** Hot path. */
function covers(services: readonly string[], routeId: string): boolean {
	for (const prefix of services) if (routeId.startsWith(prefix)) return true;
	return false;
}

/** Its reader need not be there yet: lines are dropped, and counted, until it is. */
function isPipe(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
}

/** Before a plan is put in force: a message for each log file that cannot be opened. */
export function accessLogProblems(plans: readonly AccessLogPlan[]): string[] {
	const problems: string[] = [];
	for (const path of new Set(plans.flatMap((plan) => (plan.syslog === null ? plan.path : [])))) {
		if (path === "-") continue;
		try {
			// Opening a named pipe and closing it again would end its reader.
			if (isPipe(path)) continue;
			closeSync(openForAppend(path));
		} catch (error) {
			problems.push(`cannot open the access log ${path}: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	return problems;
}
