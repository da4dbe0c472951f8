import { totalmem } from "node:os";
import { type Command, Option } from "commander";
import { formatProblems, loadConfig } from "../config/load.ts";
import type { ProcessUsage } from "../control/processView.ts";
import { type ConfigSource, Server } from "../control/server.ts";
import { createControlLog } from "../log/control.ts";
import type { Log } from "../log/log.ts";
import type { Plan } from "../plan/plan.ts";
import { configFile, withConfigFile } from "./configFile.ts";

/** What a command may ask of the process: cli.ts alone touches it. */
export interface Process {
	readonly env: Readonly<Record<string, string | undefined>>;
	out(text: string): void;
	err(text: string): void;
	exit(code: number): void;
	/** How a shell starts the program again: `node /opt/portico/dist/src/cli.js`. */
	readonly command: string;
	/** Its output is read by a person, now. */
	readonly isTerminal: boolean;
	/** So is its standard error, which the control log goes to. */
	readonly isLogTerminal: boolean;
	onSignal(signal: "SIGTERM" | "SIGINT" | "SIGUSR1" | "SIGHUP", listener: () => void): void;
	usage(): ProcessUsage;
	/** Bytes that its container may use; 0 or undefined: there is no such limit. */
	constrainedMemory(): number | undefined;
	/** Lines typed at the program; nothing when its input has ended. */
	onLine(listener: (line: string) => void): void;
	/** Its standard input is a terminal. */
	readonly isInputTerminal: boolean;
	/** A line that is typed after the question and not shown; all of standard input, without the newline at its end, if nobody types. */
	readSecret(question: string): Promise<string>;
	/** Asks the person at the terminal for a line; null: there is nobody to ask. */
	readonly ask: ((question: string) => Promise<string>) | null;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
const FORMATS = ["auto", "text", "json"] as const;

interface Options {
	readonly config?: string;
	readonly logLevel: (typeof LEVELS)[number];
	readonly logFormat: (typeof FORMATS)[number];
}

export function register(program: Command, process: Process): void {
	withConfigFile(program.command("run").description("run the load balancer"))
		.addOption(new Option("--log-level <level>", "minimum level of the control log").choices(LEVELS).default("info"))
		.addOption(
			new Option("--log-format <format>", "format of the control log (auto: text on a terminal, otherwise json)")
				.choices(FORMATS)
				.default("auto"),
		)
		.action(async (argument: string | undefined, { config, logLevel, logFormat }: Options) => {
			const file = configFile(argument, config, "run");
			const load = () => loadConfig(file, process.env);
			const loaded = await load();
			if ("problems" in loaded) {
				process.err(formatProblems(loaded.problems));
				return process.exit(1);
			}
			if (loaded.warnings.length > 0) process.err(formatProblems(loaded.warnings, "warning"));
			const pretty = logFormat === "text" || (logFormat === "auto" && process.isLogTerminal);
			const log = createControlLog({ level: logLevel, pretty });
			await serve(loaded.plan, log, process, { file, load });
		});
}

/**
 * Runs until a signal ends it. TERM and INT drain; a second one exits at once; HUP reloads, USR1 reopens the logs. Tests set
 * PORTICO_TICK_MS, so that they do not wait for the next tick; nobody else needs it.
 *
 * @param source where the configuration is read again
 */
export async function serve(
	plan: Plan,
	log: Log,
	process: Process,
	source: ConfigSource,
	onEnd?: () => Promise<void>,
): Promise<Server | null> {
	let server: Server;
	// Without a listener the signal would end a process that is still starting; the file may have changed since it was read.
	let hangUp = (): void => {
		hungUp = true;
	};
	let hungUp = false;
	process.onSignal("SIGHUP", () => hangUp());
	try {
		const { PORTICO_TICK_MS: tick } = process.env;
		const tickMs = tick === undefined ? undefined : Number(tick);
		const memory = Math.min(process.constrainedMemory() || totalmem(), totalmem());
		server = await Server.start(plan, { log, usage: () => process.usage(), memory, source, tickMs });
	} catch (error) {
		process.err(`${error instanceof Error ? error.message : String(error)}\n`);
		await onEnd?.();
		process.exit(1);
		return null;
	}
	let stopping = false;
	const stop = (signal: string) => {
		if (stopping) return process.exit(1);
		stopping = true;
		server.log.info("draining", { signal });
		void server
			.drain()
			.then(() => onEnd?.())
			.then(() => {
				server.log.info("stopped");
				return server.closeLog();
			})
			.then(() => {
				process.exit(0);
			});
	};
	process.onSignal("SIGTERM", () => stop("SIGTERM"));
	process.onSignal("SIGINT", () => stop("SIGINT"));
	process.onSignal("SIGUSR1", () => {
		server.log.info("logs_reopened");
		server.reopenLogs();
	});
	hangUp = () => void server.reload({ by: "SIGHUP" });
	// Last: whoever waits for this line may send a signal as soon as it is there.
	server.log.info("ready", {
		listeners: server.addresses,
		admin: server.adminAddress ?? undefined,
		workers: plan.workers,
		public: plan.publicOrigin,
	});
	if (hungUp) hangUp();
	return server;
}
