/**
 * Configuration to plan: names become indexes, defaults and presets are filled in. Pure; everything read from disk comes in as text, and all
 * that could be wrong has been reported by semantics.ts before.
 */

import { resolve } from "node:path";
import type { HtpasswdUser } from "../auth/htpasswd.ts";
import type { AdminPlan } from "../plan/admin.ts";
import type { HeaderRulePlan } from "../plan/headers.ts";
import type { CertificatePlan, ListenerPlan, TlsPlan } from "../plan/listener.ts";
import type { AccessLogPlan } from "../plan/log.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { PoolPlan } from "../plan/pool.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { unqualified } from "../products/carbon/tenants.ts";
import { isFree, PRODUCTS, productFor } from "../products/products.ts";
import { isWildcard } from "../route/wildcardHost.ts";
import { admitsAnyone, userLists } from "./access.ts";
import { ownCookies } from "./affinity.ts";
import { balancePlan } from "./balance.ts";
import { cookiePlan, hashedAtClient } from "./cookies.ts";
import type { Front } from "./front.ts";
import { frontsOf } from "./fronts.ts";
import { type HeaderOrigins, mergedHeaderRules } from "./headerRules.ts";
import { healthPlan } from "./health.ts";
import { hostBindings } from "./hostBindings.ts";
import { parseListenAddress, publicOrigin } from "./hosts.ts";
import { memberOf, nodeNames, originHost } from "./nodes.ts";
import { overloadPlan } from "./overload.ts";
import { ownRoutePlans } from "./ownRoutes.ts";
import { errorPagePlans, interceptedStatuses, maintenancePlan } from "./pages.ts";
import { routeMapping, withoutSlash } from "./patterns.ts";
import { type DraftRoute, withQueryValues } from "./queryValues.ts";
import { type FrontPlace, routePlans } from "./routePlans.ts";
import type { RouteSpec } from "./routeSpecs.ts";
import type { Config, ListenerConfig, ServiceConfig } from "./schema.ts";
import { ServicePools } from "./servicePools.ts";
import type { ConfigPath } from "./source.ts";
import { eventLogPlan, syslogPlan } from "./syslogSchema.ts";

/**
 * Mozilla's intermediate list (Server Side TLS, version 5.7) without finite-field Diffie-Hellman, which costs us more than the client. The first three are TLS 1.3's, named here since Node takes both versions from one
 * list and switches TLS 1.3 off if none of its own stands there.
 */
const CIPHERS = [
	...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
	...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
	...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
].join(":");

/** Texts of the files that the configuration names, by name as written. */
export interface FileTexts {
	/** Where relative names start. */
	readonly directory: string;
	readonly certificates: ReadonlyMap<string, CertificatePlan>;
	readonly cas: ReadonlyMap<string, string>;
	readonly htpasswd: ReadonlyMap<string, readonly HtpasswdUser[]>;
	/** Of fixed responses and pages. */
	readonly pages: ReadonlyMap<string, Buffer>;
}

/** Key of {@link FileTexts.certificates}. */
export function certificateKey(certificate: { readonly cert: string; readonly key: string }): string {
	return JSON.stringify([certificate.cert, certificate.key]);
}

export interface Compiled {
	readonly plan: Plan;
	/** Where each route of the plan comes from, by index. */
	readonly routeOrigins: readonly ConfigPath[];
	readonly headerOrigins: ReadonlyMap<HeaderRulePlan, ConfigPath>;
}

