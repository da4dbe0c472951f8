/** Which listeners answer for which host. Pure. */
import type { ServicePlan } from "../plan/service.ts";

export type Bound = Pick<ServicePlan, "hosts" | "bindings">;

/** Hosts of a service that a listener serves. @param listener its name; null: those of all listeners */
export function hostsAt({ hosts, bindings }: Bound, listener: string | null): readonly string[] {
	if (listener === null || bindings.length === 0) return hosts;
	return hosts.filter((host) => bindings.find((each) => each.host === host)?.listeners.includes(listener) !== false);
}

/** Names of the listeners that alone serve a host; null: all do, or nobody has such a host. */
export function listenersOf(services: readonly Bound[], host: string): readonly string[] | null {
	const owners = services.filter(({ hosts }) => hosts.includes(host));
	const lists = owners.map(({ bindings }) => bindings.find((each) => each.host === host)?.listeners ?? null);
	if (lists.length === 0 || lists.includes(null)) return null;
	return [...new Set(lists.flatMap((list) => list ?? []))];
}

/** Whether some listener serves this host for both: only then can a request be for either. */
export function meetAt(a: Bound, b: Bound, host: string): boolean {
	if (!a.hosts.includes(host) || !b.hosts.includes(host)) return false;
	const [of, others] = [a, b].map(({ bindings }) => bindings.find((each) => each.host === host)?.listeners);
	return of === undefined || others === undefined || of.some((listener) => others.includes(listener));
}
