/** Roles, hosts by kind of traffic, and tenants: whether the product has them, and whether they fit together. */
import { authorityKey } from "../http/uri.ts";
import { isFree, PRODUCTS, productFor } from "../products/products.ts";
import { LABEL } from "../route/wildcardHost.ts";
import { isGatewayOnly } from "./fronts.ts";
import { publicOrigin, serviceHosts, tenantHostKey, trafficHosts } from "./hosts.ts";
import { withoutSlash } from "./patterns.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config, ServiceConfig } from "./schema.ts";
import { nodesFor } from "./servicePools.ts";
import type { ConfigPath } from "./source.ts";
import { TRAFFIC, type Traffic, writtenHostsOf } from "./trafficScope.ts";

export function checkEstate(config: Config, report: ProblemReport): void {
	for (const [name, service] of Object.entries(config.services)) {
		const path: ConfigPath = ["services", name];
		checkRoles(service, path, report);
		if (PRODUCTS[service.product].roles.length === 0) {
			refuseKeys(service, path, report);
			continue;
		}
		checkHosts(config, name, service, report);
		for (const kind of TRAFFIC) checkTraffic(config, name, service, kind, report);
		checkTenants(service, path, report);
	}
}

function checkRoles(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const known: readonly string[] = productFor(service).roles.map(({ role }) => role);
	const all: readonly string[] = PRODUCTS[service.product].roles.map(({ role }) => role);
	for (const [index, { roles }] of service.nodes.entries()) {
		const at: ConfigPath = [...path, "nodes", index, "roles"];
		if (roles.includes("all") && roles.length > 1)
			report.problem(at, "`all` includes every other role", "write either `all` or the roles", "key");
		for (const [place, role] of roles.entries()) {
			if (role === "all" || known.includes(role)) continue;
			if (all.length === 0) {
				report.problem(at, `\`roles\` has no effect with product ${service.product}`, "only nodes of API Manager have roles", "key");
				break;
			}
			report.problem([...at, place], `API Manager ${versionOf(service)} has no role ${quote(role)}`, `it has: ${known.join(", ")}`);
		}
	}
}

function versionOf({ product, version }: ServiceConfig): string {
	return version ?? PRODUCTS[product].defaultVersion;
}

function refuseKeys(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const hint = isFree(service) ? "give the service `host` or `hosts`" : "only wso2-apim has hosts for kinds of traffic";
	for (const key of TRAFFIC) {
		if (service[key] !== undefined)
			report.problem([...path, key], `${quote(key)} has no effect with product ${service.product}`, hint, "key");
	}
	if (service.tenants.length > 0)
		report.problem(
			[...path, "tenants"],
			`\`tenants\` has no effect with product ${service.product}`,
			isFree(service)
				? "only wso2-apim has tenants with hosts of their own"
				: "the issuer and cookies of Identity Server contain the tenant's path, so it cannot be changed",
			"key",
		);
}

function checkHosts(config: Config, name: string, service: ServiceConfig, report: ProblemReport): void {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	for (const { host, path } of trafficHosts(name, service)) {
		if (tenantHostKey(host, scheme) === null)
			report.problem(path, `${quote(host)} is not a host`, "write host or host:port, without scheme or path");
	}
}

