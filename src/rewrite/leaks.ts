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

/** Fields without URLs, and Access-Control-Allow-Origin, which repeats what the client said. */
const WITHOUT_URLS: ReadonlySet<string> = new Set([
	...["accept-ranges", "access-control-allow-origin", "age", "cache-control", "connection", "content-encoding", "content-language"],
	...["content-length", "content-type", "date", "etag", "expires", "keep-alive", "last-modified", "pragma", "server"],
	...["strict-transport-security", "transfer-encoding", "vary", "x-content-type-options", "x-frame-options", "x-xss-protection"],
]);

/** Fields whose value may be a URL without scheme: `//host/path`. */
const URL_FIELDS: ReadonlySet<string> = new Set(["location", "content-location"]);

const LOOPBACK = CidrSet.of(["127.0.0.0/8", "::1"]);
const PRIVATE = CidrSet.of(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]);

/** What a redirect brings to a relying party at the end of a login. */
const HANDOVER = /[?&#](?:code|error|id_token|access_token|session_state|SAMLResponse)=/;
/** WSO2's own steps of a login carry one. */
const OWN_STEP = /[?&]sessionDataKey=/;

/** Routes on which logins and logouts leave for relying parties and for other identity providers; by their ids. */
const ENDS_OF_FLOWS = /\/(?:oauth2|oidc\/logout|samlsso|slo|commonauth|passivests)(?:\/|$)/;
/** Pages between which WSO2 sends browsers in a flow. */
const OWN_PAGES =
	/^[a-z]+:\/\/[^/]*\/(?:[to]\/[^/]+\/)*(?:authenticationendpoint|accountrecoveryendpoint|commonauth|oauth2|oidc|samlsso)(?:\/|$)/i;

/** Where a path ends, for certain, in a header, in HTML, in a script; 1 by character code. Beyond ASCII and at controls everything ends. */
const PATH_END = endsAt("?#\\ \"'<>,;)(}{|");
const AUTHORITY_END = endsAt("?#\\ \"'<>,;)(}{|/&");
const LONGEST_AUTHORITY = 300;
const LONGEST_PATH = 100;
const DEFAULT_PORTS: readonly string[] = ["", "80", "443"];

/** Lifetime: snapshot. */
export class LeakRules {
	/** `host` and `host:port` that are ours in public. */
	readonly #public: ReadonlySet<string>;
	readonly #publicHosts: ReadonlySet<string>;
	/** With a slash behind them. */
	readonly #origins: readonly string[];
	readonly #nodes: ReadonlySet<string>;
	/** Of the WSO2 products' nodes. */
	readonly #ports: ReadonlySet<string>;

	private constructor(authorities: readonly string[], nodes: readonly string[], ports: readonly string[]) {
		this.#public = new Set(authorities);
		this.#publicHosts = new Set(authorities.map(hostOf));
		this.#origins = [...this.#public].map((authority) => `https://${authority}/`);
		this.#nodes = new Set(nodes);
		this.#ports = new Set(ports.filter((port) => !DEFAULT_PORTS.includes(port)));
	}

	static build({ services, publicOrigin }: Pick<Plan, "services" | "publicOrigin">): LeakRules {
		const authorities = [publicOrigin.replace(/^https?:\/\//, ""), ...services.flatMap(({ hosts }) => hosts)];
		const origins = services.flatMap(({ product, nodeOrigins }) => (product === "http" ? [] : nodeOrigins));
		return new LeakRules(
			authorities,
			services.flatMap(({ nodeHosts }) => nodeHosts),
			origins.map((origin) => origin.slice(origin.lastIndexOf(":") + 1)),
		);
	}

	/** The first leak in a field of a final head. `key` is in lower case. */
	inField(key: string, value: string): Leak | null {
		if (WITHOUT_URLS.has(key)) return null;
		if (key === "set-cookie") return this.#inCookie(value);
		if (URL_FIELDS.has(key)) {
			if (this.#leadsHome(value)) return null;
			const leak = value.startsWith("//") ? this.#at(value, 0, 2) : this.inText(value);
			return leak !== null && !this.#ports.has(leak.port) && isHandover(leak, value) ? null : leak;
		}
		return value.includes("://") ? this.inText(value) : null;
	}

	/**
	 * Whether a leak of that route is the address of somebody else, who may be on a private network or on this machine: flows end at relying parties, and are sent to
	 * other identity providers.
	 *
	 * @param field null: in a body
	 */
	isOfOthers({ kind, port, url }: Leak, { id }: Pick<RoutePlan, "id">, field: string | null): boolean {
		if ((kind !== "loopback" && kind !== "private") || this.#ports.has(port)) return false;
		return (field === null || field === "location") && ENDS_OF_FLOWS.test(id) && !OWN_PAGES.test(url);
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

/** What mends a leak. Field: name of the header, or null for a body. */
export function leakFix({ kind, host, field, product, isRewritten, publicPort }: LeakPlace): string {
	const deployment = `in the nodes' deployment.toml \`[server] hostname\` (the public host) and \`[transport.https.properties] proxyPort\` (${publicPort})`;
	const alias = `\`aliases: ["${host}"]\` of the service`;
	if (product === "http") return field === null || !MAPPED.has(field) ? APPLICATION : `${alias}, or ${APPLICATION}`;
	// What is rewritten and still names the node is a host that is not known, or a value that is never touched: an issuer.
	if (field === null && isRewritten) return `${deployment}; or ${alias}, if it does not know the host`;
	if (field === null) return `\`rewriteBodies: true\` for the route (and ${alias}, if it does not know the host), or ${deployment}`;
	return kind === "port" || !MAPPED.has(field) ? deployment : `${alias}, or ${deployment}`;
}

export interface LeakPlace extends Pick<Leak, "kind" | "host"> {
	readonly field: string | null;
	readonly product: Plan["services"][number]["product"];
	/** The route's bodies are rewritten. */
	readonly isRewritten: boolean;
	readonly publicPort: number;
}

const APPLICATION = "the public origin in the application's own configuration";

/** Fields in which `aliases` are mapped. */
const MAPPED: ReadonlySet<string> = new Set([
	...["location", "content-location", "uri", "destination", "refresh", "link", "set-cookie"],
	...["content-security-policy", "content-security-policy-report-only"],
]);

/** A relying party may be on a private address, or on the developer's own machine: where a login ends is its own business. */
function isHandover({ kind }: Leak, url: string): boolean {
	return (kind === "loopback" || kind === "private") && HANDOVER.test(url) && !OWN_STEP.test(url);
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
