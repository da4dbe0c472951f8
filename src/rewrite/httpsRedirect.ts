/** What a plain listener that redirects to https makes of a request. Pure. */
import type { Plan } from "../plan/plan.ts";
import { wildcardOf } from "../route/wildcardHost.ts";

const hostName = (authority: string): string => authority.replace(/:\d+$/, "");

/** The public https origin that has this host name, whatever the port: a plain listener has another one. Null: not ours. */
export function httpsOriginOf(plan: Plan, authority: string): string | null {
	const served = servedAs(plan, hostName(authority));
	return served === null ? null : `${plan.publicOrigin.startsWith("http:") ? "http" : "https"}://${served}`;
}

/** The public authority with this host name, or null. */
function servedAs(plan: Pick<Plan, "services">, name: string): string | null {
	const found = hostNamed(plan, name) ?? hostNamed(plan, wildcardOf(name));
	return found === null ? null : found.replace(/^\*[^:]*/, name);
}

function hostNamed(plan: Pick<Plan, "services">, name: string): string | null {
	for (const { hosts } of plan.services) {
		const host = hosts.find((each) => hostName(each) === name);
		if (host !== undefined) return host;
	}
	return null;
}

/**
 * The authority that routes know a request of a plain listener by, if it is not to be sent to https: its path is excepted, or no service has
 * its host, so that only a redirect of the file can be for it. Null: it goes to https, or nothing has its host.
 *
 * @param path raw
 */
export function servedWithoutTls(
	plan: Pick<Plan, "services" | "ownRoutes">,
	except: readonly string[],
	authority: string,
	path: string,
): string | null {
	const name = hostName(authority);
	const served = servedAs(plan, name);
	if (served !== null) return except.some((prefix) => isBelow(path, prefix)) ? served : null;
	const redirected = plan.ownRoutes.flatMap(({ hosts }) => hosts?.find((host) => hostName(host) === name) ?? [])[0];
	return redirected ?? (plan.ownRoutes.some(({ hosts }) => hosts?.includes("*")) ? authority : null);
}

function isBelow(path: string, prefix: string): boolean {
	return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
}
