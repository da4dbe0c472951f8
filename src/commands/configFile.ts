/** Which configuration a command reads: `-c FILE`, or FILE as an argument, or portico.yaml in the working directory. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UsageError } from "./usageError.ts";

/** What is read where nothing is named. */
export const STANDARD_FILE = "portico.yaml";

/** For commands whose last argument may be the file. */
export function withConfigFile(command: Command, about = `configuration file (default: ./${STANDARD_FILE})`): Command {
	return command.argument("[file]", about).option("-c, --config <file>", about);
}

/**
 * @param argument the file as an argument
 * @param option the file with `-c`
 * @throws UsageError if both name one, or neither does and there is no portico.yaml
 */
export function configFile(argument: string | undefined, option: string | undefined, command: string): string {
	const named = namedFile(argument, option);
	if (named !== undefined) return named;
	if (existsSync(STANDARD_FILE)) return STANDARD_FILE;
	throw new UsageError(`there is no ${STANDARD_FILE} in this directory\nName the configuration: portico ${command} FILE`);
}

/**
 * Undefined: none is named.
 * @throws UsageError if both are
 */
export function namedFile(argument: string | undefined, option: string | undefined): string | undefined {
	if (argument !== undefined && option !== undefined)
		throw new UsageError(`${JSON.stringify(argument)} and -c ${option} both set the configuration file; pass only one of them`);
	return argument ?? option;
}
