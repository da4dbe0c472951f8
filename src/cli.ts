#!/usr/bin/env -S node --disable-sigusr1
/** The command line: argv, signals, exit codes. The only file that touches the process. */
import { createInterface } from "node:readline";
import { Command } from "commander";
import * as check from "./commands/check.ts";
import * as demo from "./commands/demo.ts";
import * as disable from "./commands/disable.ts";
import * as doctor from "./commands/doctor.ts";
import * as drain from "./commands/drain.ts";
import * as enable from "./commands/enable.ts";
import * as explain from "./commands/explain.ts";
import * as reload from "./commands/reload.ts";
import * as run from "./commands/run.ts";
import * as status from "./commands/status.ts";
import * as weight from "./commands/weight.ts";

// Node opens its debugger on USR1 until somebody listens; log rotation may send it while Portico is still starting.
process.on("SIGUSR1", () => {});

const host: run.Process = {
	env: process.env,
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
	exit: (code) => process.exit(code),
	isTerminal: process.stdout.isTTY === true,
	usage: () => {
		const { user, system } = process.cpuUsage();
		return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
	},
	onSignal: (signal, listener) => void process.on(signal, listener),
	onLine: (listener) => void createInterface({ input: process.stdin }).on("line", listener),
};

const program = new Command("portico")
	.description("The front door for WSO2: load balancer and reverse proxy for Identity Server and API Manager")
	.showHelpAfterError();
for (const command of [run, check, explain, doctor, demo, status, drain, enable, disable, weight, reload]) command.register(program, host);

try {
	await program.parseAsync(process.argv);
} catch (error) {
	host.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
	host.exit(1);
}
