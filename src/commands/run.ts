import { totalmem } from "node:os";
import type { Command } from "commander";
import { formatProblems, type Loaded, loadConfig } from "../config/load.ts";
import type { ProcessUsage } from "../control/processView.ts";
import { Server } from "../control/server.ts";
import { createControlLog } from "../log/control.ts";
import type { Log } from "../log/log.ts";
import type { Plan } from "../plan/plan.ts";

/** What a command may ask of the process: cli.ts alone touches it. */
export interface Process {
	readonly env: Readonly<Record<string, string | undefined>>;
	out(text: string): void;
	err(text: string): void;
	exit(code: number): void;
	/** Its output is read by a person, now. */
	readonly isTerminal: boolean;
	onSignal(signal: "SIGTERM" | "SIGINT" | "SIGUSR1" | "SIGHUP", listener: () => void): void;
	usage(): ProcessUsage;
	/** Bytes that its container may use; 0 or undefined: there is no such limit. */
	constrainedMemory(): number | undefined;
	/** Lines typed at the program; nothing when its input has ended. */
	onLine(listener: (line: string) => void): void;
}

export function register(program: Command, process: Process): void {
	program
		.command("run")
		.description("run the load balancer")
		.requiredOption("-c, --config <file>", "configuration file")
		.option("--log-level <level>", "debug, info, warn or error", "info")
		.action(async (options: { config: string; logLevel: string }) => {
			const load = () => loadConfig(options.config, process.env);
			const loaded = await load();
			if ("problems" in loaded) {
				process.err(formatProblems(loaded.problems));
				return process.exit(1);
			}
			if (loaded.warnings.length > 0) process.err(formatProblems(loaded.warnings, "warning"));
			const log = createControlLog({ level: options.logLevel, pretty: false });
			await serve(loaded.plan, log, process, load);
		});
}

/**
 * Runs until a signal ends it. TERM and INT drain; a second one exits at once; HUP reloads, USR1 reopens the logs. Tests set
 * PORTICO_TICK_MS, so that they do not wait for the next tick; nobody else needs it.
 *
 * @param load reads the configuration again
 */
export async function serve(
	plan: Plan,
	log: Log,
	process: Process,
	load: () => Promise<Loaded>,
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
		server = await Server.start(plan, { log, usage: () => process.usage(), memory, load, tickMs });
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
		log.info("draining", { signal });
		void server
			.drain()
			.then(() => onEnd?.())
			.then(() => {
				log.info("stopped");
				process.exit(0);
			});
	};
	process.onSignal("SIGTERM", () => stop("SIGTERM"));
	process.onSignal("SIGINT", () => stop("SIGINT"));
	process.onSignal("SIGUSR1", () => {
		log.info("logs_reopened");
		server.reopenLogs();
	});
	hangUp = () => void server.reload({ by: "SIGHUP" });
	// Last: whoever waits for this line may send a signal as soon as it is there.
	log.info("ready", {
		listeners: server.addresses,
		admin: server.adminAddress ?? undefined,
		workers: plan.workers,
		public: plan.publicOrigin,
	});
	if (hungUp) hangUp();
	return server;
}
