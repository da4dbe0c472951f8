import { closeSync } from "node:fs";
import type { AccessLogPlan } from "../plan.ts";
import { type LogFailure, LogFile, openForAppend } from "./logFile.ts";
import { compileFormat, type FormatLine } from "./logFormat.ts";
import type { ExchangeRecord } from "./record.ts";

/** Milliseconds that a line waits at most before it is written. */
const FLUSH_EVERY = 1000;

interface Output {
	readonly file: LogFile;
	readonly format: FormatLine;
	readonly services: readonly number[] | null;
}

/**
 * The access logs of one thread. Plans that name the same path share its file. No method throws, whatever the disk does. Lifetime: snapshot.
 */
export class AccessLog {
	readonly #files: readonly LogFile[];
	readonly #outputs: readonly Output[];
	readonly #timer: NodeJS.Timeout;

	private constructor(files: readonly LogFile[], outputs: readonly Output[]) {
		this.#files = files;
		this.#outputs = outputs;
		this.#timer = setInterval(() => this.flush(), FLUSH_EVERY).unref();
	}

	/**
	 * @param onFailure told of lines that could not be written, once a minute and file
	 * @throws Error if a format is not understood (the configuration has checked it before)
	 */
	static open(plans: readonly AccessLogPlan[], onFailure: (failure: LogFailure) => void = () => {}): AccessLog {
		const formats = plans.map((plan) => compileFormat(plan.format, plan.mask));
		const files = new Map<string, LogFile>();
		const outputs = plans.map((plan, index): Output => {
			const file = files.get(plan.path) ?? new LogFile(plan.path, onFailure);
			files.set(plan.path, file);
			return { file, format: formats[index] as FormatLine, services: plan.services };
		});
		return new AccessLog([...files.values()], outputs);
	}

	/** Lines lost so far. */
	get dropped(): number {
		return this.#files.reduce((sum, file) => sum + file.dropped, 0);
	}

	/** Hot path. */
	write(record: ExchangeRecord): void {
		for (const output of this.#outputs) {
			if (output.services === null || output.services.includes(record.service)) output.file.append(output.format(record));
		}
	}

	/** After the files were moved away: goes on in new ones. No line is lost. */
	reopen(): void {
		for (const file of this.#files) file.reopen();
	}

	flush(): void {
		for (const file of this.#files) file.flush();
	}

	/** For a thread that is about to die of an error. */
	flushSync(): void {
		for (const file of this.#files) file.flushSync();
	}

	/** Resolves when every line is written, or given up. */
	async close(): Promise<void> {
		clearInterval(this.#timer);
		await Promise.all(this.#files.map((file) => file.close()));
	}
}

/** For the start: a message for each log file that cannot be opened. */
export function accessLogProblems(plans: readonly AccessLogPlan[]): string[] {
	const problems: string[] = [];
	for (const path of new Set(plans.map((plan) => plan.path))) {
		if (path === "-") continue;
		try {
			closeSync(openForAppend(path));
		} catch (error) {
			problems.push(`cannot open the access log ${path}: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	return problems;
}
