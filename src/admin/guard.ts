/**
 * Who may use the admin server. It decides over nodes, so it is closed to web pages as well: one that a browser of this machine shows could send
 * requests to loopback (cross-site request forgery), or make its own name point here (DNS rebinding).
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { CidrSet, normalizeAddress } from "../http/cidr.ts";
import { authorityKey, parseAbsolute } from "../http/uri.ts";
import type { AdminPlan } from "../plan/admin.ts";

/** What counts of a request. Addresses may be IPv4-mapped. */
export interface Asked {
	readonly method: string;
	/** With its query. */
	readonly target: string;
	readonly peer: string;
	/** Our own end of the connection. */
	readonly local: string;
	/** Values of the fields, in order. */
	readonly host: readonly string[];
	readonly origin: readonly string[];
	readonly authorization: readonly string[];
	/** Sec-Fetch-Site and Sec-Fetch-Mode, which browsers send and pages cannot change. */
	readonly fetchSite: string | undefined;
	readonly fetchMode: string | undefined;
	/** Any field by which a proxy says that it forwards for another: `Forwarded`, `X-Forwarded-*`, `Via`, `X-Real-IP`. */
	readonly forwarded: boolean;
}

export type Judgement =
	/** `by`: for the log; never a secret. */
	| { readonly ok: true; readonly by: string }
	| { readonly ok: false; readonly status: 400 | 401 | 403; readonly code: string; readonly message: string };

const LOOPBACK = CidrSet.of(["127.0.0.0/8", "::1"]);
const PROBES: ReadonlySet<string> = new Set(["/livez", "/readyz"]);
const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
/** No sensible one is longer. */
const LONGEST_TOKEN = 1024;

const refused = (status: 400 | 401 | 403, code: string, message: string): Judgement => ({ ok: false, status, code, message });

/** Lifetime: plan. */
export class Guard {
	readonly #openProbes: boolean;
	readonly #names: ReadonlySet<string>;
	/** Tokens are kept and compared as digests under a key of this process: all of one length, and equal only if the tokens are. */
	readonly #key = randomBytes(32);
	readonly #tokens: readonly { readonly id: string; readonly digest: Buffer }[];

	constructor({ host, hosts, tokens, openProbes }: Pick<AdminPlan, "host" | "hosts" | "tokens" | "openProbes">) {
		this.#openProbes = openProbes;
		const own = WILDCARDS.has(host) ? [] : [host];
		this.#names = new Set(["localhost", ...own, ...hosts].map((name) => bare(name)));
		this.#tokens = tokens.map(({ id, secret }) => ({ id, digest: this.#digest(secret) }));
	}

	judge(asked: Asked): Judgement {
		// Checkers send any Host, or none; a page that reads this learns whether we serve, which it could try.
		if (this.#openProbes && isProbe(asked)) return { ok: true, by: "probe" };
		const [host = ""] = asked.host;
		const authority = asked.host.length === 1 ? authorityKey(host, "http") : null;
		if (authority === null) return refused(400, "host_refused", "The request has no valid Host header.");
		if (!this.#isOurs(authority, asked.local))
			return refused(403, "host_refused", "The Host is not a name of the admin server. Add more names to admin.hosts.");
		if (asked.origin.some((origin) => !isSameOrigin(origin, host)) || isCrossSite(asked))
			return refused(403, "origin_refused", "Requests from web pages of other origins are not allowed.");
		return this.#judgeToken(asked);
	}

	#judgeToken({ authorization, peer, forwarded }: Asked): Judgement {
		const isNear = LOOPBACK.has(peer) && !forwarded;
		if (authorization.length === 0)
			return isNear ? { ok: true, by: "loopback" } : refused(401, "token_required", "A bearer token is required here.");
		const [, token = ""] = /^Bearer +([^\s]+)$/i.exec(authorization[0] ?? "") ?? [];
		const id = authorization.length === 1 && token.length <= LONGEST_TOKEN ? this.#idOf(token) : null;
		return id === null ? refused(401, "token_refused", "The bearer token is unknown.") : { ok: true, by: id };
	}

	/** Looks at every token, so that the time it takes says nothing. */
	#idOf(token: string): string | null {
		const digest = this.#digest(token);
		let found: string | null = null;
		for (const each of this.#tokens) if (timingSafeEqual(each.digest, digest)) found = each.id;
		return found;
	}

	#digest(token: string): Buffer {
		return createHmac("sha256", this.#key).update(token).digest();
	}

	/** A name we were given, or the very address that the request came to. Ports do not matter: tunnels change them, and rebinding needs a name. */
	#isOurs(authority: string, local: string): boolean {
		const name = bare(authority.replace(/:\d+$/, ""));
		return this.#names.has(name) || LOOPBACK.has(name) || name === normalizeAddress(local);
	}
}

/** One spelling for names and addresses, without brackets. */
function bare(host: string): string {
	const plain = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
	return normalizeAddress(plain) ?? plain;
}

/** The scheme may differ: another program may end TLS for us. */
function isSameOrigin(origin: string, host: string): boolean {
	const parts = parseAbsolute(origin);
	if (parts === null || parts.rest !== "" || (parts.scheme !== "http" && parts.scheme !== "https")) return false;
	return authorityKey(`${parts.host}:${parts.port}`, parts.scheme) === authorityKey(host, parts.scheme);
}

function isProbe({ method, target }: Asked): boolean {
	return (method === "GET" || method === "HEAD") && PROBES.has(target.split("?", 1)[0] ?? "");
}

/** A link on another page may lead here; nothing more. */
function isCrossSite({ method, fetchSite, fetchMode }: Asked): boolean {
	if (fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none") return false;
	return !(method === "GET" && fetchMode === "navigate");
}
