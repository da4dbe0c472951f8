/** `portico disable`: a node or member gets no more requests; those in flight end in their own time. */
import type { Command } from "commander";
import type { AdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";
import { makeChange, targetCommand } from "./setState.ts";

export function register(program: Command, process: Process): void {
	targetCommand(program, "disable", "send no more requests to a node or member; those in flight finish").action(
		(name: string, options: AdminOptions) => makeChange(name, { adminState: "disabled" }, options, process),
	);
}
