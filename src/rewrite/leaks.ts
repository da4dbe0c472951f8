/**
 * Whether a value that leaves for a client names a place behind Portico: a node, a loopback or private address, a port of the products. Pure.
 *
 * What is told about a leak is its scheme, host, port and path: user info, parameters and queries hold secrets.
 */

import { CidrSet, normalizeAddress } from "../http/cidr.ts";
import type { Plan } from "../plan/plan.ts";
import type { RoutePlan } from "../plan/route.ts";

/** `node`: the name or address of a node; `loopback`: localhost; `private`: an address of RFC 1918 or RFC 4193; `port`: any host with a port of the nodes. */
export type LeakKind = "node" | "loopback" | "private" | "port";

export interface Leak {
	readonly kind: LeakKind;
	/** Origin and path, cut where it is long: `https://localhost:9443/oauth2/authorize`. Of a cookie the host alone. */
	readonly url: string;
	/** Lower case; IPv6 in brackets. */
	readonly host: string;
	/** Empty where none is written. */
	readonly port: string;
}

/** Fields without URLs, and Access-Control-Allow-Origin, which repeats what the client said: {@link LeakRules.inField} finds nothing in them. */
export const WITHOUT_URLS: ReadonlySet<string> = new Set([
	...["accept-ranges", "access-control-allow-origin", "age", "cache-control", "connection", "content-encoding", "content-language"],
	...["content-length", "content-type", "date", "etag", "expires", "keep-alive", "last-modified", "pragma", "server"],
	...["strict-transport-security", "transfer-encoding", "vary", "x-content-type-options", "x-frame-options", "x-xss-protection"],
]);

/** Fields whose value may be a URL without scheme: `//host/path`. */
const URL_FIELDS: ReadonlySet<string> = new Set(["location", "content-location"]);

const LOOPBACK = CidrSet.of(["127.0.0.0/8", "::1"]);
const PRIVATE = CidrSet.of(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]);

