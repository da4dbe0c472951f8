/**
 * Which cookie is whose. Services that share a host share its cookie jar too, and WSO2's products use the same names at the same path. So a cookie of
 * a node goes out with its service's tag before its name (`is.commonAuthId`), and comes in without it; a node sees no cookie of another service and
 * none of Portico's own.
 *
 * `__Host-` and the like (RFC 6265bis section 4.1.3) stay in front of the tag, since browsers hold such cookies to what the prefix says.
 */

import type { ServicePlan } from "../plan/service.ts";
import { CookieParts } from "./cookieParts.ts";

const UNDERSCORE = 0x5f;

/** The names of one service's cookies at its clients and at its nodes. Lives as long as the plan it came from. Hot path. */
export class CookieNames {
	/** Nothing shares a host with the service: names are the same on both sides. */
	readonly isPlain: boolean;
	/** Only Portico's own cookies are to be left out. */
	readonly #isAlone: boolean;
	readonly #tag: string;
	readonly #acceptsUntagged: boolean;
	readonly #own: readonly string[];
	readonly #foreignTags: readonly string[];
	readonly #kept: NameSet;
	readonly #copied: NameSet;
	readonly #foreign: NameSet;

	private constructor({ ownCookies, cookies }: ServicePlan) {
		this.#tag = cookies.tag;
		this.#acceptsUntagged = cookies.acceptUntagged;
		this.#own = ownCookies;
		this.#foreignTags = cookies.foreignTags;
		this.#kept = new NameSet(cookies.kept);
		this.#copied = new NameSet(cookies.copied.map(({ name }) => name));
		this.#foreign = new NameSet(cookies.foreignKept);
		this.#isAlone = cookies.tag === "" && cookies.foreignTags.length === 0 && cookies.foreignKept.length === 0;
		this.isPlain = this.#isAlone && ownCookies.length === 0;
	}

	static of(service: ServicePlan): CookieNames {
		let names = known.get(service);
		if (names === undefined) {
			names = new CookieNames(service);
			known.set(service, names);
		}
		return names;
	}

	/**
	 * The Cookie header for a node: pairs in their order, repeats included, values byte for byte. The same string if there is nothing to change, empty if
	 * nothing is left.
	 */
	toNode(header: string): string {
		if (this.isPlain || (this.#isAlone && !mentions(header, this.#own))) return header;
		let out = "";
		let changed = false;
		let tagged: ReadonlySet<string> | null = null;
		for (const part = new CookieParts(header); part.advance(); ) {
			const { name } = part;
			if (part.end === part.nameEnd) continue;
			let seen = this.#own.includes(name) ? null : this.#nodeName(name);
			// Under its plain name it is what an older session left, or a copy for scripts: the tagged one is worth more.
			if (seen === name && name !== "" && this.#tag !== "" && !this.#kept.has(name)) {
				tagged ??= this.#taggedIn(header);
				if (tagged.has(name)) seen = null;
			}
			if (seen !== name) changed = true;
			if (seen === null) continue;
			const pair = seen + header.slice(part.nameEnd, part.end);
			out = out === "" ? pair : `${out}; ${pair}`;
		}
		return changed ? out : header;
	}

	/** How a node knows the cookie that a client sent under this name; null: not at all. */
	nodeName(name: string): string | null {
		return this.#own.includes(name) ? null : this.#nodeName(name);
	}

	#nodeName(name: string): string | null {
		const bare = name.charCodeAt(0) === UNDERSCORE ? prefixLength(name) : 0;
		if (this.#tag !== "" && name.startsWith(this.#tag, bare)) {
			const rest = name.slice(bare + this.#tag.length);
			// Nobody gets past what browsers check of `__Host-` by hiding it behind a tag.
			if (rest === "" || (bare === 0 && prefixLength(rest) > 0)) return null;
			const seen = bare === 0 ? rest : name.slice(0, bare) + rest;
			return this.#own.includes(seen) ? null : seen;
		}
		for (const tag of this.#foreignTags) if (name.startsWith(tag, bare)) return null;
		if (this.#kept.has(name) || this.#copied.has(name)) return name;
		if (this.#foreign.has(name)) return null;
		return this.#tag === "" || this.#acceptsUntagged ? name : null;
	}

	/** The name under which clients keep what a node calls `name`. */
	clientName(name: string): string {
		return this.isTagged(name) ? this.#tagged(name) : name;
	}

	/** All names under which clients may bring it, the one that counts first. */
	clientNames(name: string): readonly string[] {
		return this.isTagged(name) && this.#acceptsUntagged ? [this.#tagged(name), name] : [this.clientName(name)];
	}

	/** Whether a cookie of the node gets the tag. */
	isTagged(name: string): boolean {
		return this.#tag !== "" && !this.#kept.has(name);
	}

	/**
	 * Whether a node must not set it: Portico's own, one that would pass for another service's, and on a shared host one without a name, whose value would
	 * come back in place of any name.
	 */
	isForbidden(name: string): boolean {
		if (this.isPlain) return false;
		if (this.#own.includes(name)) return true;
		if (name === "") return this.#tag !== "" || this.#foreignTags.length > 0;
		if (this.isTagged(name)) return false;
		const bare = prefixLength(name);
		for (const tag of this.#foreignTags) if (name.startsWith(tag, bare)) return true;
		return false;
	}

	#tagged(name: string): string {
		const bare = prefixLength(name);
		return name.slice(0, bare) + this.#tag + name.slice(bare);
	}

	/** Names, as the node knows them, of the cookies that have the tag. */
	#taggedIn(header: string): Set<string> {
		const found = new Set<string>();
		for (const part = new CookieParts(header); part.advance(); ) {
			const { name } = part;
			const seen = this.#nodeName(name);
			if (seen !== null && seen !== name) found.add(seen);
		}
		return found;
	}
}

function mentions(header: string, names: readonly string[]): boolean {
	for (const name of names) if (header.includes(name)) return true;
	return false;
}

/** Exact names, and beginnings of names (written with a `*` at the end). */
class NameSet {
	readonly #exact: ReadonlySet<string>;
	readonly #beginnings: readonly string[];

	constructor(patterns: readonly string[]) {
		this.#exact = new Set(patterns.filter((pattern) => !pattern.endsWith("*")));
		this.#beginnings = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
	}

	has(name: string): boolean {
		if (this.#exact.has(name)) return true;
		for (const beginning of this.#beginnings) if (name.startsWith(beginning)) return true;
		return false;
	}
}

/** In the order in which they have to be looked for; browsers compare them without regard to case. */
const PREFIXES = ["__host-http-", "__host-", "__secure-", "__http-"];

/** Length of the prefix that browsers give a meaning to; 0 for nearly all names. */
function prefixLength(name: string): number {
	if (name.charCodeAt(0) !== UNDERSCORE) return 0;
	const lower = name.slice(0, 12).toLowerCase();
	for (const prefix of PREFIXES) if (lower.startsWith(prefix)) return prefix.length;
	return 0;
}

const known = new WeakMap<ServicePlan, CookieNames>();
