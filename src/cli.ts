#!/usr/bin/env -S node --disable-sigusr1
/** The command line: argv, signals, exit codes. The only file that touches the process. */
import { createInterface } from "node:readline";
import { Command } from "commander";
import type { Process } from "./commands/run.ts";
import { nameSourceLines } from "./log/sourceLines.ts";

nameSourceLines();

// Node opens its debugger on USR1 until somebody listens; log rotation may send it while Portico is still starting.
process.on("SIGUSR1", () => {});

const host: Process = {
	env: process.env,
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
	exit: (code) => process.exit(code),
	isTerminal: process.stdout.isTTY === true,
	usage: () => {
		const { user, system } = process.cpuUsage();
		return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
	},
	constrainedMemory: () => process.constrainedMemory(),
	onSignal: (signal, listener) => void process.on(signal, listener),
	onLine: (listener) => void createInterface({ input: process.stdin }).on("line", listener),
};

const program = new Command("portico")
	.description("The front door for WSO2: load balancer and reverse proxy for Identity Server and API Manager")
	.showHelpAfterError();
/** In the order of the help. Only what is asked for is loaded: who runs the load balancer has no use for the demo, or for the doctor. */
const commands = new Map<string, () => Promise<{ register(program: Command, host: Process): void }>>([
	["run", () => import("./commands/run.ts")],
	["check", () => import("./commands/check.ts")],
	["explain", () => import("./commands/explain.ts")],
	["doctor", () => import("./commands/doctor.ts")],
	["demo", () => import("./commands/demo.ts")],
	["status", () => import("./commands/status.ts")],
	["drain", () => import("./commands/drain.ts")],
	["enable", () => import("./commands/enable.ts")],
	["disable", () => import("./commands/disable.ts")],
	["weight", () => import("./commands/weight.ts")],
	["reload", () => import("./commands/reload.ts")],
]);
const asked = commands.get(process.argv[2] ?? "");
for (const load of asked === undefined ? commands.values() : [asked]) (await load()).register(program, host);

try {
	await program.parseAsync(process.argv);
} catch (error) {
	host.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
	host.exit(1);
}
