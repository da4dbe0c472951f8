/**
 * Configuration to plan: names become indexes, defaults and presets are filled in. Pure; everything read from disk comes in as text, and all
 * that could be wrong has been reported by semantics.ts before.
 */
import { resolve } from "node:path";
import type {
	AccessLogPlan,
	CertificatePlan,
	ListenerPlan,
	MemberPlan,
	PathMapping,
	Plan,
	PoolPlan,
	RoutePlan,
	ServicePlan,
	TlsPlan,
} from "../plan.ts";
import { parseListenAddress, publicOrigin, serviceHosts } from "./hosts.ts";
import { memberOf, nodeNames, originHost } from "./nodes.ts";
import type { ConfigPath } from "./parse.ts";
import { prefixMapping, publicPattern, routeMapping, withoutSlash } from "./patterns.ts";
import type { PoolSpec, RouteSpec } from "./presets/preset.ts";
import { PRESETS, routeSpecs } from "./routeSpecs.ts";
import type { Config, ListenerConfig, RouteConfig, ServiceConfig } from "./schema.ts";

/**
 * Mozilla's intermediate list (Server Side TLS, version 5.7). The first three are TLS 1.3's, named here since Node takes both versions from one
 * list and switches TLS 1.3 off if none of its own stands there.
 */
const CIPHERS = [
	...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
	...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
	...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
	...["DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-CHACHA20-POLY1305"],
].join(":");

/** Texts of the files that the configuration names, by name as written. */
export interface FileTexts {
	/** Where relative names start. */
	readonly directory: string;
	readonly certificates: ReadonlyMap<string, CertificatePlan>;
	readonly cas: ReadonlyMap<string, string>;
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
		listeners: config.listeners.map((listener) => listenerPlan(listener, files)),
		services: parts.services,
		pools: parts.pools,
		members: parts.members,
		routes: parts.routes,
		trustedProxies: config.trustedProxies,
		limits: config.limits,
		timeouts: config.timeouts,
		accessLogs: config.accessLog.map(
			(log): AccessLogPlan => ({
				path: log.path === "-" ? "-" : resolve(files.directory, log.path),
				format: log.format,
				services: log.services?.map((service) => names.indexOf(service)) ?? null,
				mask: log.mask.map((parameter) => parameter.toLowerCase()),
			}),
		),
		workers: config.workers === "auto" ? Math.max(1, cores) : config.workers,
	};
	return { plan, routeOrigins: parts.routeOrigins };
}

/** The plan's tables while they grow. */
class PlanParts {
	readonly services: ServicePlan[] = [];
	readonly pools: PoolPlan[] = [];
	readonly members: MemberPlan[] = [];
	readonly routes: RoutePlan[] = [];
	readonly routeOrigins: ConfigPath[] = [];
}

function listenerPlan(listener: ListenerConfig, files: FileTexts): ListenerPlan {
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
		proxyProtocol: listener.proxyProtocol,
	};
}

function addService(parts: PlanParts, config: Config, files: FileTexts, name: string, index: number): void {
	const service = config.services[name];
	if (service === undefined) return;
	const preset = PRESETS[service.product];
	const trust = { ca: files.cas.get(service.tls?.ca ?? service.trust ?? "") ?? null };
	const poolIndexes = new Map<string, number>();
	for (const pool of preset.pools) {
		const first = parts.members.length;
		parts.members.push(...service.nodes.map((node) => memberOf(service, node, pool, trust)));
		poolIndexes.set(pool.kind, parts.pools.length);
		parts.pools.push({
			name: `${name}/${pool.kind}`,
			service: index,
			kind: pool.kind,
			members: service.nodes.map((_, offset) => first + offset),
			policy: "roundRobin",
			keepAlive: service.keepAlive,
		});
	}
	parts.services.push(servicePlan(config, name, service));
	const mapping = prefixMapping(service.prefix ?? "/");
	const taken = new Set<string>();
	for (const spec of routeSpecs(name, service)) {
		const pool = preset.pools.find(({ kind }) => kind === spec.pool) ?? (preset.pools[0] as PoolSpec);
		const settings = service.routes[spec.settings];
		const place = placeOf(service, mapping, spec, settings);
		const id = routeId(name, spec, settings, taken);
		parts.routes.push(
			routePlan(config, service, index, spec, settings, pool, {
				...place,
				id,
				pool: spec.access === "blocked" ? -1 : (poolIndexes.get(pool.kind) ?? -1),
			}),
		);
		parts.routeOrigins.push(spec.origin);
	}
}

