/** Nodes: fields that fit the product, names and addresses that are not used twice. */
import { normalizeAddress } from "../http/cidr.ts";
import { isFree, productFor } from "../products/products.ts";
import { memberOf, nodeUrl, transportOf } from "./nodes.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config, NodeConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

export function checkNodes(config: Config, report: ProblemReport): void {
	eachNode(config, (service, node, path) => {
		const settings = config.services[service];
		if (settings === undefined) return;
		if (isFree(settings)) checkFreeNode(node, path, report);
		else checkProductNode(settings, node, path, report);
	});
	checkNodeNames(config, report);
	checkNodeAddresses(config, report);
}

function checkFreeNode(node: NodeConfig, path: ConfigPath, report: ProblemReport): void {
	const set = {
		host: node.host !== undefined,
		offset: node.offset !== 0,
		ports: Object.keys(node.ports).length > 0,
		transport: node.transport !== undefined,
	};
	for (const [field, isSet] of Object.entries(set)) {
		if (isSet)
			report.problem(
				[...path, field],
				`${quote(field)} has no meaning for product http`,
				"a node has a `url`: http://10.0.0.40:8080",
				"key",
			);
	}
	if (node.url === undefined) {
		if (node.host === undefined) report.problem([...path, "name"], `node ${quote(node.name)} has no \`url\``, "url: http://10.0.0.40:8080");
	} else if (nodeUrl(node.url) === null) {
		report.problem(
			[...path, "url"],
			`${quote(node.url)} is not the origin of a node`,
			"scheme://host:port, without path: http://10.0.0.40:8080; what the path becomes is for the routes' `to`",
		);
	} else warnOfScheme(node.url, [...path, "url"], report);
}

/** Ports that everybody takes for those of the other scheme. */
const SCHEMES: Readonly<Record<string, "http" | "https">> = {
	80: "http",
	443: "https",
	9443: "https",
	9763: "http",
	8243: "https",
	8280: "http",
};

function warnOfScheme(url: string, path: ConfigPath, report: ProblemReport): void {
	const [, scheme, port = ""] = /^(https?):.*:(\d+)\/?$/i.exec(url) ?? [];
	const usual = SCHEMES[port];
	if (scheme !== undefined && usual !== undefined && usual !== scheme.toLowerCase())
		report.warning(path, `port ${port} usually speaks ${usual}, not ${scheme}`, `write ${usual}://, or check the port`);
}

function checkProductNode(service: ServiceConfig, node: NodeConfig, path: ConfigPath, report: ProblemReport): void {
	if (node.url !== undefined)
		report.problem(
			[...path, "url"],
			`\`url\` has no meaning for product ${service.product}`,
			"a node has a `host`; its ports follow from the product",
			"key",
		);
	else if (node.host === undefined) report.problem([...path, "name"], `node ${quote(node.name)} has no \`host\``, "host: 10.0.0.11");
	if (node.host?.includes(":") && normalizeAddress(node.host.replace(/^\[|\]$/g, "")) === null) {
		report.problem([...path, "host"], `${quote(node.host)} is not an IPv6 address`, "a host has no port: see `ports` and `offset`");
	}
	const pools = productFor(service).pools;
	const scheme = transportOf(service, node);
	if (pools.some((pool) => pool[scheme] + node.offset > 65_535))
		report.problem([...path, "offset"], `with offset ${node.offset} ports go beyond 65535`);
	const other = scheme === "https" ? "http" : "https";
	for (const [kind, port] of Object.entries(node.ports)) {
		const pool = pools.find((each) => each.kind === kind);
		if (pool !== undefined && port === pool[other] + node.offset && port !== pool[scheme] + node.offset)
			report.warning(
				[...path, "ports", kind],
				`${port} is the ${other} port of ${service.product}, and the nodes are asked over ${scheme}`,
				`write ${pool[scheme] + node.offset}, or \`transport: ${other}\``,
			);
		if (!pools.some((pool) => pool.kind === kind))
			report.problem([...path, "ports", kind], `product ${service.product} has no ${kind} port`, undefined, "key");
	}
	if (node.pin !== undefined && scheme === "http")
		report.problem([...path, "pin"], "`pin` has no meaning with `transport: http`", undefined, "key");
}

/** A node's name is what an operator drains, so it is unique in the whole file. */
function checkNodeNames(config: Config, report: ProblemReport): void {
	const seen = new Map<string, ConfigPath>();
	eachNode(config, (_, node, path) => {
		const first = seen.get(node.name.toLowerCase());
		if (first !== undefined)
			report.problem(
				[...path, "name"],
				`the node name ${quote(node.name)} is taken already in ${report.line([...first, "name"])}`,
				"every node of the file has its own name",
			);
		else seen.set(node.name.toLowerCase(), path);
	});
}

/** Two WSO2 processes cannot share a port; two services of product http may share a server. */
function checkNodeAddresses(config: Config, report: ProblemReport): void {
	const seen = new Map<string, { readonly service: string; readonly node: string; readonly path: ConfigPath; readonly isHttp: boolean }>();
	eachNode(config, (service, node, path) => {
		const settings = config.services[service];
		if (settings === undefined) return;
		const isHttp = isFree(settings);
		for (const pool of productFor(settings).pools) {
			const { host, port } = memberOf(settings, node, pool, { ca: null });
			if (host === "") return;
			const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
			const first = seen.get(address);
			if (first !== undefined && (first.service === service || !(isHttp || first.isHttp))) {
				const hint = isHttp
					? "list each server once; `weight` gives it more"
					: "two processes on one host have different ports: set `offset`";
				return report.problem(
					[...path, isHttp ? "url" : "host"],
					`${address} is node ${quote(first.node)} (${report.line([...first.path, "name"])}) already`,
					hint,
				);
			}
			seen.set(address, { service, node: node.name, path, isHttp });
		}
	});
}

function eachNode(config: Config, visit: (service: string, node: NodeConfig, path: ConfigPath) => void): void {
	for (const [name, service] of Object.entries(config.services)) {
		for (const [index, node] of service.nodes.entries()) visit(name, node, ["services", name, "nodes", index]);
	}
}