function checkTraffic(config: Config, name: string, service: ServiceConfig, kind: Traffic, report: ProblemReport): void {
	const block = service[kind];
	if (block === undefined) return;
	const path: ConfigPath = ["services", name, kind];
	const { host, hosts, prefix } = block;
	if (!productFor(service).pools.some((pool) => pool.kind === kind)) {
		report.problem(path, `API Manager ${versionOf(service)} has no ${kind} port`, undefined, "key");
		return;
	}
	if (isGatewayOnly(service) && kind === "gateway") {
		report.problem(path, "all nodes are gateways, so every host of the service is for APIs", "set `host` of the service instead", "key");
		return;
	}
	if (host !== undefined && hosts !== undefined)
		report.problem(
			[...path, "hosts"],
			"`host` and `hosts` cannot be combined",
			"list all hosts in `hosts`, the canonical one first",
			"key",
		);
	if (host === undefined && hosts === undefined && withoutSlash(prefix ?? "/") === "")
		report.problem(path, `${quote(kind)} has neither a host nor a prefix`, `${kind}: { host: gw.example.com }`, "key");
	const own = serviceHosts(config, name, service);
	const scheme = publicOrigin(config)?.scheme ?? "https";
	const shared = writtenHostsOf(block).find((each) => own.includes(authorityKey(each, scheme) ?? ""));
	if (shared !== undefined && withoutSlash(prefix ?? "/") === "")
		report.problem(
			path,
			`${shared} is a host of the service itself`,
			`remove ${quote(kind)}, or give it another host or a \`prefix\``,
			"key",
		);
	if (nodesFor(service, ["gateway"]).nodes.length === 0)
		report.warning(path, "no node is a gateway, so these hosts serve nothing", "give a node the role `gateway`", "key");
}

function checkTenants(service: ServiceConfig, path: ConfigPath, report: ProblemReport): void {
	const seen = new Map<string, number>();
	const aliases = new Map<string, number>();
	for (const [index, { tenant, gateway, devportal, alias }] of service.tenants.entries()) {
		const at: ConfigPath = [...path, "tenants", index];
		if (gateway === undefined && devportal === undefined && alias === undefined)
			report.problem(at, `tenant ${quote(tenant)} has no settings`, "gateway: gw.foo.com, devportal: dev.foo.com or alias: foo");
		const first = seen.get(tenant.toLowerCase());
		if (first !== undefined)
			report.problem(
				[...at, "tenant"],
				`tenant ${quote(tenant)} is already listed in ${report.line([...path, "tenants", first])}`,
				"keep one entry",
			);
		seen.set(tenant.toLowerCase(), index);
		if (devportal !== undefined && nodesFor(service, ["control-plane", "devportal"]).nodes.length === 0)
			report.warning(
				[...at, "devportal"],
				"no node has a developer portal, so this host serves nothing",
				"give a node the role `control-plane`",
			);
		for (const [key, host] of Object.entries({ gateway, devportal })) {
			if (host !== undefined && /^\{name\}\.[^.]+$/.test(host))
				report.problem([...at, key], `${quote(host)} stands for every host below a top-level domain`, `such as "${LABEL}.gw.example.com"`);
			if (host === undefined || host.startsWith(`${LABEL}.`) === tenant.includes(LABEL)) continue;
			report.problem(
				[...at, key],
				`${quote(host)} and tenant ${quote(tenant)} must both contain the variable ${LABEL}, or neither`,
				`for one host of many tenants: tenant: "${LABEL}.com", ${key}: "${LABEL}.gw.example.com"`,
			);
		}
		if (alias === undefined) continue;
		if (tenant.includes(LABEL))
			report.problem([...at, "alias"], `an alias is possible only for a single tenant, not for ${quote(tenant)}`, "remove it", "key");
		const taken = aliases.get(alias.toLowerCase());
		if (taken !== undefined)
			report.problem(
				[...at, "alias"],
				`the alias ${quote(alias)} is already in use in ${report.line([...path, "tenants", taken])}`,
				"choose another one",
			);
		const other = service.tenants.findIndex((each) => each.tenant.toLowerCase() === alias.toLowerCase());
		if (other !== -1 && other !== index)
			report.problem(
				[...at, "alias"],
				`the alias ${quote(alias)} is the name of a tenant in ${report.line([...path, "tenants", other])}`,
				"choose another one",
			);
		if (alias === tenant) report.problem([...at, "alias"], "the alias is the tenant's own name", "remove it");
		aliases.set(alias.toLowerCase(), index);
	}
}
