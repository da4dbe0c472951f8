/** `portico disable`: a node or member gets no more requests; those in flight end in their own time. */
import type { Command } from "commander";
import { type AdminOptions, asking } from "./adminClient.ts";
import { confirmLast, orphaned } from "./lastNode.ts";
import type { Process } from "./run.ts";
import { showTarget, targetCommand } from "./setState.ts";

interface Options extends AdminOptions {
	readonly force?: boolean;
}

export function register(program: Command, process: Process): void {
	targetCommand(program, "disable", "send no more requests to a node or member; those in flight finish")
		.option("--force", "also if no other node is left to serve")
		.action((name: string, file: string | undefined, options: Options) =>
			asking(file, options, process, async (client) => {
				const pools = options.force === true ? [] : orphaned(await client.status(), name);
				await confirmLast("disable", name, pools, "its clients", process);
				showTarget(await client.change(name, { adminState: "disabled" }), options, process);
			}),
		);
}
