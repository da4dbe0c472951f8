/** The pools of a service: one for each kind of traffic, and one more where nodes with other roles serve a part of it. Pure. */
import { type PoolSpec, type Role, rolesOf } from "../products/product.ts";
import { productFor } from "../products/products.ts";
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
export interface RowNodes {
	readonly nodes: readonly NodeConfig[];
	/** The role that decided; null: the nodes that have all. */
	readonly role: Role | null;
}

/** Nodes with the first of a row's roles that any node has, and those with all roles. None: no node serves the row. */
export function nodesFor(service: ServiceConfig, roles: readonly Role[]): RowNodes {
	const has = (node: NodeConfig, role: Role): boolean => node.roles.includes(role);
	const role = roles.find((each) => service.nodes.some((node) => has(node, each))) ?? null;
	const nodes = service.nodes.filter((node) => node.roles.includes("all") || (role !== null && has(node, role)));
	return { nodes, role };
}

/** Pools by the rows that they serve. */
export class ServicePools {
	readonly all: readonly ServicePool[];
	readonly #service: ServiceConfig;

	/** @param rows all routes of the service @param isReachable whether some client may use a row */
	constructor(service: ServiceConfig, rows: readonly RouteSpec[], isReachable: (row: RouteSpec) => boolean) {
		this.#service = service;
		this.all = productFor(service).pools.flatMap((spec) => poolsOfKind(service, spec, rows, isReachable));
	}

	/** The pool of a row; null if no node serves it, or no client can reach it. */
	of(row: Pick<RouteSpec, "pool" | "roles">): ServicePool | null {
		const { nodes } = nodesFor(this.#service, row.roles);
		return this.all.find((pool) => pool.spec.kind === row.pool && isSame(pool.nodes, nodes)) ?? null;
	}
}

/**
 * The pool with the name of the kind comes first: it serves what has no more special role. Of nodes with roles only pools that clients can reach
 * are made: health checks of others would only cause alarms.
 */
function poolsOfKind(
	service: ServiceConfig,
	spec: PoolSpec,
	rows: readonly RouteSpec[],
	isReachable: (row: RouteSpec) => boolean,
): ServicePool[] {
	const main = nodesFor(service, rolesOf({ pool: spec.kind }));
	const hasRoles = service.nodes.some(({ roles }) => !roles.includes("all"));
	const served = rows.filter((row) => row.pool === spec.kind && isReachable(row)).map(({ roles }) => nodesFor(service, roles));
	const needed = hasRoles ? served.filter(({ nodes }) => nodes.length > 0) : [main];
	const isMain = ({ nodes }: RowNodes): boolean => isSame(nodes, main.nodes);
	const pools: ServicePool[] = [];
	for (const { nodes, role } of [...needed.filter(isMain), ...needed.filter((each) => !isMain(each))]) {
		if (pools.some((pool) => isSame(pool.nodes, nodes))) continue;
		pools.push({ name: pools.length === 0 ? spec.kind : `${spec.kind}-${role ?? "all"}`, spec, nodes });
	}
	return pools;
}

function isSame(a: readonly NodeConfig[], b: readonly NodeConfig[]): boolean {
	return a.length === b.length && a.every((node, index) => node === b[index]);
}
