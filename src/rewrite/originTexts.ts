/** `scheme://host:port` cut into its parts; `port` is empty when not written. */
export interface OriginText {
	readonly scheme: string;
	/** An IPv6 address keeps its brackets. */
	readonly host: string;
	readonly port: string;
}

/** Cuts an origin of the plan (already valid). */
export function originOf(origin: string): OriginText {
	const start = origin.indexOf("://");
	const { host, port } = splitAuthority(origin.slice(start + 3));
	return { scheme: origin.slice(0, start), host, port };
}

/** `host[:port]` of a validated authority; the port is empty when not written. */
export function splitAuthority(authority: string): { readonly host: string; readonly port: string } {
	const colon = authority.lastIndexOf(":");
	if (colon === -1 || authority.endsWith("]")) return { host: authority, port: "" };
	return { host: authority.slice(0, colon), port: authority.slice(colon + 1) };
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/**
 * Every way a node may write an origin of its own, lower case: with and without its default port, without the scheme, and an IPv6 address as
 * Java prints it too (`[0:0:0:0:0:0:0:1]`).
 */
export function nodeOriginTexts(origin: string): Set<string> {
	const { scheme, host, port } = originOf(origin);
	const number = port || (DEFAULT_PORTS[scheme] ?? "");
	const texts = new Set<string>();
	for (const name of spellings(host)) {
		addSpellings(texts, scheme, name, number, DEFAULT_PORTS[scheme] === number);
	}
	return texts;
}

/**
 * Every way a node may write a public origin, lower case: as it is, with its port written, without the scheme, and, where the public scheme is
 * https, as http too: behind a plain hop a node does not know that TLS ends in front of it. `authority` has its default port elided.
 */
export function publicOriginTexts(authority: string, scheme: "https" | "http"): Set<string> {
	const { host, port } = splitAuthority(authority);
	const number = port || (DEFAULT_PORTS[scheme] ?? "");
	const texts = new Set<string>();
	for (const name of spellings(host)) {
		addSpellings(texts, scheme, name, number, port === "");
		addSpellings(texts, "http", name, number, port === "");
		if (port === "") texts.add(`http://${name}:80`);
	}
	return texts;
}

function addSpellings(texts: Set<string>, scheme: string, host: string, port: string, elidable: boolean): void {
	texts.add(`${scheme}://${host}:${port}`).add(`//${host}:${port}`);
	if (elidable) texts.add(`${scheme}://${host}`).add(`//${host}`);
}

/** The host as written and, for a compressed IPv6 address, with all of its eight groups. */
function spellings(host: string): readonly string[] {
	const gap = host.indexOf("::");
	if (gap === -1 || host.includes(".")) return [host];
	const before = groupsOf(host.slice(1, gap));
	const after = groupsOf(host.slice(gap + 2, -1));
	const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
	return [host, `[${[...before, ...zeros, ...after].join(":")}]`];
}

function groupsOf(text: string): string[] {
	return text === "" ? [] : text.split(":");
}
