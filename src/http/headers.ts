/** A field name, made once per spelling where that is possible: everything the hot path needs of it is ready. */
export interface FieldName {
	/** As its sender wrote it. */
	readonly spelled: string;
	/** In lower case. */
	readonly key: string;
	/** How its line begins on the wire, with the end of the line before: `\r\nName: `. */
	readonly line: string;
}

export function fieldNameOf(spelled: string, key: string = spelled.toLowerCase()): FieldName {
	return { spelled, key, line: `\r\n${spelled}: ` };
}

/**
 * An ordered list of header fields. Names keep the sender's spelling beside a lower-case key; order and repeats are kept
 * (RFC 9110 section 5.3: the order of fields with one name is meaningful).
 */
export class HeaderList {
	/** Name and value of the field at an index, for loops of the hot path: a call for each costs more than the rest of their body. */
	readonly names: readonly FieldName[];
	readonly values: readonly string[];
	/** The values of the Connection fields joined by `, `, or null: whoever relays a message looks at it, often twice. */
	connection: string | null = null;
	readonly #names: FieldName[];
	readonly #values: string[];

	/**
	 * Takes over two arrays of one length: hot paths fill them before, or go on filling both, without a call for each field.
	 * They set {@link connection} themselves.
	 */
	constructor(names: FieldName[] = [], values: string[] = []) {
		this.names = names;
		this.values = values;
		this.#names = names;
		this.#values = values;
	}

	static of(...pairs: readonly (readonly [name: string, value: string])[]): HeaderList {
		const list = new HeaderList();
		for (const [name, value] of pairs) list.add(name, value);
		return list;
	}

	get length(): number {
		return this.#names.length;
	}

	fieldAt(index: number): FieldName {
		return this.#names[index] as FieldName;
	}

	/** The name as spelled by its sender. */
	nameAt(index: number): string {
		return (this.#names[index] as FieldName).spelled;
	}

	/** The name in lower case. */
	keyAt(index: number): string {
		return (this.#names[index] as FieldName).key;
	}

	valueAt(index: number): string {
		return this.#values[index] as string;
	}

	add(name: string, value: string): void {
		this.put(fieldNameOf(name), value);
	}

	/** As {@link add}, without making the name anew. */
	put(name: FieldName, value: string): void {
		this.#names.push(name);
		this.#values.push(value);
		if (name.key === "connection") this.connection = this.connection === null ? value : `${this.connection}, ${value}`;
	}

	/** The first value of the field, or undefined. `key` is in lower case. */
	get(key: string): string | undefined {
		const names = this.#names;
		for (let index = 0; index < names.length; index++) if (names[index]?.key === key) return this.#values[index];
		return undefined;
	}

	has(key: string): boolean {
		const names = this.#names;
		for (let index = 0; index < names.length; index++) if (names[index]?.key === key) return true;
		return false;
	}

	/** All values of the field, in order. */
	all(key: string): string[] {
		return this.#values.filter((_, index) => this.keyAt(index) === key);
	}

	/** The values of a list-valued field joined by `, ` (RFC 9110 section 5.3), or undefined. Not for Set-Cookie. */
	joined(key: string): string | undefined {
		const names = this.#names;
		let joined: string | undefined;
		for (let index = 0; index < names.length; index++) {
			if (names[index]?.key === key) joined = joined === undefined ? this.#values[index] : `${joined}, ${this.#values[index]}`;
		}
		return joined;
	}

	/** For logs, tests and JSON. */
	toPairs(): [string, string][] {
		return this.#names.map(({ spelled }, index) => [spelled, this.#values[index] as string]);
	}
}
