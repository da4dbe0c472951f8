/** A service's nodes as pools and members, and every name a node may use for itself. Pure. */

import { normalizeAddress } from "../http/cidr.ts";
import { parseAbsolute } from "../http/uri.ts";
import type { MemberPlan, MemberTlsPlan } from "../plan/member.ts";
import type { PoolSpec } from "../products/product.ts";
import { isFree } from "../products/products.ts";
import type { NodeConfig, ServiceConfig } from "./schema.ts";

/** What a member's connection needs to know about TLS, before names of files have become their text. */
export interface TrustTexts {
	/** PEM of `trust` or `tls.ca`. */
	readonly ca: string | null;
}

/** A free node's URL in parts; null if it is not `scheme://host[:port]`. */
export function nodeUrl(url: string): { readonly scheme: "http" | "https"; readonly host: string; readonly port: number } | null {
	const parts = parseAbsolute(url);
	if (parts === null || (parts.rest !== "" && parts.rest !== "/")) return null;
	return { scheme: parts.scheme, host: parts.host, port: parts.port };
}

/** The member that a node gives to a pool. @param label name of the pool in the service */
export function memberOf(
	service: ServiceConfig,
	node: NodeConfig,
	pool: PoolSpec,
	trust: TrustTexts,
	label: string = pool.kind,
): MemberPlan {
	const { scheme, host, port } = addressOf(service, node, pool);
	return {
		name: `${node.name}/${label}`,
		node: node.name,
		route: node.route ?? node.name,
		host: bareHost(host),
		port,
		weight: node.weight,
		tls: scheme === "https" ? memberTls(service, node, bareHost(host), trust) : null,
		adminState: node.state,
		zone: node.zone ?? null,
		roles: node.roles,
		standby: node.standby,
	};
}

function addressOf(service: ServiceConfig, node: NodeConfig, pool: PoolSpec): { scheme: "http" | "https"; host: string; port: number } {
	if (isFree(service)) return nodeUrl(node.url ?? "") ?? { scheme: "http", host: "", port: 0 };
	const scheme = transportOf(service, node);
	return { scheme, host: node.host ?? "", port: overriddenPort(node, pool.kind) ?? pool[scheme] + node.offset };
}

/** Scheme to a node of a WSO2 product. */
export function transportOf(service: ServiceConfig, node: NodeConfig): "http" | "https" {
	return node.transport ?? service.transport ?? "https";
}

function overriddenPort(node: NodeConfig, kind: string): number | undefined {
	return kind === "servlet" || kind === "gateway" || kind === "websocket" || kind === "websub" ? node.ports[kind] : undefined;
}

function memberTls(service: ServiceConfig, node: NodeConfig, host: string, trust: TrustTexts): MemberTlsPlan {
	const isAddress = normalizeAddress(host) !== null;
	return {
		ca: trust.ca,
		pinnedSha256: node.pin ?? service.tls?.pin ?? null,
		verify: service.tls?.verify !== "off",
		// RFC 6066 section 3: a literal address is no server name.
		serverName: service.tls?.serverName ?? (isAddress ? null : host),
	};
}

/** `[::1]` -> `::1`, as sockets want it; lower case. */
function bareHost(host: string): string {
	return host.replace(/^\[|\]$/g, "").toLowerCase();
}

/** A host as it stands in an origin: IPv6 in brackets and in its one spelling. */
export function originHost(host: string): string {
	const bare = bareHost(host);
	const address = normalizeAddress(bare);
	if (address === null) return bare.replace(/\.$/, "");
	return address.includes(":") ? `[${address}]` : address;
}

const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** `aliases` of a service: hosts, and whole origins. Null where one is neither. */
export function aliasOf(alias: string): { readonly host: string; readonly origin: string | null } | null {
	if (alias.includes("://")) {
		const url = nodeUrl(alias);
		return url === null ? null : { host: url.host, origin: `${url.scheme}://${url.host}:${url.port}` };
	}
	const host = originHost(alias);
	return parseAbsolute(`http://${host}`)?.rest === "" && !/:\d+$/.test(host) ? { host, origin: null } : null;
}

export interface NodeNames {
	readonly origins: readonly string[];
	readonly hosts: readonly string[];
}

/**
 * Every origin that a node may write into a redirect: its hosts, loopback names, aliases and the public hosts, each with every port of the
 * product (both transports, with every node's offset) and both schemes. The public origins themselves are left out.
 */
export function nodeNames(
	service: ServiceConfig,
	pools: readonly PoolSpec[],
	publicHosts: readonly string[],
	publicOrigins: readonly string[],
): NodeNames {
	const aliases = service.aliases.flatMap((alias) => aliasOf(alias) ?? []);
	const nodeHosts = service.nodes.map((node) => originHost(isFree(service) ? (nodeUrl(node.url ?? "")?.host ?? "") : (node.host ?? "")));
	const ownHosts = new Set([...nodeHosts, ...LOOPBACK, ...aliases.map(({ host }) => host)]);
	const ports = new Set(service.nodes.flatMap((node) => portsOf(service, node, pools)));
	const origins = new Set<string>();
	for (const host of [...ownHosts, ...publicHosts]) {
		for (const port of ports) {
			origins.add(`https://${host}:${port}`);
			origins.add(`http://${host}:${port}`);
		}
	}
	for (const { origin } of aliases) if (origin !== null) origins.add(origin);
	for (const origin of publicOrigins) origins.delete(origin);
	return { origins: [...origins], hosts: [...ownHosts] };
}

function portsOf(service: ServiceConfig, node: NodeConfig, pools: readonly PoolSpec[]): number[] {
	if (isFree(service)) return [nodeUrl(node.url ?? "")?.port ?? 0];
	const standard = pools.flatMap((pool) => [pool.https + node.offset, pool.http + node.offset]);
	return [...standard, ...pools.flatMap(({ kind }) => overriddenPort(node, kind) ?? [])];
}
