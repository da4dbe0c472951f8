/** What both ends of HPACK know of an entry. */
export interface Sized {
	/** As tables count it. */
	readonly size: number;
}

/**
 * A dynamic table of HPACK (RFC 7541 section 2.3.2): a ring, so that adding and evicting touch one place each. It is small for as long as few
 * entries are in it. Lifetime: connection.
 */
export class DynamicTable<E extends Sized> {
	/** Octets that its entries may count. */
	limit: number;
	#entries: (E | undefined)[] = [];
	/** A power of two. */
	#slots = 0;
	/** How many were ever added: the place of the next one, modulo the slots. */
	added = 0;
	length = 0;
	#size = 0;

	constructor(limit: number) {
		this.limit = limit;
	}

	/** @param index 0 is the one that was added last */
	at(index: number): E | undefined {
		return index < this.length ? this.#entries[(this.added - 1 - index) & (this.#slots - 1)] : undefined;
	}

	/** An entry larger than the table empties it. @returns whether it is in the table */
	add(entry: E): boolean {
		this.#evict(this.limit - entry.size);
		if (entry.size > this.limit) return false;
		if (this.length === this.#slots) this.#grow();
		this.#entries[this.added & (this.#slots - 1)] = entry;
		this.added++;
		this.length++;
		this.#size += entry.size;
		return true;
	}

	resize(limit: number): void {
		this.limit = limit;
		this.#evict(limit);
	}

	clear(): void {
		this.#evict(0);
	}

	/** Until no more than that is left. */
	#evict(size: number): void {
		while (this.#size > size && this.length > 0) {
			const slot = (this.added - this.length) & (this.#slots - 1);
			this.#size -= this.#entries[slot]?.size ?? 0;
			this.#entries[slot] = undefined;
			this.length--;
		}
	}

	/** Each stays at its place in the count of all that were ever added. */
	#grow(): void {
		const old = this.#entries;
		const oldMask = this.#slots - 1;
		this.#slots = Math.max(8, this.#slots * 2);
		this.#entries = new Array<E | undefined>(this.#slots).fill(undefined);
		for (let place = this.added - this.length; place < this.added; place++) {
			this.#entries[place & (this.#slots - 1)] = old[place & oldMask];
		}
	}
}
