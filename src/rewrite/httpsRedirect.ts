import type { Plan } from "../plan/plan.ts";
import { wildcardOf } from "../route/wildcardHost.ts";

const hostName = (authority: string): string => authority.replace(/:\d+$/, "");

/** The public https origin that has this host name, whatever the port: a plain listener has another one. Null: not ours. */
export function httpsOriginOf(plan: Plan, authority: string): string | null {
	const name = hostName(authority);
	const found = hostNamed(plan, name) ?? hostNamed(plan, wildcardOf(name));
	return found === null ? null : `${plan.publicOrigin.startsWith("http:") ? "http" : "https"}://${found.replace(/^\*[^:]*/, name)}`;
}

function hostNamed(plan: Plan, name: string): string | null {
	for (const { hosts } of plan.services) {
		const host = hosts.find((each) => hostName(each) === name);
		if (host !== undefined) return host;
	}
	return null;
}
