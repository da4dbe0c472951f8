/** The pools of a service: one for each kind of traffic, and one more where nodes with other roles serve a part of it. Pure. */
import { type PoolSpec, type Role, rolesOf } from "../products/product.ts";
import { isFree, productFor } from "../products/products.ts";
import type { RouteSpec } from "./routeSpecs.ts";
import type { NodeConfig, ServiceConfig } from "./schema.ts";

export interface ServicePool {
	/** `servlet`; `servlet-key-manager` where key managers alone serve a part of that traffic. */
	readonly name: string;
	readonly spec: PoolSpec;
	/** Never empty. */
	readonly nodes: readonly NodeConfig[];
}

/** Which nodes serve a row. */
export interface Placement {
	readonly kind: string;
	readonly nodes: readonly NodeConfig[];
	/** The role that decided; null: the nodes that have all. */
	readonly role: Role | null;
}

/** Nodes with the first of a row's roles that any node has, and those with all roles. None: no node serves the row. */
export function placementOf(service: ServiceConfig, { pool, roles }: Pick<RouteSpec, "pool" | "roles">): Placement {
	const has = (node: NodeConfig, role: Role): boolean => node.roles.includes(role);
	const role = roles.find((each) => service.nodes.some((node) => has(node, each))) ?? null;
	const nodes = service.nodes.filter((node) => node.roles.includes("all") || (role !== null && has(node, role)));
	return { kind: pool, nodes, role };
}

/** Pools by the rows that they serve. */
export class ServicePools {
	readonly all: readonly ServicePool[];
	readonly #service: ServiceConfig;

	/** @param rows all routes of the service */
	constructor(service: ServiceConfig, rows: readonly RouteSpec[]) {
		this.#service = service;
		this.all = productFor(service).pools.flatMap((spec) =>
			isFree(service) ? { name: spec.kind, spec, nodes: service.nodes } : poolsOfKind(service, spec, rows),
		);
	}

	/** The pool of a row; null if no node serves it, or no client can reach it. */
	of(row: Pick<RouteSpec, "pool" | "roles">): ServicePool | null {
		const { kind, nodes } = isFree(this.#service) ? { kind: row.pool, nodes: this.#service.nodes } : placementOf(this.#service, row);
		return this.all.find((pool) => pool.spec.kind === kind && isSame(pool.nodes, nodes)) ?? null;
	}
}

/** The pool with the name of the kind comes first: it serves what has no more special role. */
function poolsOfKind(service: ServiceConfig, spec: PoolSpec, rows: readonly RouteSpec[]): ServicePool[] {
	const main = placementOf(service, { pool: spec.kind, roles: rolesOf({ pool: spec.kind }) });
	const isShared = service.nodes.some(({ roles }) => !roles.includes("all"));
	const served = rows.filter((row) => row.pool === spec.kind && isReachable(service, row)).map((row) => placementOf(service, row));
	const needed = isShared ? served.filter(({ nodes }) => nodes.length > 0) : [main];
	const isMain = ({ nodes }: Placement): boolean => isSame(nodes, main.nodes);
	const pools: ServicePool[] = [];
	for (const { nodes, role } of [...needed.filter(isMain), ...needed.filter((each) => !isMain(each))]) {
		if (pools.some((pool) => isSame(pool.nodes, nodes))) continue;
		pools.push({ name: pools.length === 0 ? spec.kind : `${spec.kind}-${role ?? "all"}`, spec, nodes });
	}
	return pools;
}

/** Health checks of a pool that no client can reach would only cause alarms. */
function isReachable(service: ServiceConfig, { access }: RouteSpec): boolean {
	return access === "public" || (access === "restricted" && service.access.restricted.allow.length > 0);
}

function isSame(a: readonly NodeConfig[], b: readonly NodeConfig[]): boolean {
	return a.length === b.length && a.every((node, index) => node === b[index]);
}
