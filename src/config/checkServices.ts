/** Services: fields that fit the product, prefixes that do not overlap, settings that do not contradict. */
import { normalizeAddress } from "../http/cidr.ts";
import { authorityKey } from "../http/uri.ts";
import { isFree, PRODUCTS } from "../products/products.ts";
import { isKnownVersion, nearestVersion } from "../products/version.ts";
import { type Bound, meetAt } from "../route/hostBindings.ts";
import { checkEstate } from "./checkEstate.ts";
import { checkHeaders } from "./checkHeaders.ts";
import { checkNodes } from "./checkNodes.ts";
import { hostBindings } from "./hostBindings.ts";
import { publicOrigin, serviceHosts, writtenHosts } from "./hosts.ts";
import { aliasOf, transportOf } from "./nodes.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

export function checkServices(config: Config, report: ProblemReport): void {
	const lowerNames = new Map<string, string>();
	for (const [name, service] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		const twin = lowerNames.get(name.toLowerCase());
		if (twin !== undefined)
			report.problem(path, `the names ${quote(twin)} and ${quote(name)} differ only in upper and lower case`, undefined, "key");
		lowerNames.set(name.toLowerCase(), name);
		checkFields(service, path, report);
		checkOwnHosts(config, name, service, report);
		checkUpstreamTls(service, path, report);
		checkHeaders(service, path, report);
		service.aliases.forEach((alias, index) => {
			if (aliasOf(alias) === null)
				report.problem(
					[...path, "aliases", index],
					`${quote(alias)} is neither a host nor an origin`,
					"such as idp.internal or https://idp.internal:8443",
				);
		});
	}
	checkNodes(config, report);
	checkEstate(config, report);
	checkPrefixes(config, report);
}

/** Whether each field has a meaning for the product. */
function checkFields(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const refuse = (field: string, hint: string): void =>
		report.problem([...path, field], `${quote(field)} has no effect with product ${service.product}`, hint, "key");
	if (isFree(service)) {
		if (service.prefix !== undefined) refuse("prefix", "give each route its own `path` and `to`");
		if (service.version !== undefined) refuse("version", "only WSO2 products have versions");
		if (service.bareContexts !== undefined) refuse("bareContexts", "it applies only to prefixes of WSO2 products");
		if (service.transport !== undefined) refuse("transport", "the scheme is in each node's `url`");
		if (service.routes.length === 0)
			report.problem(path, "a service of product http needs `routes`", "routes: [ { path: /billing, to: / } ]", "key");
		for (const key of ["open", "restrict", "block"] as const) {
			if (service.access[key].length > 0)
				report.problem(
					[...path, "access", key],
					`${quote(key)} has no effect with product http`,
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
	checkVersion(service, path, report);
}

/** `trust`, `tls` and pins are about connections over https. */
function usesHttps(service: ServiceConfig): boolean {
	return service.nodes.some((node) => transportOf(service, node) === "https");
}

function checkVersion({ product, version }: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const { versions } = PRODUCTS[product];
	if (version === undefined || isKnownVersion(version, versions)) return;
	report.problem(
		[...path, "version"],
		`Portico does not know version ${quote(version)} of ${product}`,
		`the nearest known one is ${nearestVersion(version, versions)}; known are ${versions.join(", ")}, and N.x for the newest of a line`,
	);
}

function checkOwnHosts(config: Config, name: string, service: ServiceConfig, report: ProblemReport): void {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	if (service.host !== undefined && service.hosts !== undefined)
		report.problem(
			["services", name, "hosts"],
			"`host` and `hosts` cannot be combined",
			"list all hosts in `hosts`, the canonical one first",
			"key",
		);
	for (const { host, path } of writtenHosts(name, service)) {
		if (authorityKey(host, scheme) !== null) continue;
		report.problem(path, `${quote(host)} is not a host`, "write host or host:port, without scheme or path");
	}
}

function checkUpstreamTls(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const { tls, trust } = service;
	if (!isFree(service) && !usesHttps(service)) {
		if (trust !== undefined)
			report.problem([...path, "trust"], "`trust` has no effect with `transport: http`", "remove it, or use `transport: https`", "key");
		if (tls !== undefined)
			report.problem([...path, "tls"], "`tls` has no effect with `transport: http`", "remove it, or use `transport: https`", "key");
		return;
	}
	if (trust !== undefined && tls?.ca !== undefined)
		report.problem([...path, "trust"], "`trust` and `tls.ca` are the same setting", "keep one of them", "key");
	const isPinned = tls?.pin !== undefined || service.nodes.some(({ pin }) => pin !== undefined);
	const isVerified = trust !== undefined || tls?.ca !== undefined || isPinned;
	if (tls?.verify === "off") {
		if (isVerified) report.problem([...path, "tls", "verify"], "`verify: off` contradicts the CA or pin", "remove one of them");
		else report.warning([...path, "tls", "verify"], "any certificate of a node is accepted", "use `trust` or `tls.pin`");
		return;
	}
	if (
		!isVerified &&
		tls?.serverName === undefined &&
		service.nodes.some(({ host }) => host !== undefined && normalizeAddress(host) !== null)
	) {
		report.warning(
			path,
			"the nodes are IP addresses, which certificates of public CAs rarely contain: connections may fail",
			"use `trust`, `tls.pin` or `tls.serverName`",
			"key",
		);
	}
}

/** Two services on one host whose prefixes are the same, or one the beginning of the other: redirects of the nodes could not be told apart. */
function checkPrefixes(config: Config, report: ProblemReport): void {
	const placed: (Bound & { readonly name: string; readonly prefix: string })[] = [];
	for (const [name, service] of Object.entries(config.services)) {
		if (isFree(service)) continue;
		const prefix = service.prefix ?? "/";
		const hosts = serviceHosts(config, name, service);
		const own = { hosts, bindings: hostBindings(config, name, hosts) };
		const rival = placed.find((other) => overlap(prefix, other.prefix) && hosts.some((host) => meetAt(own, other, host)));
		if (rival !== undefined) {
			const host = hosts.find((each) => meetAt(own, rival, each)) ?? "";
			const how =
				rival.prefix === prefix
					? `both have the prefix ${quote(prefix)}`
					: `have overlapping prefixes, ${quote(rival.prefix)} and ${quote(prefix)},`;
			const at: ConfigPath = ["services", name, ...(service.prefix === undefined ? [] : ["prefix"])];
			report.problem(
				at,
				`services ${quote(rival.name)} and ${quote(name)} ${how} on ${host}`,
				"give one of them another prefix, a `host` of its own, or other `listeners`",
				service.prefix === undefined ? "key" : "value",
			);
		}
		placed.push({ name, prefix, ...own });
	}
}

function overlap(a: string, b: string): boolean {
	if (a === b) return true;
	return a !== "/" && b !== "/" && (a.startsWith(b) || b.startsWith(a));
}
