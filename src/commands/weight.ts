/** `portico weight`: changes the share of the traffic of a node or member. */
import { type Command, InvalidArgumentError } from "commander";
import type { AdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";
import { makeChange, targetCommand } from "./setState.ts";

export function register(program: Command, process: Process): void {
	targetCommand(program, "weight", "change a node's or member's share of the traffic", (command) =>
		command.argument("<weight>", "1 to 1000, relative to the weights of the other nodes", parseWeight),
	).action((name: string, weight: number, file: string | undefined, options: AdminOptions) =>
		makeChange(name, file, { weight }, options, process),
	);
}

function parseWeight(text: string): number {
	const weight = Number(text);
	if (!/^\d{1,4}$/.test(text) || weight < 1 || weight > 1000)
		throw new InvalidArgumentError("A weight must be from 1 to 1000. Use drain for a node that should get no new clients.");
	return weight;
}
