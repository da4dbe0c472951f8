/** Public origins and hosts of the configuration, in the one spelling that routes are found by. Pure. */
import { authorityKey, parseAbsolute } from "../http/uri.ts";
import { LABEL } from "../route/wildcardHost.ts";
import type { Config, ServiceConfig } from "./schema.ts";
import type { ConfigPath } from "./source.ts";
import { TRAFFIC } from "./trafficScope.ts";

/** The canonical public origin in parts, or null if `public` is not an origin. */
export function publicOrigin(config: Config): { readonly scheme: "http" | "https"; readonly authority: string } | null {
	const parts = parseAbsolute(config.public);
	if (parts === null || (parts.rest !== "" && parts.rest !== "/")) return null;
	const authority = authorityKey(`${parts.host}:${parts.port}`, parts.scheme);
	return authority === null ? null : { scheme: parts.scheme, authority };
}

/** The public hosts that a service has of its own, with where they stand. */
export function writtenHosts(name: string, service: ServiceConfig): { readonly host: string; readonly path: ConfigPath }[] {
	return [
		...(service.host === undefined ? [] : [{ host: service.host, path: ["services", name, "host"] }]),
		...(service.hosts ?? []).map((host, index) => ({ host, path: ["services", name, "hosts", index] })),
	];
}

/** Public authorities a service answers on, the canonical one first. */
export function serviceHosts(config: Config, name: string, service: ServiceConfig): string[] {
	const { scheme, authority } = publicOrigin(config) ?? { scheme: "https", authority: "" };
	const own = writtenHosts(name, service).flatMap(({ host }) => authorityKey(host, scheme) ?? []);
	if (own.length > 0) return [...new Set(own)];
	return [...new Set([authority, ...config.hosts.flatMap((host) => authorityKey(host, scheme) ?? [])])];
}

/** Hosts of a service's own kinds of traffic and tenants, as written, with where they stand. */
export function trafficHosts(name: string, service: ServiceConfig): { readonly host: string; readonly path: ConfigPath }[] {
	const blocks = TRAFFIC.flatMap((kind) => {
		const { host, hosts = [] } = service[kind] ?? {};
		const own = host === undefined ? [] : [{ host, path: ["services", name, kind, "host"] }];
		return [...own, ...hosts.map((each, index) => ({ host: each, path: ["services", name, kind, "hosts", index] }))];
	});
	const tenants = service.tenants.flatMap((tenant, index) =>
		(["gateway", "devportal"] as const).flatMap((key) => {
			const host = tenant[key];
			return host === undefined ? [] : [{ host, path: ["services", name, "tenants", index, key] }];
		}),
	);
	return [...blocks, ...tenants];
}

/** As `authorityKey`; a host that begins with `{name}.` becomes `*.…`, which stands for all of them. */
export function tenantHostKey(host: string, scheme: "http" | "https"): string | null {
	if (!host.startsWith(`${LABEL}.`)) return authorityKey(host, scheme);
	const key = authorityKey(`name${host.slice(LABEL.length)}`, scheme);
	return key === null ? null : `*${key.slice("name".length)}`;
}

/** All public authorities of a service: those that it answers on itself, and those of its kinds of traffic and tenants. */
export function allHosts(config: Config, name: string, service: ServiceConfig): string[] {
	const { scheme } = publicOrigin(config) ?? { scheme: "https" };
	const others = trafficHosts(name, service).flatMap(({ host }) => tenantHostKey(host, scheme) ?? []);
	return [...new Set([...serviceHosts(config, name, service), ...others])];
}

/** `sso.example.com:8443` -> `sso.example.com`; IPv6 keeps its brackets. */
export function hostOf(authority: string): string {
	return authority.replace(/:\d+$/, "");
}

export interface ListenAddress {
	/** IPv6 without brackets. */
	readonly host: string;
	readonly port: number;
}

/** `0.0.0.0:443`, `[::]:443`, `localhost:8443`, `*:443` for every address. Null if it is none. Port 0: any free one. */
export function parseListenAddress(text: string): ListenAddress | null {
	const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+|\*)):(\d{1,5})$/.exec(text);
	const port = Number(match?.[3]);
	if (match === null || port > 65_535) return null;
	const host = match[1] ?? match[2] ?? "";
	return { host: host === "*" ? "::" : host, port };
}
