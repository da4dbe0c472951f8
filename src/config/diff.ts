/** What is different between two configurations, in words: one short sentence a change, never a secret. Pure. */
import type { ListenerPlan, TlsPlan } from "../plan/listener.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { PoolPlan } from "../plan/pool.ts";
import type { RoutePlan } from "../plan/route.ts";
import { frontLabel, type ServicePlan } from "../plan/service.ts";
import type { UserListPlan } from "../plan/users.ts";
import { productNamed } from "../products/products.ts";

/** More routes than this are counted, not named. */
const NAMED_ROUTES = 5;

/** In the order of the file: settings of all, listeners, services with their nodes and routes, logs. Empty: nothing changed. */
export function configChanges(before: Plan, after: Plan): string[] {
	const changes = [
		...settingChanges(before, after),
		...listenerChanges(before.listeners, after.listeners),
		...serviceChanges(before, after),
		...userChanges(before.userLists, after.userLists),
		...accessLogChanges(before, after),
		...(isSame(before.eventLog, after.eventLog) ? [] : ["eventLog changed"]),
		...secretChanges(before, after),
	];
	return changes.length > 0 || isSame(shared(before), shared(after)) ? changes : ["the order changed"];
}

/** Without what only a restart changes. */
function shared(plan: Plan): Plan {
	return { ...plan, workers: 1, admin: null };
}

function settingChanges(before: Plan, after: Plan): string[] {
	const changes = [
		...valueChange("public", before.publicOrigin, after.publicOrigin),
		...valueChange("zone", before.zone ?? "none", after.zone ?? "none"),
		...valueChange("zones.overProvisioning", before.overProvisioning, after.overProvisioning),
		...listChanges("trustedProxies", before.trustedProxies, after.trustedProxies),
		...(isSame(before.ownRoutes, after.ownRoutes) ? [] : ownRouteChanges(before, after)),
		...(isSame(before.errorPages, after.errorPages) ? [] : ["errorPages changed"]),
		...valueChange("maintenance.on", before.maintenance, after.maintenance),
		...(isSame(before.responseHeaders, after.responseHeaders) ? [] : ["responseHeaders changed"]),
	];
	for (const group of ["limits", "timeouts"] as const) {
		const [old, fresh] = [Object.entries(before[group]), new Map(Object.entries(after[group]))];
		for (const [name, value] of old) {
			const show = group === "timeouts" && name !== "bodyMinRate" ? duration : String;
			changes.push(...valueChange(`${group}.${name}`, show(value), show(fresh.get(name) ?? 0)));
		}
	}
	return changes;
}

/** Never who they are: a hash stands beside each. */
function userChanges(before: readonly UserListPlan[], after: readonly UserListPlan[]): string[] {
	return compare(before, after, ({ name }) => name, {
		added: ({ name }) => [`users ${name} added`],
		removed: ({ name }) => [`users ${name} removed`],
		changed: (_, { name }) => [`users ${name} changed`],
	});
}

function ownRouteChanges({ ownRoutes: before }: Plan, { ownRoutes: after }: Plan): string[] {
	const told = compare(before, after, ({ id }) => id, {
		added: ({ id }) => [`${id.replace(/^:/, "")} added`],
		removed: ({ id }) => [`${id.replace(/^:/, "")} removed`],
		changed: (_, { id }) => [`${id.replace(/^:/, "")} changed`],
	});
	return told.length > NAMED_ROUTES ? [`redirects and responses: ${told.length} changes`] : told;
}

function listenerChanges(before: readonly ListenerPlan[], after: readonly ListenerPlan[]): string[] {
	return compare(before, after, ({ name }) => name, {
		added: ({ name }) => [`listener ${name} added`],
		removed: ({ name }) => [`listener ${name} removed`],
		changed: (old, fresh) => {
			const what = tlsChanges(old.tls, fresh.tls);
			if (old.redirectToHttps !== fresh.redirectToHttps) what.push(fresh.redirectToHttps ? "redirects to https" : "no longer redirects");
			if (!isSame(old.redirectExcept, fresh.redirectExcept)) what.push("redirectExcept changed");
			if (old.proxyProtocol !== fresh.proxyProtocol) what.push(`proxyProtocol ${fresh.proxyProtocol ? "on" : "off"}`);
			if (old.http2 !== fresh.http2) what.push(`http2 ${fresh.http2 ? "on" : "off"}`);
			if (!isSame(old.probe, fresh.probe)) what.push(fresh.probe === null ? "probe removed" : `probe ${fresh.probe.path}`);
			if (old.ipv6Only !== fresh.ipv6Only) what.push(fresh.ipv6Only ? "IPv6 only" : "IPv4 too");
			return [`listener ${fresh.name}: ${what.length > 0 ? what.join(", ") : "changed"}`];
		},
	});
}

