import type { AffinityStore, MemoryKey } from "../affinity/memory.ts";
import { mix32 } from "../balance/hash.ts";

/** Words (32 bits) of an entry: two of the key, member, second of expiry (0 = empty). */
const WORDS = 4;
/** Entries of a bucket: two cache lines. */
const WAYS = 8;
const BUCKET_WORDS = WAYS * WORDS;
const MEMBER = 2;
const UNTIL = 3;
/** An entry is not written again for less than a 32nd of its time. */
const COARSE = 5;

/**
 * Which member has a key, in memory that all threads share: bounded, set-associative; in a full bucket the entry that expires first gives way. There are no locks,
 * so that a thread that dies holds none: the words of a key are combined with what is known of it (Hyatt and Mann, "A lock-less transposition table implementation for parallel
 * search", 2002), so that an entry that two threads wrote at once fits no key. It is not found, and gone when it expires. Lifetime: process.
 */
export class AffinityTable implements AffinityStore {
	readonly #words: Uint32Array;
	readonly #buckets: number;
	/** What {@link #find} found: read once and checked, since another thread may write the entry meanwhile. */
	#member = -1;
	#until = 0;

	/** @param shared as {@link AffinityTable.create} made it */
	constructor(shared: SharedArrayBuffer) {
		this.#words = new Uint32Array(shared);
		this.#buckets = this.#words.length / BUCKET_WORDS;
	}

	/** @param entries a power of two, 8 or more. Memory that is never written costs nothing. */
	static create(entries: number): SharedArrayBuffer {
		if (entries < WAYS || !Number.isInteger(Math.log2(entries))) throw new RangeError(`a power of two from ${WAYS} on, not ${entries}`);
		return new SharedArrayBuffer(entries * WORDS * 4);
	}

	get(key: MemoryKey, second: number): number {
		return this.#find(key) === -1 || this.#until <= second ? -1 : this.#member;
	}

	put(key: MemoryKey, member: number, second: number, until: number): void {
		const known = this.#find(key);
		if (known !== -1 && this.#until > second && this.#until >= until - ((until - second) >> COARSE) && this.#member === member) return;
		this.#write(known === -1 ? this.#victim(key) : known, key, member, until);
	}

	drop(key: MemoryKey): void {
		const at = this.#find(key);
		if (at !== -1) Atomics.store(this.#words, at + UNTIL, 0);
	}

	/** How many entries each member has. Reads the whole table: for now and then. */
	counts(second: number): Map<number, number> {
		const words = this.#words;
		const counts = new Map<number, number>();
		for (let at = 0; at < words.length; at += WORDS) {
			if ((words[at + UNTIL] ?? 0) <= second) continue;
			const member = words[at + MEMBER] ?? 0;
			counts.set(member, (counts.get(member) ?? 0) + 1);
		}
		return counts;
	}

	/** Where the key's entry begins, expired or not; -1 if it has none. */
	#find(key: MemoryKey): number {
		const words = this.#words;
		const first = this.#bucket(key);
		for (let at = first; at < first + BUCKET_WORDS; at += WORDS) {
			const until = Atomics.load(words, at + UNTIL);
			if (until === 0) continue;
			const member = Atomics.load(words, at + MEMBER);
			const veil = veilOf(member, until);
			if ((Atomics.load(words, at) ^ veil) >>> 0 !== key.a || (Atomics.load(words, at + 1) ^ veil) >>> 0 !== key.b) continue;
			this.#member = member;
			this.#until = until;
			return at;
		}
		return -1;
	}

	/** The entry of the key's bucket that can best be spared: an empty one, or the one that expires first. */
	#victim(key: MemoryKey): number {
		const first = this.#bucket(key);
		let victim = first;
		let least = Number.POSITIVE_INFINITY;
		for (let at = first; at < first + BUCKET_WORDS; at += WORDS) {
			const until = Atomics.load(this.#words, at + UNTIL);
			if (until >= least) continue;
			victim = at;
			least = until;
		}
		return victim;
	}

	#write(at: number, { a, b }: MemoryKey, member: number, until: number): void {
		const words = this.#words;
		const veil = veilOf(member, until);
		Atomics.store(words, at, a ^ veil);
		Atomics.store(words, at + 1, b ^ veil);
		Atomics.store(words, at + MEMBER, member);
		Atomics.store(words, at + UNTIL, until);
	}

	#bucket({ a }: MemoryKey): number {
		return (a % this.#buckets) * BUCKET_WORDS;
	}
}

/** Differs for every other member with the same expiry, and for every other expiry of the same member. */
function veilOf(member: number, until: number): number {
	return mix32(member ^ Math.imul(until, 0x9e3779b1));
}
