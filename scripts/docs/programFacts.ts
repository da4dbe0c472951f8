/** What the man page and docs/reference/cli.md say about the program besides its commands and options. */
import type { Process } from "../../src/commands/run.ts";

/** For a program whose commands are defined but never run. */
export const NO_PROCESS: Process = {
	env: {},
	out: () => {},
	err: () => {},
	exit: () => {},
	command: "portico",
	isTerminal: false,
	isLogTerminal: false,
	isInputTerminal: false,
	readSecret: async () => "",
	usage: () => ({ cpuSeconds: 0, residentBytes: 0 }),
	constrainedMemory: () => 0,
	onSignal: () => {},
	onLine: () => {},
	ask: null,
};

type Row = readonly [name: string, meaning: string];

export const EXIT_CODES: readonly Row[] = [
	["0", "The command succeeded. For run: Portico drained after a signal."],
	[
		"1",
		"The command failed: the configuration has problems, Portico cannot listen on an address, explain shows a refused request, doctor found only warnings, or the running Portico refused the command.",
	],
	["2", "drain --wait: the deadline passed first. doctor: errors."],
	["3", "The command line is wrong; the message has two lines. doctor: nothing could be checked."],
	["141", "The reader of the output is gone, as in: portico explain --preset wso2-is | head -1"],
];

export const FILES: readonly Row[] = [
	[
		"portico.yaml",
		"The configuration in the working directory, if the command line names no other. docs/reference/config.md describes it.",
	],
];

export const ENVIRONMENT: readonly Row[] = [
	["PORTICO_ADMIN_TOKEN", "Token for the commands that connect to a running Portico."],
	["NO_COLOR", "If set, the output has no colors."],
];

export const SIGNALS: readonly Row[] = [
	[
		"TERM, INT",
		"Drain and exit with 0. Every response closes its connection (`Connection: close`). The port closes after 0.1 s, or later while clients still wait to be accepted. Requests in flight finish. Idle connections close after 1 s. WebSocket clients get close code 1001. Connections that are still open after `timeouts.drain` (30s) are closed. A second signal exits at once with 1.",
	],
	["USR1", "Reopen the log files."],
	["HUP", "Read the configuration again and apply it: [Reload](../how-to/reload.md)."],
];
