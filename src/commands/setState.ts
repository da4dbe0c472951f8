/** What `enable`, `disable` and `weight` share: one change, and what came of it. */
import type { Command } from "commander";
import type { ChangeRequest, MemberReport, NodeReport } from "../admin/model.ts";
import { type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";

const TARGET = "a node (is-1), or one of its members (is-1/servlet)";

export function targetCommand(program: Command, name: string, description: string): Command {
	return withAdminOptions(program.command(name).description(description).argument("<name>", TARGET));
}

export async function makeChange(name: string, change: ChangeRequest, options: AdminOptions, process: Process): Promise<void> {
	await asking(options, process, async (client) => {
		const target = await client.change(name, change);
		process.out(options.json === true ? `${JSON.stringify(target, null, 2)}\n` : summary(target));
	});
}

function summary(target: NodeReport | MemberReport): string {
	const members = "members" in target ? target.members : [target];
	const lines = members.map(
		({ name, adminState, health, weight, inFlight }) => `${name}: ${adminState}, ${health}, weight ${weight}, ${inFlight} in flight\n`,
	);
	return lines.join("");
}
