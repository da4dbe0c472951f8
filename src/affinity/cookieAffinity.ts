import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import { type AffinityKey, nodeIdOf, openValue, sealValue } from "./cookieValue.ts";

/** What a client's cookie says. */
export interface AffinityClaim {
	readonly node: string;
	/** It was sealed with the key that signs now: no new cookie is needed while that node serves. */
	readonly current: boolean;
	/** When it was issued, in minutes since the epoch. */
	readonly minute: number;
}

/** All clients of one minute and node share a value, so that this many are never met unless somebody collects them. */
const LARGEST_CACHE = 10_000;

/** The affinity cookie of one service: reads what clients bring, makes what they get. Lifetime: snapshot, in one worker. Hot path. */
export class CookieAffinity {
	readonly cookie: string;
	readonly #ring: readonly AffinityKey[];
	readonly #attributes: string;
	/** By key: node id to node. */
	readonly #nodes: ReadonlyMap<AffinityKey, ReadonlyMap<string, string>>;
	readonly #signing: AffinityKey;
	/** By node, in the key that signs. */
	readonly #idOf: ReadonlyMap<string, string>;
	/** Authentic values only: what is forged must not push them out. */
	readonly #known = new Map<string, AffinityClaim>();
	readonly #issued = new Map<string, { readonly minute: number; readonly setCookie: string }>();

	/**
	 * @param ring the first key signs, all are read
	 * @param secure the public origin is https
	 * @throws Error for an empty ring
	 */
	constructor(service: string, cookie: string, nodes: readonly string[], ring: readonly AffinityKey[], secure: boolean) {
		const [signing] = ring;
		if (signing === undefined) throw new Error("affinity cookies need a key");
		this.cookie = cookie;
		this.#ring = ring;
		this.#signing = signing;
		// SameSite=None, since logins come back in cross-site POSTs; browsers take it with Secure only.
		this.#attributes = secure ? "; Path=/; Secure; HttpOnly; SameSite=None" : "; Path=/; HttpOnly; SameSite=Lax";
		this.#nodes = new Map(ring.map((key) => [key, new Map(nodes.map((node) => [nodeIdOf(key, service, node), node]))]));
		this.#idOf = new Map(nodes.map((node) => [node, nodeIdOf(signing, service, node)]));
	}

	/** Null when there is no such cookie, more than one, or one that is not ours, for another service or for a node that is gone. */
	claimOf(headers: HeaderList): AffinityClaim | null {
		const value = soleCookie(headers, this.cookie);
		if (value === null) return null;
		const known = this.#known.get(value);
		if (known !== undefined) return known;
		const content = openValue(this.#ring, value);
		if (content === null) return null;
		const { text, key, nodeId, minute } = content;
		const node = this.#nodes.get(key)?.get(nodeId);
		if (node === undefined) return null;
		const claim = { node, current: key === this.#signing, minute };
		this.#remember(text, claim);
		return claim;
	}

	/**
	 * The Set-Cookie value that keeps a client on the node.
	 * @param wall milliseconds since the epoch
	 */
	setCookie(node: string, wall: number): string {
		const minute = Math.floor(wall / 60_000);
		const before = this.#issued.get(node);
		if (before !== undefined && before.minute === minute) return before.setCookie;
		const value = sealValue(this.#signing, this.#idOf.get(node) ?? "", minute);
		const setCookie = `${this.cookie}=${value}${this.#attributes}`;
		this.#issued.set(node, { minute, setCookie });
		return setCookie;
	}

	#remember(value: string, claim: AffinityClaim): void {
		if (this.#known.size >= LARGEST_CACHE) {
			const [oldest] = this.#known.keys();
			if (oldest !== undefined) this.#known.delete(oldest);
		}
		this.#known.set(value, claim);
	}
}
