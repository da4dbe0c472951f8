/** Shared by `enable`, `disable` and `weight`: one change and its result. */
import type { Command } from "commander";
import type { ChangeRequest, MemberReport, NodeReport } from "../admin/model.ts";
import { type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";

const TARGET = "a node (is-1), or one of its members (is-1/servlet)";

/** @param more adds arguments behind the name */
export function targetCommand(program: Command, name: string, description: string, more = (command: Command): Command => command): Command {
	return withAdminOptions(more(program.command(name).description(description).argument("<name>", TARGET)));
}

export async function makeChange(
	name: string,
	file: string | undefined,
	change: ChangeRequest,
	options: AdminOptions,
	process: Process,
): Promise<void> {
	await asking(file, options, process, async (client) => showTarget(await client.change(name, change), options, process));
}

export function showTarget(target: NodeReport | MemberReport, { json }: AdminOptions, process: Process): void {
	process.out(json === true ? `${JSON.stringify(target, null, 2)}\n` : summary(target));
}

function summary(target: NodeReport | MemberReport): string {
	const members = "members" in target ? target.members : [target];
	const lines = members.map(
		({ name, adminState, health, weight, inFlight }) => `${name}: ${adminState}, ${health}, weight ${weight}, ${inFlight} in flight\n`,
	);
	return lines.join("");
}
