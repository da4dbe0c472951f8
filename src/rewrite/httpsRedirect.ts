import type { Plan } from "../plan/plan.ts";

const hostName = (authority: string): string => authority.replace(/:\d+$/, "");

/** The public https origin that has this host name, whatever the port: a plain listener has another one. Null: not ours. */
export function httpsOriginOf(plan: Plan, authority: string): string | null {
	const name = hostName(authority);
	for (const service of plan.services) {
		const host = service.hosts.find((each) => hostName(each) === name);
		if (host !== undefined) return service.publicOrigin.replace(/\/\/.*/, `//${host}`);
	}
	return null;
}
