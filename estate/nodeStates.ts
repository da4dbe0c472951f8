/** How the nodes are, as Portico's admin server reports it, for the demo's page. */
import { call } from "./httpClient.ts";

export const NODE_STATES = ["up", "partly", "down", "draining", "disabled", "unknown"] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** What people read. */
export const STATE_WORDS: Readonly<Record<NodeState, string>> = {
	up: "up",
	partly: "partly down",
	down: "down",
	draining: "draining",
	disabled: "disabled",
	unknown: "not known yet",
};

/** The parts of `GET /api/v1/status` that are read here. */
interface Status {
	readonly services: readonly {
		readonly nodes: readonly {
			readonly name: string;
			readonly adminState: string;
			readonly members: readonly { readonly health: string }[];
		}[];
	}[];
}

/**
 * By name of the node. Empty if the admin server does not respond: then no state is known.
 *
 * @param admin `http://127.0.0.1:9990`
 */
export async function nodeStates(admin: string): Promise<ReadonlyMap<string, NodeState>> {
	try {
		const { status, body } = await call(`${admin}/api/v1/status`);
		if (status !== 200) return new Map();
		const { services } = JSON.parse(body.toString()) as Status;
		return new Map(services.flatMap(({ nodes }) => nodes.map((node) => [node.name, stateOf(node)] as const)));
	} catch {
		return new Map();
	}
}

/** A node that is down counts as down, whatever an operator wants of it. */
function stateOf({ adminState, members }: Status["services"][number]["nodes"][number]): NodeState {
	const down = members.filter(({ health }) => health === "down").length;
	if (down === members.length) return "down";
	if (adminState === "draining" || adminState === "disabled") return adminState;
	if (down > 0) return "partly";
	return members.some(({ health }) => health === "up") ? "up" : "unknown";
}
