/** The member of each client, shared by all threads. The tables are in the scoreboard (affinityTable.ts). */
import { type Hmac, hmacSha256 } from "./hmac.ts";

/** What a table knows something by: 64 bits of a keyed hash, as two 32-bit numbers. */
export interface MemoryKey {
	readonly a: number;
	readonly b: number;
}

/** Member ids are {@link keyHash} of the member's name: the same over reloads. */
export interface AffinityStore {
	/** The member's id, or -1. @param second since the epoch */
	get(key: MemoryKey, second: number): number;
	/** Does nothing where it is known already, for nearly as long. @param until second since the epoch */
	put(key: MemoryKey, member: number, second: number, until: number): void;
	drop(key: MemoryKey): void;
}

/** The tables, each bounded for itself so that none pushes out what is in another. Lifetime: process. */
export interface AffinityMemory {
	/** Clients that showed what keeps them. */
	readonly sessions: AffinityStore;
	/** What redirects of nodes held of logins under way. */
	readonly flows: AffinityStore;
	/** Values of cookies that nodes have set. */
	readonly learned: AffinityStore;
	/** Made at random for this process, the same in all threads. */
	readonly secret: Uint8Array;
}

/** Makes keys: what is remembered can neither be read back nor be aimed at by who does not know the secret. Lifetime: snapshot. */
export class KeyMaker {
	readonly #mac: Hmac;
	readonly #service: string;
	readonly #hash = Buffer.alloc(8);

	constructor(secret: Uint8Array, service: string) {
		this.#mac = hmacSha256(secret);
		this.#service = service;
	}

	/** @param kind without line breaks */
	keyOf(kind: string, value: string): MemoryKey {
		const text = Buffer.from(`${kind}\n${this.#service}\n${value}`);
		this.#mac(text, text.length, this.#hash, 0, this.#hash.length);
		return { a: this.#hash.readUInt32LE(0), b: this.#hash.readUInt32LE(4) };
	}
}
