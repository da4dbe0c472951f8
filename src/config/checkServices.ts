/** Services and nodes: fields that fit the product, names and addresses that are not used twice, settings that do not contradict. */
import { normalizeAddress } from "../http/cidr.ts";
import { authorityKey } from "../http/uri.ts";
import { checkCidrs, checkHeaders } from "./checkValues.ts";
import { publicOrigin, serviceHosts, writtenHosts } from "./hosts.ts";
import { aliasOf, memberOf, nodeUrl } from "./nodes.ts";
import type { ConfigPath } from "./parse.ts";
import { quote } from "./problem.ts";
import type { Report } from "./report.ts";
import { PRESETS } from "./routeSpecs.ts";
import type { Config, NodeConfig, ServiceConfig } from "./schema.ts";

export function checkServices(config: Config, report: Report): void {
	const lowerNames = new Map<string, string>();
	for (const [name, service] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		const twin = lowerNames.get(name.toLowerCase());
		if (twin !== undefined) report.problem(path, `the names ${quote(twin)} and ${quote(name)} differ only in capitals`, undefined, "key");
		lowerNames.set(name.toLowerCase(), name);
		checkFields(service, path, report);
		checkOwnHosts(config, name, service, report);
		checkUpstreamTls(service, path, report);
		checkCidrs(service.access.restricted.allow, [...path, "access", "restricted", "allow"], report);
		checkHeaders(service.responseHeaders, [...path, "responseHeaders"], report);
		service.aliases.forEach((alias, index) => {
			if (aliasOf(alias) === null)
				report.problem(
					[...path, "aliases", index],
					`${quote(alias)} is neither a host nor an origin`,
					"such as idp.internal or https://idp.internal:8443",
				);
		});
		for (const [index, node] of service.nodes.entries()) checkNode(service, node, [...path, "nodes", index], report);
	}
	checkNodeNames(config, report);
	checkNodeAddresses(config, report);
	checkPrefixes(config, report);
}

/** Whether each field has a meaning for the product. */
function checkFields(service: ServiceConfig, path: ConfigPath, report: Report): void {
	const refuse = (field: string, hint: string): void =>
		report.problem([...path, field], `${quote(field)} has no meaning for product ${service.product}`, hint, "key");
	if (service.product === "http") {
		if (service.prefix !== undefined) refuse("prefix", "give each route its own `path` and `to`");
		if (service.version !== undefined) refuse("version", "it decides the contexts of WSO2 products");
		if (service.transport !== undefined) refuse("transport", "the scheme stands in each node's `url`");
		if (service.routes.length === 0)
			report.problem(path, "a service of product http needs `routes`", "routes: [ { path: /billing, to: / } ]", "key");
		for (const key of ["open", "restrict", "block"] as const) {
			if (service.access[key].length > 0)
				report.problem(
					[...path, "access", key],
					`${quote(key)} has no meaning for product http`,
					"give each route its own `access`",
					"key",
				);
		}
		return;
	}
	if (service.prefix === undefined && writtenHosts("", service).length === 0) {
		report.problem(
			path,
			"the service has neither `prefix` nor a `host` of its own",
			"prefix: /is- (/is-samlsso), /is/ (/is/samlsso) or / (/samlsso)",
			"key",
		);
	}
}

function checkOwnHosts(config: Config, name: string, service: ServiceConfig, report: Report): void {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	if (service.host !== undefined && service.hosts !== undefined)
		report.problem(
			["services", name, "hosts"],
			"`host` and `hosts` exclude each other",
			"list all under `hosts`, the canonical one first",
			"key",
		);
	for (const { host, path } of writtenHosts(name, service)) {
		if (authorityKey(host, scheme) !== null) continue;
		report.problem(path, `${quote(host)} is not a host`, "write host or host:port, without scheme or path");
	}
}