function tlsChanges(before: TlsPlan | null, after: TlsPlan | null): string[] {
	if (before === null || after === null) return before === after ? [] : [after === null ? "TLS off" : "TLS on"];
	const changes = isSame(before.certificates, after.certificates) ? [] : ["certificates changed"];
	changes.push(...valueChange("minVersion", before.minVersion, after.minVersion));
	if (before.ciphers !== after.ciphers) changes.push("ciphers changed");
	return changes;
}

/** What belongs to one service, with names instead of indexes. */
interface ServiceParts {
	readonly name: string;
	readonly settings: ServicePlan;
	readonly product: string;
	readonly hosts: readonly string[];
	readonly prefix: string;
	readonly nodes: readonly NodeParts[];
	readonly routes: readonly (Omit<RoutePlan, "service" | "pool"> & { readonly pool: string })[];
	readonly pools: readonly PoolParts[];
}

interface NodeParts {
	readonly name: string;
	readonly members: readonly (readonly [kind: string, member: MemberPlan])[];
}

/** The name is that of the pool in the service. */
type PoolParts = Omit<PoolPlan, "members" | "service">;

function partsOf(plan: Plan): ServiceParts[] {
	return plan.services.map((service, index) => {
		const pools = plan.pools.filter((pool) => pool.service === index);
		const members = pools.flatMap(({ kind, members }) =>
			members.flatMap((at) => {
				const member = plan.members[at];
				return member === undefined ? [] : [[kind, member] as const];
			}),
		);
		const { name, product, hosts, mappings } = service;
		return {
			name: frontLabel(service),
			product,
			hosts,
			// Where there is no preset, mappings are those of the routes.
			prefix: productNamed(product).isFree ? "" : mappings.map(({ from }) => from || "/").join(" "),
			settings: service,
			nodes: [...new Set(members.map(([, { node }]) => node))].map((node) => ({
				name: node,
				members: members.filter(([, member]) => member.node === node),
			})),
			routes: plan.routes
				.filter((route) => route.service === index)
				.map(({ service: _, pool, ...route }) => ({ ...route, pool: plan.pools[pool]?.kind ?? "" })),
			pools: pools.map(({ members: _, service: __, ...pool }) => ({ ...pool, name: pool.name.slice(name.length + 1) })),
		};
	});
}

function serviceChanges(before: Plan, after: Plan): string[] {
	return compare(partsOf(before), partsOf(after), ({ name }) => name, {
		added: ({ name, nodes }) => [`service ${name} added, with ${nodes.length === 1 ? "1 node" : `${nodes.length} nodes`}`],
		removed: ({ name }) => [`service ${name} removed`],
		changed: (old, fresh) => {
			const changes = [
				...valueChange("product", old.product, fresh.product),
				...listChanges("hosts", old.hosts, fresh.hosts),
				...valueChange("prefix", old.prefix, fresh.prefix),
				...valueChange("maintenance.on", old.settings.maintenance.on, fresh.settings.maintenance.on),
				...(isSame(old.settings.errorPages, fresh.settings.errorPages) ? [] : ["errorPages changed"]),
				...nodeChanges(old.nodes, fresh.nodes),
				...poolChanges(old.pools, fresh.pools),
				...routeChanges(old.routes, fresh.routes),
			];
			if (changes.length === 0) changes.push("settings changed");
			return changes.map((change) => `service ${fresh.name}: ${change}`);
		},
	});
}

function nodeChanges(before: readonly NodeParts[], after: readonly NodeParts[]): string[] {
	return compare(before, after, ({ name }) => name, {
		added: ({ name, members }) => [`node ${name} added (${[...new Set(members.map(([, { host }]) => host))].join(", ")})`],
		removed: ({ name }) => [`node ${name} removed`],
		changed: (old, fresh) => {
			const what = new Set<string>();
			const former = new Map(old.members);
			for (const [kind, member] of fresh.members) {
				const known = former.get(kind);
				if (known === undefined) continue;
				for (const change of memberChanges(kind, known, member)) what.add(change);
			}
			return [`node ${fresh.name}: ${what.size > 0 ? [...what].join(", ") : "changed"}`];
		},
	});
}

function memberChanges(kind: string, before: MemberPlan, after: MemberPlan): string[] {
	const changes = [
		...valueChange("host", before.host, after.host),
		...valueChange(`${kind} port`, before.port, after.port),
		...valueChange("weight", before.weight, after.weight),
		...valueChange("state", before.adminState, after.adminState),
		...valueChange("zone", before.zone ?? "none", after.zone ?? "none"),
		...valueChange("standby", before.standby, after.standby),
	];
	if ((before.tls === null) !== (after.tls === null)) changes.push(after.tls === null ? "TLS off" : "TLS on");
	else if (!isSame(before.tls, after.tls)) changes.push("TLS settings changed");
	return changes;
}

