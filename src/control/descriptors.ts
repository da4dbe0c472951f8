/** How many connections the process can hold: each takes a descriptor, and accepting one needs a free one. */
import { readFileSync } from "node:fs";
import type { Plan } from "../plan/plan.ts";

/** For listeners, logs, health checks, the admin server, and what Node opens now and then. */
const RESERVE = 64;
const RESERVE_PER_WORKER = 24;

/** Descriptors that the process may open; Infinity where the system does not tell. Node raises the soft limit to the hard one when it starts. */
export function descriptorLimit(): number {
	try {
		const [, soft = ""] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
		return soft === "" ? Number.POSITIVE_INFINITY : Number(soft);
	} catch {
		return Number.POSITIVE_INFINITY;
	}
}

/** The plan with as many client connections as there are descriptors for: each may need another one, to a node. */
export function withinDescriptors(plan: Plan, descriptors: number): Plan {
	const { connections } = plan.limits;
	const most = Math.max(1, Math.floor((descriptors - RESERVE - RESERVE_PER_WORKER * plan.workers) / 2));
	const fits = most === Number.POSITIVE_INFINITY || (connections > 0 && connections <= most);
	return fits ? plan : { ...plan, limits: { ...plan.limits, connections: most } };
}
