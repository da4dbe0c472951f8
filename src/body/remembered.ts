/** Answers that are kept: a page names few places, each many times. */
const MOST = 256;
const LONGEST = 256;

/** A function of a text that remembers its last answers, within bounds. Hot path. */
export class Remembered<T extends string | boolean> {
	readonly #answers = new Map<string, T>();
	readonly #ask: (text: string) => T;

	constructor(ask: (text: string) => T) {
		this.#ask = ask;
	}

	of(text: string): T {
		const known = this.#answers.get(text);
		if (known !== undefined) return known;
		const answer = this.#ask(text);
		if (text.length <= LONGEST) {
			if (this.#answers.size >= MOST) this.#answers.clear();
			this.#answers.set(text, answer);
		}
		return answer;
	}
}
