/** Problems and warnings of one load, as they are found. Lifetime: one load. */

import type { Problem } from "./problem.ts";
import type { ConfigPath, Part, Source } from "./source.ts";

export class ProblemReport {
	readonly problems: Problem[] = [];
	readonly warnings: Problem[] = [];
	readonly #source: Source;
	readonly #isIgnored: (path: ConfigPath) => boolean;

	/** @param isIgnored places of which nothing is reported */
	constructor(source: Source, isIgnored: (path: ConfigPath) => boolean = () => false) {
		this.#source = source;
		this.#isIgnored = isIgnored;
	}

	problem(path: ConfigPath, problem: string, hint?: string, part: Part = "value"): void {
		if (!this.#isIgnored(path)) this.problems.push(this.#source.problem(path, part, problem, hint));
	}

	warning(path: ConfigPath, problem: string, hint?: string, part: Part = "value"): void {
		if (!this.#isIgnored(path)) this.warnings.push(this.#source.problem(path, part, problem, hint));
	}

	/** Whether a list is written there; where one value or a list may stand. */
	isList(path: ConfigPath): boolean {
		return this.#source.has([...path, 0]);
	}

	/** For messages that name a second place: `line 12`. */
	line(path: ConfigPath): string {
		return `line ${this.#source.problem(path, "key", "").line}`;
	}
}
