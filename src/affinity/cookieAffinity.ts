import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import type { AffinityPlan } from "../plan/affinity.ts";
import type { AffinityClaim } from "./claim.ts";
import { type AffinityKey, nodeIdOf, type OpenedValue, openValue, sealValue } from "./cookieValue.ts";
import type { KeyMaker } from "./memory.ts";

/** A value that is read again and again is opened once; so many are remembered. */
const LARGEST_CACHE = 10_000;
const MINUTE = 60_000;
/** As HAProxy: dates further in the future do not count, so that a clock that was wrong drives nobody away. */
const FUTURE = 24 * 60 * MINUTE;
/** Of `maxIdle`: a cookie that is older is issued again. */
const REFRESH = 1 / 4;

/** What decides about cookies beside their keys. */
export type CookieSettings = Pick<AffinityPlan, "name" | "maxIdle" | "maxLife" | "postOnly">;

/**
 * Portico's own cookie of one service: reads what clients bring, makes what they get. Semantics of HAProxy's `cookie … insert indirect nocache`, with `maxidle`, `maxlife`
 * and `postonly`. Lifetime: snapshot, in one worker. Hot path.
 */
export class CookieAffinity {
	readonly #settings: CookieSettings;
	readonly #ring: readonly AffinityKey[];
	readonly #attributes: string;
	/** By key: node id to node. */
	readonly #nodes: ReadonlyMap<AffinityKey, ReadonlyMap<string, string>>;
	readonly #signing: AffinityKey;
	/** By node, in the key that signs. */
	readonly #idOf: ReadonlyMap<string, string>;
	readonly #keys: KeyMaker;
	readonly #newSession: () => string;
	/** Authentic values only: what is forged must not push them out. */
	readonly #known = new Map<string, AffinityClaim & { readonly cookie: OpenedValue }>();

	/**
	 * @param ring the first key signs, all are read
	 * @param secure the public origin is https
	 * @param newSession 16 hexadecimal digits that never came before
	 * @throws Error for an empty ring
	 */
	constructor(
		service: string,
		settings: CookieSettings,
		nodes: readonly string[],
		ring: readonly AffinityKey[],
		secure: boolean,
		keys: KeyMaker,
		newSession: () => string,
	) {
		const [signing] = ring;
		if (signing === undefined) throw new Error("affinity cookies need a key");
		this.#settings = settings;
		this.#ring = ring;
		this.#signing = signing;
		this.#keys = keys;
		this.#newSession = newSession;
		// SameSite=None, since logins come back in cross-site POSTs; browsers take it with Secure only.
		this.#attributes = secure ? "; Path=/; Secure; HttpOnly; SameSite=None" : "; Path=/; HttpOnly; SameSite=Lax";
		this.#nodes = new Map(ring.map((key) => [key, new Map(nodes.map((node) => [nodeIdOf(key, service, node), node]))]));
		this.#idOf = new Map(nodes.map((node) => [node, nodeIdOf(signing, service, node)]));
	}

	/**
	 * Null when there is no such cookie, more than one, or one that is not ours, for another service, for a node that is gone, or too old.
	 *
	 * @param wall milliseconds since the epoch
	 */
	claimOf(headers: HeaderList, wall: number): AffinityClaim | null {
		const value = soleCookie(headers, this.#settings.name);
		if (value === null) return null;
		const claim = this.#known.get(value) ?? this.#open(value);
		return claim === null || this.#isTooOld(claim.cookie, wall) ? null : claim;
	}

	/**
	 * The Set-Cookie value that keeps the client on the node; null where it has one that does.
	 *
	 * @param claim as the client brought it @param wall milliseconds since the epoch
	 */
	setCookie(claim: AffinityClaim | null, node: string, method: string, wall: number): string | null {
		const before = claim?.cookie ?? null;
		if (before !== null && claim?.node === node && this.#isFresh(before, wall)) return null;
		if (this.#settings.postOnly && method !== "POST") return null;
		const minute = Math.floor(wall / MINUTE);
		const session = before?.session ?? this.#newSession();
		const first = before === null || isFuture(before.first, wall) ? minute : before.first;
		const value = sealValue(this.#signing, { nodeId: this.#idOf.get(node) ?? "", session, minute, first });
		return `${this.#settings.name}=${value}${this.#attributes}`;
	}

	#isTooOld({ minute, first }: OpenedValue, wall: number): boolean {
		const { maxIdle, maxLife } = this.#settings;
		if (maxIdle > 0 && wall - minute * MINUTE > maxIdle) return true;
		return maxLife > 0 && wall - first * MINUTE > maxLife;
	}

	/** Sealed with the key that signs now, and with dates that will do for a while. */
	#isFresh({ key, minute, first }: OpenedValue, wall: number): boolean {
		if (key !== this.#signing || isFuture(minute, wall) || isFuture(first, wall)) return false;
		const { maxIdle } = this.#settings;
		return maxIdle === 0 || wall - minute * MINUTE < maxIdle * REFRESH;
	}

	#open(value: string): (AffinityClaim & { readonly cookie: OpenedValue }) | null {
		const cookie = openValue(this.#ring, value);
		if (cookie === null) return null;
		const node = this.#nodes.get(cookie.key)?.get(cookie.nodeId);
		if (node === undefined) return null;
		const claim = { node, session: this.#keys.keyOf("cookie", cookie.session), cookie, flow: null };
		if (this.#known.size >= LARGEST_CACHE) {
			const [oldest] = this.#known.keys();
			if (oldest !== undefined) this.#known.delete(oldest);
		}
		this.#known.set(cookie.text, claim);
		return claim;
	}
}

function isFuture(minute: number, wall: number): boolean {
	return minute * MINUTE - wall > FUTURE;
}