export function compile(config: Config, files: FileTexts, cores: number): Compiled {
	const names = Object.keys(config.services);
	const parts = new PlanParts();
	for (const name of names) addService(parts, config, files, name);
	const origin = publicOrigin(config);
	const plan: Plan = {
		publicOrigin: origin === null ? "" : `${origin.scheme}://${origin.authority}`,
		listeners: listenerPlans(config.listeners, files),
		services: parts.services,
		pools: parts.pools,
		members: parts.members,
		routes: withQueryValues(parts.services, parts.routes),
		ownRoutes: ownRoutePlans(config, files.pages, parts.headerOrigins),
		errorPages: errorPagePlans(files.pages, config.errorPages),
		maintenance: config.maintenance.on ?? false,
		affinityKeys: config.secrets.affinity,
		userLists: userLists(config, files.htpasswd),
		responseHeaders: mergedHeaderRules([{ ...config.responseHeaders, path: ["responseHeaders"] }], parts.headerOrigins),
		trustedProxies: config.trustedProxies,
		limits: config.limits,
		timeouts: config.timeouts,
		accessLogs: config.accessLog.map(
			(log): AccessLogPlan => ({
				path: log.syslog?.server ?? (log.path === "-" ? "-" : resolve(files.directory, log.path)),
				syslog: log.syslog === undefined ? null : syslogPlan(log.syslog),
				format: log.format,
				services: log.services ?? null,
				mask: log.mask.map((parameter) => parameter.toLowerCase()),
			}),
		),
		eventLog: eventLogPlan(config.eventLog),
		admin: adminPlan(config),
		zone: config.zone ?? null,
		overProvisioning: config.zones.overProvisioning,
		workers: config.workers === "auto" ? Math.max(1, cores) : config.workers,
	};
	return { plan, routeOrigins: parts.routeOrigins, headerOrigins: parts.headerOrigins };
}

/** The plan's tables while they grow. */
class PlanParts {
	readonly services: ServicePlan[] = [];
	readonly pools: PoolPlan[] = [];
	readonly members: MemberPlan[] = [];
	readonly routes: DraftRoute[] = [];
	readonly routeOrigins: ConfigPath[] = [];
	readonly headerOrigins: HeaderOrigins = new Map();
}

function adminPlan({ admin }: Config): AdminPlan | null {
	if (admin === undefined) return null;
	const address = parseListenAddress(admin.address) ?? { host: "127.0.0.1", port: 0 };
	return { name: admin.address, ...address, hosts: admin.hosts, tokens: admin.tokens, openProbes: admin.openProbes };
}

function listenerPlans(listeners: readonly ListenerConfig[], files: FileTexts): ListenerPlan[] {
	const plans = listeners.map((listener) => listenerPlan(listener, files));
	const ipv4Ports = new Set(plans.filter(({ host }) => !host.includes(":")).map(({ port }) => port));
	return plans.map((plan) => ({ ...plan, ipv6Only: plan.host.includes(":") && ipv4Ports.has(plan.port) }));
}

function listenerPlan(listener: ListenerConfig, files: FileTexts): Omit<ListenerPlan, "ipv6Only"> {
	const address = parseListenAddress(listener.address) ?? { host: "", port: 0 };
	const tls: TlsPlan | null =
		listener.tls === undefined
			? null
			: {
					certificates: listener.tls.certificates.flatMap((certificate) => files.certificates.get(certificateKey(certificate)) ?? []),
					minVersion: listener.tls.minVersion,
					ciphers: listener.tls.ciphers?.join(":") ?? CIPHERS,
				};
	return {
		name: listener.address,
		...address,
		tls,
		redirectToHttps: listener.redirectTo === "https",
		redirectExcept: listener.redirectExcept.map(withoutSlash),
		proxyProtocol: listener.proxyProtocol,
		http2: listener.http2,
		probe: listener.probe ?? null,
	};
}