function servicePlan(config: Config, name: string, service: ServiceConfig): ServicePlan {
	const hosts = serviceHosts(config, name, service);
	const scheme = publicOrigin(config)?.scheme ?? "https";
	const withPort = (authority: string): string =>
		`${scheme}://${/:\d+$/.test(authority) ? authority : `${authority}:${scheme === "https" ? 443 : 80}`}`;
	const publicHosts = [...new Set(hosts.map((host) => originHost(host.replace(/:\d+$/, ""))))];
	const names = nodeNames(service, PRESETS[service.product], publicHosts, hosts.map(withPort));
	return {
		name,
		product: service.product,
		hosts,
		publicOrigin: `${scheme}://${hosts[0] ?? ""}`,
		mappings: serviceMappings(service),
		nodeOrigins: names.origins,
		nodeHosts: names.hosts,
	};
}

/** Most specific node path first; the order of the file does not matter. */
function serviceMappings(service: ServiceConfig): PathMapping[] {
	if (service.product !== "http") return [prefixMapping(service.prefix ?? "/")];
	const byPair = new Map<string, PathMapping>();
	for (const route of service.routes) {
		const mapping = routeMapping(route.path, route.to);
		if (typeof mapping !== "string") byPair.set(JSON.stringify(mapping), mapping);
	}
	return [...byPair.values()].sort((a, b) => b.to.length - a.to.length || (a.from < b.from ? -1 : 1));
}

function placeOf(
	service: ServiceConfig,
	mapping: PathMapping,
	spec: RouteSpec,
	settings: RouteConfig | undefined,
): { pattern: string; mapping: PathMapping } {
	if (service.product !== "http") return { pattern: publicPattern(mapping, spec.path), mapping };
	const own = routeMapping(spec.path, settings?.to);
	const pattern = spec.exact ? spec.path : withoutSlash(spec.path) || "/";
	return { pattern, mapping: typeof own === "string" ? { from: "", to: "" } : own };
}

function routeId(name: string, spec: RouteSpec, settings: RouteConfig | undefined, taken: Set<string>): string {
	const plain = `${name}:${spec.exact ? "=" : ""}${spec.path}${spec.upgrade === null ? "" : `+${spec.upgrade}`}`;
	const id = taken.has(plain) && settings?.methods !== undefined ? `${plain}[${settings.methods.join(",")}]` : plain;
	taken.add(id);
	return id;
}

function routePlan(
	config: Config,
	service: ServiceConfig,
	index: number,
	spec: RouteSpec,
	settings: RouteConfig | undefined,
	pool: PoolSpec,
	place: Pick<RoutePlan, "id" | "pattern" | "mapping" | "pool">,
): RoutePlan {
	return {
		...place,
		service: index,
		exact: spec.exact,
		methods: settings?.methods ?? service.methods ?? null,
		upgrade: spec.upgrade,
		access: spec.access,
		allow: service.access.restricted.allow,
		pathRules: pool.pathRules,
		allowPath: settings?.allowPath ?? [],
		host: settings?.host ?? "public",
		maxBody: settings?.maxBody ?? service.maxBody ?? pool.maxBody,
		defaultType: settings?.defaultType ?? null,
		responseHeaders: mergedHeaders(config.responseHeaders, service.responseHeaders, settings?.responseHeaders ?? {}),
		timeouts: timeoutsOf(settings),
	};
}

/** Later ones win, whatever the spelling of the name. */
function mergedHeaders(...sources: readonly Readonly<Record<string, string>>[]): [string, string][] {
	const merged = new Map<string, [string, string]>();
	for (const source of sources) for (const [name, value] of Object.entries(source)) merged.set(name.toLowerCase(), [name, value]);
	return [...merged.values()];
}

function timeoutsOf(settings: RouteConfig | undefined): RoutePlan["timeouts"] {
	if (settings === undefined) return {};
	const { firstByte, upstreamIdle, tunnelIdle } = settings.timeouts;
	return {
		...(firstByte === undefined ? {} : { firstByte }),
		...(upstreamIdle === undefined ? {} : { upstreamIdle }),
		...(tunnelIdle === undefined ? {} : { tunnelIdle }),
	};
}
