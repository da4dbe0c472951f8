/** What a running process makes of a new configuration: sockets, threads and keys that it has stay. Pure. */
import type { AdminPlan } from "../../plan/admin.ts";
import type { AffinityKeyPlan } from "../../plan/affinity.ts";
import type { ListenerPlan } from "../../plan/listener.ts";
import type { Plan } from "../../plan/plan.ts";

/** A plan as the file has it, and as it runs: with real ports, and with a key of the process where none is configured. */
export interface RunningPlan {
	readonly file: Plan;
	readonly plan: Plan;
}

export interface NextPlan extends RunningPlan {
	/** Listeners that are not open yet; port 0 in the file is 0 here too. */
	readonly added: readonly ListenerPlan[];
	/** What takes effect only with a restart, in words. */
	readonly restart: readonly string[];
}

/** @param ownKey seals affinity cookies where the file has no key */
export function nextPlan(running: RunningPlan, file: Plan, ownKey: AffinityKeyPlan): NextPlan {
	const { listeners, added } = keepSockets(running, file.listeners);
	const { admin, restart } = keepAdmin(running, file.admin);
	const { workers } = running.plan;
	if (file.workers !== workers) restart.push(`workers: ${workers} → ${file.workers}`);
	const affinityKeys = keepKeys(running.plan.affinityKeys, file.affinityKeys, ownKey);
	return { file, plan: { ...file, listeners, admin, workers, affinityKeys }, added, restart };
}

/** Where a socket is bound. */
export function socketKey({ host, port, ipv6Only }: ListenerPlan): string {
	return JSON.stringify([host, port, ipv6Only]);
}

/** A listener with port 0 in both files keeps the port that it was given. */
function keepSockets(running: RunningPlan, wanted: readonly ListenerPlan[]): { listeners: ListenerPlan[]; added: ListenerPlan[] } {
	const open = running.plan.listeners.map((real, index) => ({ key: socketKey(running.file.listeners[index] ?? real), real }));
	const listeners: ListenerPlan[] = [];
	const added: ListenerPlan[] = [];
	for (const listener of wanted) {
		const at = open.findIndex(({ key }) => key === socketKey(listener));
		const [kept] = at === -1 ? [] : open.splice(at, 1);
		if (kept === undefined) added.push(listener);
		listeners.push(kept === undefined ? listener : { ...listener, port: kept.real.port });
	}
	return { listeners, added };
}

/** The address stays; names and tokens follow. */
function keepAdmin({ plan: { admin } }: RunningPlan, wanted: AdminPlan | null): { admin: AdminPlan | null; restart: string[] } {
	if (admin === null && wanted === null) return { admin, restart: [] };
	if (admin !== null && wanted !== null && isSameAddress(admin, wanted)) return { admin: { ...wanted, port: admin.port }, restart: [] };
	return { admin, restart: [`admin: ${admin?.name ?? "none"} → ${wanted?.name ?? "none"}`] };
}

/** With port 0 the address is what the file calls it. */
function isSameAddress(running: AdminPlan, wanted: AdminPlan): boolean {
	return running.host === wanted.host && (running.port === wanted.port || running.name === wanted.name);
}

/** Cookies that were sealed with the process's own key can be read on, also when the file has got a key by now. */
function keepKeys(
	running: readonly AffinityKeyPlan[],
	wanted: readonly AffinityKeyPlan[],
	ownKey: AffinityKeyPlan,
): readonly AffinityKeyPlan[] {
	if (wanted.length === 0) return [ownKey];
	const wasUsed = running.some(({ secret }) => secret === ownKey.secret);
	return wasUsed && wanted.every(({ id }) => id !== ownKey.id) ? [...wanted, ownKey] : wanted;
}
