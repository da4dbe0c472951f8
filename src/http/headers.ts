/**
 * An ordered list of header fields. Names keep the sender's spelling beside a lower-case key; order and repeats are kept
 * (RFC 9110 section 5.3: the order of fields with one name is meaningful).
 */
export class HeaderList {
	readonly #names: string[] = [];
	readonly #keys: string[] = [];
	readonly #values: string[] = [];

	static of(...pairs: readonly (readonly [name: string, value: string])[]): HeaderList {
		const list = new HeaderList();
		for (const [name, value] of pairs) list.add(name, value);
		return list;
	}

	get length(): number {
		return this.#keys.length;
	}

	/** The name as spelled by its sender. */
	nameAt(index: number): string {
		return this.#names[index] as string;
	}

	/** The name in lower case. */
	keyAt(index: number): string {
		return this.#keys[index] as string;
	}

	valueAt(index: number): string {
		return this.#values[index] as string;
	}

	add(name: string, value: string, key: string = name.toLowerCase()): void {
		this.#names.push(name);
		this.#keys.push(key);
		this.#values.push(value);
	}

	/** The first value of the field, or undefined. `key` is in lower case. */
	get(key: string): string | undefined {
		const index = this.#keys.indexOf(key);
		return index === -1 ? undefined : this.#values[index];
	}

	has(key: string): boolean {
		return this.#keys.includes(key);
	}

	/** All values of the field, in order. */
	all(key: string): string[] {
		return this.#values.filter((_, index) => this.#keys[index] === key);
	}

	/** The values of a list-valued field joined by `, ` (RFC 9110 section 5.3), or undefined. Not for Set-Cookie. */
	joined(key: string): string | undefined {
		const first = this.#keys.indexOf(key);
		if (first === -1) return undefined;
		return this.#keys.indexOf(key, first + 1) === -1 ? this.#values[first] : this.all(key).join(", ");
	}

	/** For logs, tests and JSON. */
	toPairs(): [string, string][] {
		return this.#names.map((name, index) => [name, this.#values[index] as string]);
	}
}
