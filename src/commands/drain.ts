/** `portico drain`: takes a node or member out of the traffic, and tells when it is empty. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { MemberReport, NodeReport } from "../admin/model.ts";
import { type AdminClient, type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import { confirmLast, orphaned } from "./lastNode.ts";
import type { Process } from "./run.ts";
import { drainText, progressText } from "./statusTable.ts";

interface Options extends AdminOptions {
	readonly hard?: boolean;
	readonly deadline?: string;
	readonly quiet?: string;
	readonly wait?: boolean;
	readonly force?: boolean;
}

const EVERY_MS = 500;
/** Exit code: the deadline passed before it was empty. */
const LATE = 2;

export function register(program: Command, process: Process): void {
	withAdminOptions(
		program
			.command("drain")
			.description("send new clients elsewhere; clients that affinity keeps there stay, until the deadline")
			.argument("<name>", "a node (is-1), or one of its members (is-1/servlet)"),
	)
		.option("--hard", "send all clients elsewhere with their next request")
		.option("--deadline <time>", "send those who are left elsewhere after this time: 10m")
		.option("--quiet <time>", "count as empty when nobody came for this time (default: 5m)")
		.option("--wait", "show what is left until it is empty (exit code 0), or the deadline has passed (2)")
		.option("--force", "also if no other node is left to serve")
		.action((name: string, file: string | undefined, options: Options) =>
			asking(file, options, process, async (client) => {
				const { hard, deadline, quiet } = options;
				const pools = options.force === true ? [] : orphaned(await client.status(), name);
				await confirmLast("drain", name, pools, hard === true ? "its clients" : "new clients", process);
				const target = await client.change(name, {
					adminState: "draining",
					drain: hard === true ? "hard" : "soft",
					...(deadline === undefined ? {} : { deadline }),
					...(quiet === undefined ? {} : { quiet }),
				});
				if (options.wait === true) await untilEmpty(client, target, options, process);
				else process.out(options.json === true ? `${JSON.stringify(target, null, 2)}\n` : `${progress(target)}\n`);
			}),
		);
}

async function untilEmpty(client: AdminClient, first: NodeReport | MemberReport, { json }: Options, process: Process): Promise<void> {
	let target = first;
	let shown = "";
	for (;;) {
		const { drain } = target;
		if (drain === null) throw new Error(`${target.name} no longer drains: its state was set to ${target.adminState}`);
		const text = progress(target);
		if (json !== true && text !== shown) process.out(process.isTerminal && shown !== "" ? `\x1b[1A\x1b[2K${text}\n` : `${text}\n`);
		shown = text;
		if (drain.empty || drain.overdue) {
			if (json === true) process.out(`${JSON.stringify(target, null, 2)}\n`);
			if (drain.overdue) process.exit(LATE);
			return;
		}
		await sleep(EVERY_MS);
		target = await client.target(target.name);
	}
}

function progress({ name, drain }: NodeReport | MemberReport): string {
	if (drain === null) return `${name}: not draining`;
	if (drain.overdue)
		return `${name}: the deadline has passed; left: ${progressText(drain)}. All move to other nodes with their next request`;
	return drain.empty ? `${name}: empty` : `${name}: draining (${drainText(drain, Date.now())}), waiting for ${progressText(drain)}`;
}
