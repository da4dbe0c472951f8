/** The program as a whole: its commands, usage errors, `--version`. */
import { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { Process } from "./run.ts";

type Register = (program: Command, host: Process) => void;

/** In the order of the help. Each is loaded only if it is used: a running load balancer does not need the demo or the doctor. */
const COMMANDS = new Map<string, () => Promise<{ readonly register: Register }>>([
	["run", () => import("./run.ts")],
	["check", () => import("./check.ts")],
	["explain", () => import("./explain.ts")],
	["doctor", () => import("./doctor.ts")],
	["demo", () => import("./demo.ts")],
	["status", () => import("./status.ts")],
	["drain", () => import("./drain.ts")],
	["enable", () => import("./enable.ts")],
	["disable", () => import("./disable.ts")],
	["weight", () => import("./weight.ts")],
	["maintenance", () => import("./maintenance.ts")],
	["reload", () => import("./reload.ts")],
	["hash-password", () => import("./hashPassword.ts")],
	["completion", () => import("./completion.ts")],
]);

/**
 * Throws a CommanderError from `parseAsync` in place of an exit; its message has been written by then.
 *
 * @param asked the command that is wanted; all are registered where it is none of them
 */
export async function createProgram(host: Process, asked = ""): Promise<Command> {
	const { version, description } = packageJson;
	const program = new Command("portico").description(description).version(version, "-V, --version", "print the version");
	// `explain --version` is the version of a product.
	program.enablePositionalOptions().exitOverride();
	const isCommand = COMMANDS.has(asked);
	program.configureOutput({
		writeOut: (text) => host.out(text),
		writeErr: (text) => host.err(text),
		outputError: (text, write) => write(usageText(text, isCommand ? `portico ${asked}` : "portico")),
	});
	const loads = isCommand ? [COMMANDS.get(asked)] : [...COMMANDS.values()];
	for (const load of loads) (await load?.())?.register(program, host);
	return program;
}

/** Two lines: what is wrong, perhaps with what was meant, and where the rest is. */
function usageText(text: string, command: string): string {
	const problem = text
		.trim()
		.replace(/^error: /, "")
		.replace(/\n+/g, " ");
	return `portico: ${problem}\nSee \`${command} --help\`.\n`;
}
