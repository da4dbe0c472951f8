/**
 * Hosts whose first label may be anything, `*.gw.example.com`: one host for many tenants. Node paths name that label as `{name}`. A host that is
 * listed as it stands goes first. As in certificates, the star is one label (RFC 6125 section 6.4.3). Pure.
 */

/** Stands for the label. */
export const LABEL = "{name}";

export function isWildcard(host: string): boolean {
	return host.startsWith("*.");
}

/** RFC 1123 section 2.1: letters, digits and inner hyphens, at most 63. */
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** `a.gw.example.com:8443` -> `*.gw.example.com:8443`; the same text if it has one label, or a first one that is no DNS label. */
export function wildcardOf(authority: string): string {
	const dot = authority.indexOf(".");
	return dot === -1 || !DNS_LABEL.test(authority.slice(0, dot)) ? authority : `*${authority.slice(dot)}`;
}

/** Of an authority, or of the whole of it if it has one label. */
export function firstLabel(authority: string): string {
	const dot = authority.indexOf(".");
	return dot === -1 ? authority : authority.slice(0, dot);
}

/** The value of a host, otherwise that of its wildcard. */
export function ofHost<T>(byHost: ReadonlyMap<string, T>, authority: string): T | undefined {
	return byHost.get(authority) ?? byHost.get(wildcardOf(authority));
}

/** The host by which services list an authority: itself, otherwise its wildcard. */
export function listedHost(services: readonly { readonly hosts: readonly string[] }[], authority: string): string {
	const isListed = (host: string): boolean => services.some(({ hosts }) => hosts.includes(host));
	return isListed(authority) || !isListed(wildcardOf(authority)) ? authority : wildcardOf(authority);
}

/** A node path with the label of the host that was asked. */
export function withLabel(text: string, authority: string): string {
	return text.replace(LABEL, firstLabel(authority));
}

/** The other way round: a node path, with {@link LABEL} where the mapping `to` has it. */
export function withoutLabel(path: string, to: string, authority: string): string {
	const own = withLabel(to, authority);
	if (!path.startsWith(own) || (path.length > own.length && path.charAt(own.length) !== "/")) return path;
	return to + path.slice(own.length);
}