/** The keys that belong together in the file. */
const POOL_GROUPS: Readonly<Record<string, string>> = { policy: "balance", key: "balance", bound: "balance", slowStart: "balance" };

function poolChanges(before: readonly PoolParts[], after: readonly PoolParts[]): string[] {
	return compare(before, after, ({ name }) => name, {
		added: ({ name }) => [`pool ${name} added`],
		removed: ({ name }) => [`pool ${name} removed`],
		changed: (old, fresh) => {
			const former = new Map<string, unknown>(Object.entries(old));
			const keys = Object.entries(fresh).flatMap(([key, value]) => (isSame(former.get(key), value) ? [] : [POOL_GROUPS[key] ?? key]));
			return [`pool ${fresh.name}: ${[...new Set(keys)].join(", ")} changed`];
		},
	});
}

function routeChanges(before: ServiceParts["routes"], after: ServiceParts["routes"]): string[] {
	const told: Record<"added" | "removed" | "changed", string[]> = { added: [], removed: [], changed: [] };
	const tell = (how: keyof typeof told, id: string): string[] => {
		told[how].push(id);
		return [];
	};
	compare(before, after, ({ id }) => id, {
		added: ({ id }) => tell("added", id),
		removed: ({ id }) => tell("removed", id),
		changed: (_, { id }) => tell("changed", id),
	});
	return Object.entries(told).flatMap(([how, ids]) => {
		if (ids.length === 0) return [];
		if (ids.length > NAMED_ROUTES) return [`${ids.length} routes ${how}`];
		return [`${ids.length === 1 ? "route" : "routes"} ${ids.map(pathOf).join(", ")} ${how}`];
	});
}

/** A route's id without the service, which stands before it anyway. */
function pathOf(id: string): string {
	return id.slice(id.indexOf(":") + 1);
}

function accessLogChanges({ accessLogs: before }: Plan, { accessLogs: after }: Plan): string[] {
	const nameOf = (path: string): string => (path === "-" ? "standard output" : path);
	return compare(before, after, ({ path }) => path, {
		added: ({ path }) => [`access log ${nameOf(path)} added`],
		removed: ({ path }) => [`access log ${nameOf(path)} removed`],
		changed: (_, { path }) => [`access log ${nameOf(path)} changed`],
	});
}

function secretChanges(before: Plan, after: Plan): string[] {
	const changes: string[] = [];
	if (!isSame(before.affinityKeys, after.affinityKeys)) {
		const ids = after.affinityKeys.map(({ id }) => id);
		changes.push(ids.length === 0 ? "secrets.affinity removed" : `secrets.affinity changed: ${ids.join(", ")}`);
	}
	if (before.admin !== null && after.admin !== null) {
		changes.push(...listChanges("admin.hosts", before.admin.hosts, after.admin.hosts));
		if (!isSame(before.admin.tokens, after.admin.tokens)) changes.push("admin.tokens changed");
	}
	return changes;
}

/** What is told of things that were added, removed or changed. */
interface Tellers<T> {
	readonly added: (item: T) => readonly string[];
	readonly removed: (item: T) => readonly string[];
	readonly changed: (before: T, after: T) => readonly string[];
}

/** Several of one name are compared in their order. */
function compare<T>(before: readonly T[], after: readonly T[], nameOf: (item: T) => string, tell: Tellers<T>): string[] {
	const left = [...before];
	const changes = after.flatMap((item) => {
		const at = left.findIndex((other) => nameOf(other) === nameOf(item));
		const [known] = at === -1 ? [] : left.splice(at, 1);
		if (known === undefined) return tell.added(item);
		return isSame(known, item) ? [] : tell.changed(known, item);
	});
	return [...changes, ...left.flatMap((item) => tell.removed(item))];
}

function valueChange(name: string, before: string | number | boolean, after: string | number | boolean): string[] {
	return before === after ? [] : [`${name} ${String(before)} → ${String(after)}`];
}

function listChanges(name: string, before: readonly string[], after: readonly string[]): string[] {
	if (isSame(before, after)) return [];
	const added = after.filter((item) => !before.includes(item)).map((item) => `+${item}`);
	const removed = before.filter((item) => !after.includes(item)).map((item) => `-${item}`);
	const changed = [...added, ...removed];
	return [`${name} ${changed.length > 0 ? changed.join(" ") : "in another order"}`];
}

/** Plans are plain data, made by one function: the same content stands in the same order. */
function isSame(before: unknown, after: unknown): boolean {
	return before === after || JSON.stringify(before) === JSON.stringify(after);
}

/** @param ms milliseconds */
function duration(ms: number): string {
	return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
