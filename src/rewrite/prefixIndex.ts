/** A literal path prefix and what it stands for. */
interface PrefixEntry<T> {
	readonly prefix: string;
	/** Matches in the middle of a segment (`/is-`, `/`); else only on a segment boundary (`/is`, and the empty prefix). */
	readonly open: boolean;
	readonly value: T;
}

const SLASH = 0x2f;

/** Up to so many prefixes it is faster to compare with each than to cut the path and look its parts up. */
const FEW = 8;

/**
 * Finds the longest of many literal prefixes of a path. Beyond a few prefixes the cost grows with the depth of the path up to the longest
 * prefix, not with their number. Hot path.
 */
export class PrefixIndex<T> {
	/** Longest first. */
	#entries: readonly PrefixEntry<T>[] = [];
	readonly #whole = new Map<string, PrefixEntry<T>>();
	readonly #open = new Map<string, PrefixEntry<T>>();
	/** Longest first, no repeats. */
	#openLengths: readonly number[] = [];
	#longestWhole = -1;

	/** Of equal prefixes the first stays. */
	static of<T>(prefixes: Iterable<PrefixEntry<T>>): PrefixIndex<T> {
		const index = new PrefixIndex<T>();
		for (const entry of prefixes) {
			const entries = entry.open ? index.#open : index.#whole;
			if (!entries.has(entry.prefix)) entries.set(entry.prefix, entry);
		}
		index.#entries = [...index.#open.values(), ...index.#whole.values()].sort((a, b) => b.prefix.length - a.prefix.length);
		index.#openLengths = [...new Set([...index.#open.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a);
		index.#longestWhole = [...index.#whole.keys()].reduce((longest, prefix) => Math.max(longest, prefix.length), -1);
		return index;
	}

	/** The entry of the longest prefix of `path` (raw, no query), or null. */
	find(path: string): PrefixEntry<T> | null {
		if (this.#entries.length > FEW) return this.#lookUp(path);
		for (let index = 0; index < this.#entries.length; index++) {
			const entry = this.#entries[index] as PrefixEntry<T>;
			if (covers(entry, path)) return entry;
		}
		return null;
	}

	#lookUp(path: string): PrefixEntry<T> | null {
		const whole = this.#lookUpWhole(path);
		for (const length of this.#openLengths) {
			if (whole !== null && whole.prefix.length >= length) break;
			if (path.length < length) continue;
			const open = this.#open.get(path.slice(0, length));
			if (open !== undefined) return open;
		}
		return whole;
	}

	#lookUpWhole(path: string): PrefixEntry<T> | null {
		let end = path.length <= this.#longestWhole ? path.length : path.lastIndexOf("/", this.#longestWhole);
		while (end >= 0) {
			const entry = this.#whole.get(path.slice(0, end));
			if (entry !== undefined) return entry;
			end = end === 0 ? -1 : path.lastIndexOf("/", end - 1);
		}
		return null;
	}
}

function covers(entry: PrefixEntry<unknown>, path: string): boolean {
	const { prefix } = entry;
	if (!path.startsWith(prefix)) return false;
	return entry.open || path.length === prefix.length || path.charCodeAt(prefix.length) === SLASH;
}
