/**
 * Configuration to plan: names become indexes, defaults and presets are filled in. Pure; everything read from disk comes in as text, and all
 * that could be wrong has been reported by semantics.ts before.
 */

import { resolve } from "node:path";
import type { AdminPlan } from "../plan/admin.ts";
import type { CertificatePlan, ListenerPlan, TlsPlan } from "../plan/listener.ts";
import type { AccessLogPlan } from "../plan/log.ts";
import type { MemberPlan } from "../plan/member.ts";
import type { Plan } from "../plan/plan.ts";
import type { PoolPlan } from "../plan/pool.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { unqualified } from "../products/carbon/tenants.ts";
import { isFree, PRODUCTS, productFor } from "../products/products.ts";
import { ownCookies } from "./affinity.ts";
import { balancePlan } from "./balance.ts";
import { cookiePlan, hashedAtClient } from "./cookies.ts";
import { mergedHeaderRules } from "./headerRules.ts";
import { healthPlan } from "./health.ts";
import { hostBindings } from "./hostBindings.ts";
import { parseListenAddress, publicOrigin, serviceHosts } from "./hosts.ts";
import { memberOf, nodeNames, originHost } from "./nodes.ts";
import { overloadPlan } from "./overload.ts";
import { ownRoutePlans } from "./ownRoutes.ts";
import { errorPagePlans, interceptedStatuses, maintenancePlan } from "./pages.ts";
import { prefixMapping, routeMapping, withoutSlash } from "./patterns.ts";
import { type DraftRoute, withQueryValues } from "./queryValues.ts";
import { routePlans } from "./routePlans.ts";
import { routeSpecs } from "./routeSpecs.ts";
import type { Config, ListenerConfig, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

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
}

export function compile(config: Config, files: FileTexts, cores: number): Compiled {
	const names = Object.keys(config.services);
	const parts = new PlanParts();
	for (const [index, name] of names.entries()) addService(parts, config, files, name, index);
	const origin = publicOrigin(config);
	const plan: Plan = {
		publicOrigin: origin === null ? "" : `${origin.scheme}://${origin.authority}`,
		listeners: listenerPlans(config.listeners, files),
		services: parts.services,
		pools: parts.pools,
		members: parts.members,
		routes: withQueryValues(parts.services, parts.routes),
		ownRoutes: ownRoutePlans(config, files.pages),
		errorPages: errorPagePlans(files.pages, config.errorPages),
		maintenance: config.maintenance.on ?? false,
		affinityKeys: config.secrets.affinity,
		responseHeaders: mergedHeaderRules(config.responseHeaders),
		trustedProxies: config.trustedProxies,
		limits: config.limits,
		timeouts: config.timeouts,
		accessLogs: config.accessLog.map(
			(log): AccessLogPlan => ({
				path: log.path === "-" ? "-" : resolve(files.directory, log.path),
				format: log.format,
				services: log.services ?? null,
				mask: log.mask.map((parameter) => parameter.toLowerCase()),
			}),
		),
		admin: adminPlan(config),
		zone: config.zone ?? null,
		overProvisioning: config.zones.overProvisioning,
		workers: config.workers === "auto" ? Math.max(1, cores) : config.workers,
	};
	return { plan, routeOrigins: parts.routeOrigins };
}

/** The plan's tables while they grow. */
class PlanParts {
	readonly services: ServicePlan[] = [];
	readonly pools: PoolPlan[] = [];
	readonly members: MemberPlan[] = [];
	readonly routes: DraftRoute[] = [];
	readonly routeOrigins: ConfigPath[] = [];
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
					ciphers: CIPHERS,
				};
	return {
		name: listener.address,
		...address,
		tls,
		redirectToHttps: listener.redirectTo === "https",
		redirectExcept: listener.redirectExcept.map(withoutSlash),
		proxyProtocol: listener.proxyProtocol,
		probe: listener.probe ?? null,
	};
}

function addService(parts: PlanParts, config: Config, files: FileTexts, name: string, index: number): void {
	const service = config.services[name];
	if (service === undefined) return;
	const trust = { ca: files.cas.get(service.tls?.ca ?? service.trust ?? "") ?? null };
	const [host = ""] = serviceHosts(config, name, service);
	const plan = servicePlan(config, files, name, service);
	const poolIndexes = new Map<string, number>();
	for (const pool of productFor(service).pools) {
		const first = parts.members.length;
		parts.members.push(...service.nodes.map((node) => memberOf(service, node, pool, trust)));
		poolIndexes.set(pool.kind, parts.pools.length);
		parts.pools.push({
			name: `${name}/${pool.kind}`,
			service: index,
			kind: pool.kind,
			members: service.nodes.map((_, offset) => first + offset),
			...hashedAtClient(balancePlan(service, pool.kind), plan),
			...overloadPlan(service, pool),
			health: healthPlan(service, pool.kind, host),
			keepAlive: { ...service.keepAlive, maxRequests: service.keepAlive.maxRequests ?? pool.keepAliveRequests },
		});
	}
	parts.services.push(plan);
	for (const { route, origin } of routePlans(config, service, { name, index, pools: poolIndexes })) {
		parts.routes.push(route);
		parts.routeOrigins.push(origin);
	}
}

function servicePlan(config: Config, { pages }: FileTexts, name: string, service: ServiceConfig): ServicePlan {
	const hosts = serviceHosts(config, name, service);
	const scheme = publicOrigin(config)?.scheme ?? "https";
	const withPort = (authority: string): string =>
		`${scheme}://${/:\d+$/.test(authority) ? authority : `${authority}:${scheme === "https" ? 443 : 80}`}`;
	const publicHosts = [...new Set(hosts.map((host) => originHost(host.replace(/:\d+$/, ""))))];
	const names = nodeNames(service, productFor(service), publicHosts, hosts.map(withPort));
	return {
		name,
		product: service.product,
		version: service.version ?? PRODUCTS[service.product].defaultVersion,
		hosts,
		bindings: hostBindings(config, name),
		publicOrigin: `${scheme}://${hosts[0] ?? ""}`,
		mappings: serviceMappings(service),
		nodeOrigins: names.origins,
		nodeHosts: names.hosts,
		pagePaths: pagePaths(name, service),
		ownCookies: ownCookies(config, name, service),
		cookies: cookiePlan(config, name, service),
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

function pagePaths(name: string, service: ServiceConfig): string[] {
	const named = routeSpecs(name, service).filter((spec) => spec.named);
	return [...new Set(named.map(({ path, settings }) => unqualified(service.routes[settings]?.to ?? path)))];
}

/** Most specific node path first; the order of the file does not matter. */
function serviceMappings(service: ServiceConfig): PathMapping[] {
	if (!isFree(service)) return [prefixMapping(service.prefix ?? "/")];
	const byPair = new Map<string, PathMapping>();
	for (const route of service.routes) {
		const mapping = routeMapping(route.path, route.to);
		if (typeof mapping !== "string") byPair.set(JSON.stringify(mapping), mapping);
	}
	return [...byPair.values()].sort((a, b) => b.to.length - a.to.length || (a.from < b.from ? -1 : 1));
}
