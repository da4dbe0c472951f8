import { Command } from "commander";
import type { Process } from "./run.ts";
import { UsageError } from "./usageError.ts";

export interface Ran {
	readonly out: string;
	readonly err: string;
	/** 0 unless the command asked for another. */
	readonly code: number;
}

type Register = (program: Command, process: Process) => void;

/** Runs a command as cli.ts does, and collects what it says. @param onOut hears what it says meanwhile */
export async function runCommand(
	register: Register,
	words: readonly string[],
	env: Process["env"] = {},
	onOut: (text: string) => void = () => {},
	ask: Process["ask"] = null,
): Promise<Ran> {
	let [out, err, code] = ["", "", 0];
	const host: Process = {
		env,
		out: (text) => {
			out += text;
			onOut(text);
		},
		err: (text) => {
			err += text;
		},
		exit: (exitCode) => {
			code = exitCode;
		},
		onSignal: () => {},
		constrainedMemory: () => undefined,
		usage: () => ({ cpuSeconds: 0, residentBytes: 0 }),
		command: "portico",
		isTerminal: false,
		isLogTerminal: false,
		isInputTerminal: false,
		readSecret: async () => "",
		onLine: () => {},
		ask,
	};
	const program = new Command("portico").exitOverride();
	register(program, host);
	await program.parseAsync(["node", "portico", ...words]).catch((error: unknown) => {
		if (!(error instanceof UsageError)) throw error;
		err += `portico: ${error.message}\n`;
		code = 3;
	});
	return { out, err, code };
}
