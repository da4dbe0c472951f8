/** Results to keep: a page has few different URLs, each many times. */
const MOST = 256;
const LONGEST = 256;

/** Memoizes a function of a string, within bounds. Hot path. */
export class BoundedMemo<T extends string | boolean | object> {
	readonly #results = new Map<string, T>();
	readonly #compute: (text: string) => T;

	constructor(compute: (text: string) => T) {
		this.#compute = compute;
	}

	of(text: string): T {
		const known = this.#results.get(text);
		if (known !== undefined) return known;
		const result = this.#compute(text);
		if (text.length <= LONGEST) {
			if (this.#results.size >= MOST) this.#results.clear();
			this.#results.set(text, result);
		}
		return result;
	}
}
