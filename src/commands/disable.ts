/** `portico disable`: a node or member gets no more requests; those in flight end in their own time. */
import type { Command } from "commander";
import type { StatusReport } from "../admin/model.ts";
import { type AdminOptions, asking } from "./adminClient.ts";
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
				if (pools.length > 0) await confirm(`no other node can serve ${pools.join(", ")}: without ${name} its clients get 503`, process);
				showTarget(await client.change(name, { adminState: "disabled" }), options, process);
			}),
		);
}

/** The pools that nobody would serve without this node or member, of those that it serves now. */
export function orphaned({ services }: StatusReport, name: string): string[] {
	const members = services.flatMap(({ nodes }) => nodes.flatMap((node) => node.members));
	const serving = members.filter(({ adminState, health }) => adminState === "enabled" && health !== "down");
	const isMeant = (member: { readonly name: string; readonly node: string }): boolean => member.name === name || member.node === name;
	const kept = new Set(serving.filter((member) => !isMeant(member)).map(({ pool }) => pool));
	return [...new Set(serving.filter(isMeant).map(({ pool }) => pool))].filter((pool) => !kept.has(pool));
}

/** @throws Error unless the person at the terminal agrees */
async function confirm(risk: string, { ask }: Process): Promise<void> {
	if (ask === null) throw new Error(`${risk}\nNothing has changed. Add --force to disable it nevertheless.`);
	const answer = await ask(`${risk}.\nDisable it? [y/N] `);
	if (!/^y(?:es)?$/i.test(answer.trim())) throw new Error("nothing has changed");
}
