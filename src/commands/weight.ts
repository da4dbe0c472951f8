/** `portico weight`: another share of the traffic for a node or member. */
import { type Command, InvalidArgumentError } from "commander";
import type { AdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";
import { makeChange, targetCommand } from "./setState.ts";

export function register(program: Command, process: Process): void {
	targetCommand(program, "weight", "give a node or member another share of the traffic", (command) =>
		command.argument("<weight>", "1 to 1000; beside the weights of the others", parseWeight),
	).action((name: string, weight: number, file: string | undefined, options: AdminOptions) =>
		makeChange(name, file, { weight }, options, process),
	);
}

function parseWeight(text: string): number {
	const weight = Number(text);
	if (!/^\d{1,4}$/.test(text) || weight < 1 || weight > 1000)
		throw new InvalidArgumentError("A weight is 1 to 1000; use drain for a node that gets nothing new.");
	return weight;
}
