/** What a plain listener that redirects to https makes of a request. Pure. */
import type { Plan } from "../plan/plan.ts";

const hostName = (authority: string): string => authority.replace(/:\d+$/, "");

type Hosts = Pick<Plan, "services" | "ownRoutes">;

/** The public https origin that has this host name, whatever the port: a plain listener has another one. Null: not ours. */
export function httpsOriginOf(plan: Pick<Plan, "services">, authority: string): string | null {
	const name = hostName(authority);
	for (const service of plan.services) {
		const host = service.hosts.find((each) => hostName(each) === name);
		if (host !== undefined) return service.publicOrigin.replace(/\/\/.*/, `//${host}`);
	}
	return null;
}

/**
 * The authority that routes know a request of a plain listener by, if it is not to be sent to https: its path is excepted, or no service has
 * its host, so that only a redirect of the file can be for it. Null: it goes to https, or nothing has its host.
 *
 * @param path raw
 */
export function servedWithoutTls(plan: Hosts, except: readonly string[], authority: string, path: string): string | null {
	const name = hostName(authority);
	const isIt = (host: string): boolean => hostName(host) === name;
	const served = plan.services.flatMap((service) => service.hosts.find(isIt) ?? [])[0];
	if (served !== undefined) return except.some((prefix) => isBelow(path, prefix)) ? served : null;
	const redirected = plan.ownRoutes.flatMap(({ hosts }) => hosts?.find(isIt) ?? [])[0];
	return redirected ?? (plan.ownRoutes.some(({ hosts }) => hosts?.includes("*")) ? authority : null);
}

function isBelow(path: string, prefix: string): boolean {
	return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
}
