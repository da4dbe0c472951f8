/** Affinity by a cookie that the application sets: modes `jvmRoute`, `prefix` and `learn`. */
import { cookiesNamed } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import type { AffinityClaim } from "./claim.ts";
import type { AffinityMemory, KeyMaker } from "./memory.ts";

/** What clients call the cookie: its name there, and then the one that sessions have which began before it was kept apart from other services'. */
export type CookieAliases = readonly string[];

/** Reads the node from what a request holds. Lifetime: snapshot. */
export interface ClaimReader {
	/** Null: nothing says where the client belongs. @param wall milliseconds since the epoch */
	claimOf(headers: HeaderList, wall: number): AffinityClaim | null;
}

/**
 * `JSESSIONID=0A1B.n1`: what follows the last dot is the node's route, as servlet containers write it. A session id may hold dots, a route must not. Of several such cookies
 * (webapps have a path each) the first one that names a node counts.
 */
export class JvmRoute implements ClaimReader {
	readonly #names: CookieAliases;
	/** Route to node. */
	readonly #nodes: ReadonlyMap<string, string>;
	readonly #keys: KeyMaker;

	constructor(names: CookieAliases, nodes: ReadonlyMap<string, string>, keys: KeyMaker) {
		this.#names = names;
		this.#nodes = nodes;
		this.#keys = keys;
	}

	claimOf(headers: HeaderList): AffinityClaim | null {
		for (const value of valuesOf(headers, this.#names)) {
			const dot = value.lastIndexOf(".");
			const node = dot === -1 ? undefined : this.#nodes.get(value.slice(dot + 1));
			// Another node that takes the session over keeps the id and changes the route alone.
			if (node !== undefined) return { node, session: this.#keys.keyOf("jvmRoute", value.slice(0, dot)), cookie: null, flow: null };
		}
		return null;
	}
}

const SEPARATOR = "~";
/** Of a node id before the separator: 64 bits as base64url. */
const ID_LENGTH = 11;

/** `JSESSIONID=<node id>~0A1B` for the client, `JSESSIONID=0A1B` for the nodes: HAProxy's `cookie … prefix`, with ids that show nothing. */
export class PrefixedCookie implements ClaimReader {
	readonly #names: CookieAliases;
	/** Id to node, in every key of the ring. */
	readonly #nodes: ReadonlyMap<string, string>;
	/** Node to what stands before its values. */
	readonly #prefixes: ReadonlyMap<string, string>;
	readonly #keys: KeyMaker;

	/** @param ids of each node as {@link nodeIdOf} makes them, the one of the signing key first */
	constructor(names: CookieAliases, ids: ReadonlyMap<string, readonly string[]>, keys: KeyMaker) {
		this.#names = names;
		this.#nodes = new Map([...ids].flatMap(([node, all]) => all.map((id) => [shortened(id), node] as const)));
		this.#prefixes = new Map([...ids].map(([node, [id = ""]]) => [node, shortened(id) + SEPARATOR]));
		this.#keys = keys;
	}

	claimOf(headers: HeaderList): AffinityClaim | null {
		for (const value of valuesOf(headers, this.#names)) {
			if (!isPrefixed(value)) continue;
			const node = this.#nodes.get(value.slice(0, ID_LENGTH));
			if (node !== undefined) return { node, session: this.#keys.keyOf("prefix", withoutPrefix(value)), cookie: null, flow: null };
		}
		return null;
	}

	/** What stands before the values that the node sets. */
	prefixOf(node: string): string {
		return this.#prefixes.get(node) ?? "";
	}
}

/** The value as the node set it; one without a prefix stays. */
export function withoutPrefix(value: string): string {
	return isPrefixed(value) ? value.slice(ID_LENGTH + 1) : value;
}

/** The Set-Cookie field with the prefix before its value, if it is about the cookie called `name`; one that takes the cookie away stays. */
export function withPrefix(setCookie: string, name: string, prefix: string): string {
	const value = setValue(setCookie, name);
	if (value === null || value === "") return setCookie;
	const start = setCookie.indexOf(value, setCookie.indexOf("=") + 1);
	return setCookie.slice(0, start) + prefix + setCookie.slice(start);
}

const PREFIXED = /^[\w-]{11}~/;

function isPrefixed(value: string): boolean {
	return value.charCodeAt(ID_LENGTH) === 0x7e && PREFIXED.test(value);
}

function shortened(nodeId: string): string {
	return Buffer.from(nodeId, "hex").toString("base64url");
}

/** Which node set a value is remembered, as by `sticky learn` of nginx. Of several values the first one that is known counts. */
export class LearnedCookie implements ClaimReader {
	readonly #names: CookieAliases;
	readonly #nodeCookie: string;
	readonly #memory: AffinityMemory;
	readonly #keys: KeyMaker;
	readonly #nodeOf: (member: number) => string | undefined;

	/** @param nodeCookie its name at nodes @param nodeOf by member id */
	constructor(
		names: CookieAliases,
		nodeCookie: string,
		memory: AffinityMemory,
		keys: KeyMaker,
		nodeOf: (member: number) => string | undefined,
	) {
		this.#names = names;
		this.#nodeCookie = nodeCookie;
		this.#memory = memory;
		this.#keys = keys;
		this.#nodeOf = nodeOf;
	}

	claimOf(headers: HeaderList, wall: number): AffinityClaim | null {
		const second = Math.floor(wall / 1000);
		for (const value of valuesOf(headers, this.#names)) {
			const session = this.#keys.keyOf("learned", value);
			const node = this.#nodeOf(this.#memory.learned.get(session, second));
			if (node !== undefined) return { node, session, cookie: null, flow: null };
		}
		return null;
	}

	/** The member has answered the client of `claim`, or set these cookies: it has their sessions from now on. @param until seconds since the epoch */
	learn(claim: AffinityClaim | null, answer: HeaderList, member: number, second: number, until: number): void {
		if (claim !== null && claim.session !== null) this.#memory.learned.put(claim.session, member, second, until);
		for (let index = 0; index < answer.length; index++) {
			if (answer.keyAt(index) !== "set-cookie") continue;
			const value = setValue(answer.valueAt(index), this.#nodeCookie);
			if (value !== null && value !== "") this.#memory.learned.put(this.#keys.keyOf("learned", value), member, second, until);
		}
	}
}

/** Under the first of the names that the client has. */
function valuesOf(headers: HeaderList, names: CookieAliases): readonly string[] {
	for (const name of names) {
		const values = cookiesNamed(headers, name);
		if (values.length > 0) return values;
	}
	return NONE;
}

const NONE: readonly string[] = [];

/** The value that a Set-Cookie field gives to the cookie called `name`; null where it is about another one. */
export function setValue(setCookie: string, name: string): string | null {
	const semicolon = setCookie.indexOf(";");
	const pair = semicolon === -1 ? setCookie : setCookie.slice(0, semicolon);
	const equals = pair.indexOf("=");
	return equals !== -1 && pair.slice(0, equals).trim() === name ? pair.slice(equals + 1).trim() : null;
}
