#!/usr/bin/env node
/** The command line: argv, signals, exit codes. The only file that touches the process. */
import { createInterface } from "node:readline";
import { Command } from "commander";
import * as check from "./commands/check.ts";
import * as demo from "./commands/demo.ts";
import * as explain from "./commands/explain.ts";
import * as run from "./commands/run.ts";

const host: run.Process = {
	env: process.env,
	out: (text) => void process.stdout.write(text),
	err: (text) => void process.stderr.write(text),
	exit: (code) => process.exit(code),
	onSignal: (signal, listener) => void process.on(signal, listener),
	onLine: (listener) => void createInterface({ input: process.stdin }).on("line", listener),
};

const program = new Command("portico")
	.description("The front door for WSO2: load balancer and reverse proxy for Identity Server and API Manager")
	.showHelpAfterError();
for (const command of [run, check, explain, demo]) command.register(program, host);

try {
	await program.parseAsync(process.argv);
} catch (error) {
	host.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
	host.exit(1);
}
