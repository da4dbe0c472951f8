/** `portico enable`: a node or member accepts new clients again. */
import type { Command } from "commander";
import type { AdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";
import { makeChange, targetCommand } from "./setState.ts";

export function register(program: Command, process: Process): void {
	targetCommand(program, "enable", "let a node or member accept new clients again").action(
		(name: string, file: string | undefined, options: AdminOptions) => makeChange(name, file, { adminState: "enabled" }, options, process),
	);
}