function checkUpstreamTls(service: ServiceConfig, path: ConfigPath, report: Report): void {
	const { tls, trust } = service;
	if (service.product !== "http" && service.transport === "http") {
		if (trust !== undefined)
			report.problem([...path, "trust"], "`trust` has no meaning with `transport: http`", "remove it, or use `transport: https`", "key");
		if (tls !== undefined)
			report.problem([...path, "tls"], "`tls` has no meaning with `transport: http`", "remove it, or use `transport: https`", "key");
		return;
	}
	if (trust !== undefined && tls?.ca !== undefined)
		report.problem([...path, "trust"], "`trust` and `tls.ca` are the same", "keep one of them", "key");
	const isPinned = tls?.pin !== undefined || service.nodes.some(({ pin }) => pin !== undefined);
	const isVerified = trust !== undefined || tls?.ca !== undefined || isPinned;
	if (tls?.verify === "off") {
		if (isVerified) report.problem([...path, "tls", "verify"], "`verify: off` contradicts the CA or pin given", "remove one of them");
		else report.warning([...path, "tls", "verify"], "any certificate of a node is believed", "use `trust` or `tls.pin`");
		return;
	}
	if (
		!isVerified &&
		tls?.serverName === undefined &&
		service.nodes.some(({ host }) => host !== undefined && normalizeAddress(host) !== null)
	) {
		report.warning(
			path,
			"the nodes are addresses, which certificates of public CAs seldom name: connections may fail",
			"use `trust`, `tls.pin` or `tls.serverName`",
			"key",
		);
	}
}

function checkNode(service: ServiceConfig, node: NodeConfig, path: ConfigPath, report: Report): void {
	if (service.product === "http") {
		for (const field of ["host", "offset", "ports"] as const) {
			const isSet =
				field === "host" ? node.host !== undefined : field === "offset" ? node.offset !== 0 : Object.keys(node.ports).length > 0;
			if (isSet)
				report.problem(
					[...path, field],
					`${quote(field)} has no meaning for product http`,
					"a node has a `url`: http://10.0.0.40:8080",
					"key",
				);
		}
		if (node.url === undefined) {
			if (node.host === undefined)
				report.problem([...path, "name"], `node ${quote(node.name)} has no \`url\``, "url: http://10.0.0.40:8080");
		} else if (nodeUrl(node.url) === null) {
			report.problem(
				[...path, "url"],
				`${quote(node.url)} is not the origin of a node`,
				"scheme://host:port, without path: http://10.0.0.40:8080; what the path becomes is for the routes' `to`",
			);
		}
		return;
	}
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
	const pools = PRESETS[service.product].pools;
	if (pools.some((pool) => pool[service.transport ?? "https"] + node.offset > 65_535))
		report.problem([...path, "offset"], `with offset ${node.offset} ports go beyond 65535`);
	for (const kind of Object.keys(node.ports)) {
		if (!pools.some((pool) => pool.kind === kind))
			report.problem([...path, "ports", kind], `product ${service.product} has no ${kind} port`, undefined, "key");
	}
	if (node.pin !== undefined && service.transport === "http")
		report.problem([...path, "pin"], "`pin` has no meaning with `transport: http`", undefined, "key");
}

/** A node's name is what an operator drains, so it is unique in the whole file. */
function checkNodeNames(config: Config, report: Report): void {
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
function checkNodeAddresses(config: Config, report: Report): void {
	const seen = new Map<string, { readonly service: string; readonly node: string; readonly path: ConfigPath; readonly isHttp: boolean }>();
	eachNode(config, (service, node, path) => {
		const settings = config.services[service];
		if (settings === undefined) return;
		const isHttp = settings.product === "http";
		for (const pool of PRESETS[settings.product].pools) {
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

/** Two services on one host whose prefixes are the same, or one the beginning of the other: redirects of the nodes could not be told apart. */
function checkPrefixes(config: Config, report: Report): void {
	const placed: { readonly name: string; readonly prefix: string; readonly hosts: readonly string[] }[] = [];
	for (const [name, service] of Object.entries(config.services)) {
		if (service.product === "http") continue;
		const prefix = service.prefix ?? "/";
		const hosts = serviceHosts(config, name, service);
		const rival = placed.find((other) => overlap(prefix, other.prefix) && other.hosts.some((host) => hosts.includes(host)));
		if (rival !== undefined) {
			const host = rival.hosts.find((each) => hosts.includes(each)) ?? "";
			const how =
				rival.prefix === prefix
					? `both have the prefix ${quote(prefix)}`
					: `have overlapping prefixes, ${quote(rival.prefix)} and ${quote(prefix)},`;
			const at: ConfigPath = ["services", name, ...(service.prefix === undefined ? [] : ["prefix"])];
			report.problem(
				at,
				`services ${quote(rival.name)} and ${quote(name)} ${how} on ${host}`,
				"give one of them another prefix, or a `host` of its own",
				service.prefix === undefined ? "key" : "value",
			);
		}
		placed.push({ name, prefix, hosts });
	}
}

function overlap(a: string, b: string): boolean {
	if (a === b) return true;
	return a !== "/" && b !== "/" && (a.startsWith(b) || b.startsWith(a));
}
