/** What `disable` and `drain` do before they take the last node of a pool out of the traffic. */
import type { StatusReport } from "../admin/model.ts";
import type { Process } from "./run.ts";

/** The pools that nobody would serve without this node or member, of those that it serves now. */
export function orphaned({ services }: StatusReport, name: string): string[] {
	const members = services.flatMap(({ nodes }) => nodes.flatMap((node) => node.members));
	const serving = members.filter(({ adminState, health }) => adminState === "enabled" && health !== "down");
	const isMeant = (member: { readonly name: string; readonly node: string }): boolean => member.name === name || member.node === name;
	const kept = new Set(serving.filter((member) => !isMeant(member)).map(({ pool }) => pool));
	return [...new Set(serving.filter(isMeant).map(({ pool }) => pool))].filter((pool) => !kept.has(pool));
}

/**
 * @param pools as `orphaned` returns them; none: there is nothing to ask
 * @param clients `its clients`: those that get 503 then
 * @throws Error unless the person at the terminal agrees
 */
export async function confirmLast(
	verb: "disable" | "drain",
	name: string,
	pools: readonly string[],
	clients: string,
	{ ask }: Process,
): Promise<void> {
	if (pools.length === 0) return;
	const risk = `no other node can serve ${pools.join(", ")}: without ${name} ${clients} get 503`;
	if (ask === null) throw new Error(`${risk}\nNothing has changed. Add --force to ${verb} it nevertheless.`);
	const answer = await ask(`${risk}.\n${verb === "drain" ? "Drain" : "Disable"} it? [y/N] `);
	if (!/^y(?:es)?$/i.test(answer.trim())) throw new Error("nothing has changed");
}
