/** Balancing: settings that nothing looks at, zones without nodes, nodes that all stand by. */
import { isFree, productFor } from "../products/products.ts";
import { policyFor } from "./balance.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { BalanceConfig, Config, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

export function checkBalance(config: Config, report: ProblemReport): void {
	for (const [name, service] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		const kinds = productFor(service).pools.map(({ kind }) => kind);
		checkHash(service, service.balance, kinds, [...path, "balance"], report);
		checkPools(service, kinds, path, report);
		if (service.nodes.every(({ standby }) => standby))
			report.warning(
				[...path, "nodes"],
				"all nodes are standby, so each of them serves",
				"remove `standby` from the nodes that should serve",
				"key",
			);
	}
	checkOwnZone(config, report);
}

function checkPools(service: ServiceConfig, kinds: readonly string[], path: ConfigPath, report: ProblemReport): void {
	const { product } = service;
	const pools = Object.entries(service.pools);
	if (isFree(service) && pools.length > 0) {
		report.problem(
			[...path, "pools"],
			"`pools` has no effect with product http",
			"it has one pool: put the settings into the service",
			"key",
		);
		return;
	}
	for (const [kind, { balance }] of pools) {
		const at = [...path, "pools", kind];
		if (kinds.includes(kind)) checkHash(service, balance, [kind], [...at, "balance"], report);
		else report.problem(at, `product ${product} has no pool ${quote(kind)}`, `it has ${kinds.join(", ")}`, "key");
	}
}

/** @param kinds pools that these settings are for */
function checkHash(
	service: ServiceConfig,
	{ hash, bound }: BalanceConfig,
	kinds: readonly string[],
	path: ConfigPath,
	report: ProblemReport,
): void {
	const isUsed = kinds.some((kind) => policyFor(service, kind) === "consistentHash");
	const refuse = (key: string): void =>
		report.problem(
			[...path, key],
			`${quote(key)} applies only to policy consistentHash`,
			"add `policy: consistentHash`, or remove it",
			"key",
		);
	if (bound !== undefined && !isUsed) refuse("bound");
	if (hash === undefined) return;
	if (!isUsed) return refuse("hash");
	const isNamed = hash.on === "header" || hash.on === "cookie";
	if (isNamed && hash.name === undefined)
		report.problem(
			[...path, "hash", "on"],
			`\`on: ${hash.on}\` needs the name of the ${hash.on}`,
			`hash: { on: ${hash.on}, name: X-User }`,
		);
	if (!isNamed && hash.name !== undefined)
		report.problem(
			[...path, "hash", "name"],
			`\`name\` has no effect with \`on: ${hash.on}\``,
			"it is the name of a header or cookie",
			"key",
		);
}

function checkOwnZone({ zone, services }: Config, report: ProblemReport): void {
	if (zone === undefined) return;
	const zones = Object.values(services).flatMap(({ nodes }) => nodes.flatMap((node) => node.zone ?? []));
	if (zones.includes(zone)) return;
	const meant = nearest(zone, zones);
	const hint = meant === undefined ? "nodes have a `zone` too" : `did you mean ${quote(meant)}?`;
	report.warning(["zone"], `no node is in zone ${quote(zone)}`, hint);
}