function addService(parts: PlanParts, config: Config, files: FileTexts, name: string): void {
	const service = config.services[name];
	if (service === undefined) return;
	const trust = { ca: files.cas.get(service.tls?.ca ?? service.trust ?? "") ?? null };
	const fronts = frontsOf(config, name, service);
	const plans = fronts.map((front) => servicePlan(config, files, name, service, front));
	const pools = new ServicePools(
		service,
		fronts.flatMap(({ specs }) => specs),
		({ access, settings }) => admitsAnyone(config, service, access, service.routes[settings]),
	);
	const first = { service: parts.services.length, pool: parts.pools.length };
	for (const { name: label, spec, nodes } of pools.all) {
		const members = nodes.map((node) => memberOf(service, node, spec, trust, label));
		const at = fronts.findIndex(({ specs }) => specs.some((row) => row.pool === spec.kind));
		const [host = ""] = (fronts[at] ?? fronts[0])?.hosts ?? [];
		const plan = plans[Math.max(at, 0)];
		parts.pools.push({
			name: `${name}/${label}`,
			service: first.service,
			kind: spec.kind,
			members: members.map((_, offset) => parts.members.length + offset),
			...hashedAtClient(balancePlan(service, spec.kind), plan),
			...overloadPlan(service, spec),
			health: healthPlan(service, spec.kind, host),
			keepAlive: { ...service.keepAlive, maxRequests: service.keepAlive.maxRequests ?? spec.keepAliveRequests },
		});
		parts.members.push(...members);
	}
	const poolOf = (row: RouteSpec): ReturnType<FrontPlace["poolOf"]> => {
		const pool = pools.of(row);
		if (pool === null) return { index: -1, suffix: "" };
		return { index: first.pool + pools.all.indexOf(pool), suffix: pool.name.slice(pool.spec.kind.length) };
	};
	for (const [offset, front] of fronts.entries()) {
		const place = { service: name, index: first.service + offset, poolOf };
		for (const { route, origin } of routePlans(config, service, front, place, parts.headerOrigins)) {
			parts.routes.push(route);
			parts.routeOrigins.push(origin);
		}
	}
	parts.services.push(...plans);
}

function servicePlan(config: Config, { pages }: FileTexts, name: string, service: ServiceConfig, front: Front): ServicePlan {
	const { hosts, elsewhere } = front;
	const scheme = publicOrigin(config)?.scheme ?? "https";
	const withPort = (authority: string): string =>
		`${scheme}://${/:\d+$/.test(authority) ? authority : `${authority}:${scheme === "https" ? 443 : 80}`}`;
	const publicHosts = [...new Set(hosts.filter((host) => !isWildcard(host)).map((host) => originHost(host.replace(/:\d+$/, ""))))];
	const kinds = new Set(front.specs.map(({ pool }) => pool));
	const product = productFor(service);
	const pools = isFree(service) ? product.pools : product.pools.filter(({ kind }) => kinds.has(kind));
	const names = nodeNames(service, pools, publicHosts, hosts.map(withPort));
	return {
		name,
		front: front.name,
		product: service.product,
		version: service.version ?? PRODUCTS[service.product].defaultVersion,
		hosts,
		bindings: hostBindings(config, name, hosts),
		publicOrigin: `${scheme}://${hosts[0] ?? ""}`,
		mappings: isFree(service) ? freeMappings(service) : [...front.special, front.mapping].sort((a, b) => b.to.length - a.to.length),
		nodeOrigins: names.origins,
		ownOrigins: elsewhere.map(withPort),
		nodeHosts: names.hosts,
		pagePaths: pagePaths(service, front),
		ownCookies: ownCookies(config, hosts),
		cookies: cookiePlan(config, name, service, front),
		logins: PRODUCTS[service.product].logins,
		errorPages: errorPagePlans(pages, service.errorPages, config.errorPages),
		interceptErrors: interceptedStatuses(service),
		maintenance: maintenancePlan(config, service, pages),
		nodePorts: isFree(service) ? [] : portsIn(names.origins),
	};
}

const DEFAULT_PORTS: readonly string[] = ["80", "443"];

function portsIn(origins: readonly string[]): string[] {
	const ports = new Set(origins.map((origin) => origin.slice(origin.lastIndexOf(":") + 1)));
	return [...ports].filter((port) => !DEFAULT_PORTS.includes(port));
}

function pagePaths(service: ServiceConfig, { specs }: Front): string[] {
	const named = specs.filter((spec) => spec.named);
	return [...new Set(named.map(({ path, settings }) => unqualified(service.routes[settings]?.to ?? path)))];
}

/** Most specific node path first; the order of the file does not matter. */
function freeMappings(service: ServiceConfig): PathMapping[] {
	const byPair = new Map<string, PathMapping>();
	for (const route of service.routes) {
		const mapping = routeMapping(route.path, route.to);
		if (typeof mapping !== "string") byPair.set(JSON.stringify(mapping), mapping);
	}
	return [...byPair.values()].sort((a, b) => b.to.length - a.to.length || (a.from < b.from ? -1 : 1));
}
