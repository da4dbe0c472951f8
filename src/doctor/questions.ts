/** Asks each question once, few at a time, and gives up on who is silent. */
import { ask, askedOf, type NoResponse, type Question, type Reply } from "./ask.ts";
import { UnresponsiveTargets } from "./patience.ts";
import { type Contact, shake, shakenOf } from "./shake.ts";
import type { Target } from "./target.ts";

/** At a time: nodes must not feel it. */
const QUESTIONS = 8;

/** Lifetime: one run. */
export class Questions {
	/** Of one question, in milliseconds. */
	readonly #timeout: number;
	readonly #asked = new Map<string, Promise<unknown>>();
	readonly #waiting: (() => void)[] = [];
	readonly #patience = new UnresponsiveTargets();
	#running = 0;

	constructor(timeout: number) {
		this.#timeout = timeout;
	}

	ask(target: Target, question: Question): Promise<Reply> {
		const key = JSON.stringify([target.origin, target.host, target.port, question]);
		return this.#once(key, () => this.#patiently(target, askedOf(target, question), () => ask(target, question, this.#timeout)));
	}

	shake(target: Target): Promise<Contact> {
		return this.#once(JSON.stringify(["shake", target.origin, target.host, target.port]), () =>
			this.#patiently(target, shakenOf(target), () => shake(target, this.#timeout)),
		);
	}

	async #patiently<T extends Reply | Contact>({ host, port }: Target, asked: string, make: () => Promise<T>): Promise<T | NoResponse> {
		const key = JSON.stringify([host, port]);
		const lost = this.#patience.lostWith(key);
		if (lost !== null) return { kind: "silence", asked, ...lost };
		const made = await make();
		this.#patience.heard(key, made.kind === "silence" ? made : null);
		return made;
	}

	/** Checks that want the same thing get the same answer. */
	#once<T>(key: string, make: () => Promise<T>): Promise<T> {
		const known = this.#asked.get(key);
		if (known !== undefined) return known as Promise<T>;
		const made = this.#inTurn(make);
		this.#asked.set(key, made);
		return made;
	}

	async #inTurn<T>(make: () => Promise<T>): Promise<T> {
		if (this.#running >= QUESTIONS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		else this.#running++;
		try {
			return await make();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) this.#running--;
			else next();
		}
	}
}