/** What a redirect brings to a relying party at the end of a login. */
export const HANDOVER = /[?&#](?:code|error|id_token|access_token|session_state|SAMLResponse)=/;
/** Of a URL's path, behind a tenant and an organisation. */
const FIRST_SEGMENT = /^[a-z]+:\/\/[^/]*\/(?:[to]\/[^/]+\/)*([^/]*)(?:\/|$)/i;

/** Where a path ends, for certain, in a header, in HTML, in a script; 1 by character code. Beyond ASCII and at controls everything ends. */
const PATH_END = endsAt("?#\\ \"'<>,;)(}{|");
const AUTHORITY_END = endsAt("?#\\ \"'<>,;)(}{|/&");
const LONGEST_AUTHORITY = 300;
const LONGEST_PATH = 100;

/** Lifetime: snapshot. */
export class LeakRules {
	/** `host` and `host:port` that are ours in public. */
	readonly #public: ReadonlySet<string>;
	readonly #publicHosts: ReadonlySet<string>;
	/** With a slash behind them. */
	readonly #origins: readonly string[];
	readonly #nodes: ReadonlySet<string>;
	/** Of nodes only. */
	readonly #ports: ReadonlySet<string>;
	/** Of logins: the products' own steps have one of these parameters in the query. */
	readonly #keys: ReadonlySet<string>;
	/** First segments of the pages between which the products send browsers, in lower case. */
	readonly #pages: ReadonlySet<string>;

	private constructor(authorities: readonly string[], services: Plan["services"]) {
		this.#public = new Set(authorities);
		this.#publicHosts = new Set(authorities.map(hostOf));
		this.#origins = [...this.#public].map((authority) => `https://${authority}/`);
		this.#nodes = new Set(services.flatMap(({ nodeHosts }) => nodeHosts));
		this.#ports = new Set(services.flatMap(({ nodePorts }) => nodePorts));
		this.#keys = new Set(services.flatMap(({ logins }) => logins.keys.slice(0, 1)));
		this.#pages = new Set(services.flatMap(({ logins }) => logins.pages.map((page) => page.toLowerCase())));
	}

	static build({ services, publicOrigin }: Pick<Plan, "services" | "publicOrigin">): LeakRules {
		const authorities = [publicOrigin.replace(/^https?:\/\//, ""), ...services.flatMap(({ hosts }) => hosts)];
		return new LeakRules(authorities, services);
	}

	/** The first leak in a field of a final head. `key` is in lower case. */
	inField(key: string, value: string): Leak | null {
		if (WITHOUT_URLS.has(key)) return null;
		if (key === "set-cookie") return this.#inCookie(value);
		if (URL_FIELDS.has(key)) {
			if (this.#leadsHome(value)) return null;
			const leak = value.startsWith("//") ? this.#at(value, 0, 2) : this.inText(value);
			return leak !== null && !this.#ports.has(leak.port) && this.#isHandover(leak, value) ? null : leak;
		}
		return value.includes("://") ? this.inText(value) : null;
	}

	/**
	 * Whether a leak of that route is the address of somebody else, who may be on a private network or on this machine: flows end at relying parties, and are sent to
	 * other identity providers.
	 *
	 * @param field null: in a body
	 */
	isOfOthers({ kind, port, url }: Leak, { leadsAway }: Pick<RoutePlan, "leadsAway">, field: string | null): boolean {
		if ((kind !== "loopback" && kind !== "private") || this.#ports.has(port)) return false;
		return (field === null || field === "location") && leadsAway && !this.#isOwnPage(url);
	}

	/** A relying party may be on a private address, or on the developer's own machine: where a login ends is its own business. */
	#isHandover({ kind }: Leak, url: string): boolean {
		if ((kind !== "loopback" && kind !== "private") || !HANDOVER.test(url)) return false;
		for (const key of this.#keys) if (url.includes(`?${key}=`) || url.includes(`&${key}=`)) return false;
		return true;
	}

	#isOwnPage(url: string): boolean {
		const [, page = ""] = FIRST_SEGMENT.exec(url) ?? [];
		return this.#pages.has(page.toLowerCase());
	}

	/** The first leak in a text, also where scripts write `https:\/\/`. */
	inText(text: string): Leak | null {
		return this.#scan(text, "://") ?? (text.includes(":\\/\\/") ? this.#scan(text, ":\\/\\/") : null);
	}

	/** Most redirects: a path, or below a public origin. */
	#leadsHome(value: string): boolean {
		if (value.startsWith("/")) return value[1] !== "/";
		for (const origin of this.#origins) if (value.startsWith(origin)) return true;
		return false;
	}

	#scan(text: string, mark: string): Leak | null {
		for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) {
			const start = schemeStart(text, at);
			const leak = start === -1 ? null : this.#at(text, start, at + mark.length);
			if (leak !== null) return leak;
		}
		return null;
	}

	#inCookie(value: string): Leak | null {
		const domain = /;[\t ]*domain[\t ]*=[\t ]*\.?([^;\s]+)/i.exec(value)?.[1];
		if (domain === undefined) return null;
		const host = domain.toLowerCase();
		const kind = this.#kindOf(host, "");
		return kind === null ? null : { kind, url: host, host, port: "" };
	}

	/** @param start of the URL @param from of its authority */
	#at(text: string, start: number, from: number): Leak | null {
		const authority = until(text, from, AUTHORITY_END, LONGEST_AUTHORITY);
		const bare = authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
		const host = hostOf(bare);
		const port = bare.slice(host.length + 1);
		const kind = this.#kindOf(host, port);
		if (kind === null) return null;
		const end = from + authority.length;
		const path = text[end] === "/" ? until(text, end, PATH_END, LONGEST_PATH) : "";
		const scheme = text.slice(start, from).replaceAll("\\", "");
		return { kind, url: scheme + bare + path, host, port };
	}

	#kindOf(host: string, port: string): LeakKind | null {
		if (host === "" || !/^[a-z\d.:[\]_-]+$/.test(host)) return null;
		if (this.#public.has(port === "" ? host : `${host}:${port}`)) return null;
		const ofProduct = this.#ports.has(port);
		if (this.#publicHosts.has(host)) return ofProduct ? "port" : null;
		const address = addressOf(host);
		if (host === "localhost" || (address !== null && LOOPBACK.has(address))) return "loopback";
		if (this.#nodes.has(host)) return "node";
		if (address !== null && PRIVATE.has(address)) return "private";
		return ofProduct ? "port" : null;
	}
}

/** Where the scheme before `at` begins, or -1 if it is none that leads anywhere. */
function schemeStart(text: string, at: number): number {
	const [scheme] = /(?:https?|wss?)$/i.exec(text.slice(Math.max(0, at - 5), at)) ?? [];
	return scheme === undefined ? -1 : at - scheme.length;
}

function endsAt(characters: string): Uint8Array {
	const ends = new Uint8Array(0x7f).fill(1, 0, 0x20);
	for (const character of characters) ends[character.charCodeAt(0)] = 1;
	return ends;
}

function until(text: string, from: number, ends: Uint8Array, longest: number): string {
	const last = Math.min(text.length, from + longest);
	let at = from;
	while (at < last && ends[text.charCodeAt(at)] === 0) at++;
	return text.slice(from, at);
}

/** The host of `host` or `host:port`. */
function hostOf(authority: string): string {
	const colon = authority.startsWith("[") ? authority.indexOf(":", authority.indexOf("]")) : authority.indexOf(":");
	return colon === -1 ? authority : authority.slice(0, colon);
}

function addressOf(host: string): string | null {
	return /^[\d[]/.test(host) ? normalizeAddress(host.replace(/^\[|\]$/g, "")) : null;
}
