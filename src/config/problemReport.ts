/** Problems and warnings of one load, as they are found. Lifetime: one load. */

import type { Places } from "./places.ts";
import type { Problem } from "./problem.ts";
import type { ConfigPath, Part } from "./source.ts";

export class ProblemReport {
	readonly problems: Problem[] = [];
	readonly warnings: Problem[] = [];
	readonly #places: Places;
	readonly #isIgnored: (path: ConfigPath) => boolean;

	/** @param isIgnored places of which nothing is reported */
	constructor(places: Places, isIgnored: (path: ConfigPath) => boolean = () => false) {
		this.#places = places;
		this.#isIgnored = isIgnored;
	}

	problem(path: ConfigPath, problem: string, hint?: string, part: Part = "value"): void {
		if (!this.#isIgnored(path)) this.problems.push(this.#places.problem(path, part, problem, hint));
	}

	warning(path: ConfigPath, problem: string, hint?: string, part: Part = "value"): void {
		if (!this.#isIgnored(path)) this.warnings.push(this.#places.problem(path, part, problem, hint));
	}

	/** Whether a list is written there; where one value or a list may stand. */
	isList(path: ConfigPath): boolean {
		return this.#places.has([...path, 0]);
	}

	/** For messages that name a second place: `line 12`, or `conf.d/a.yaml:12` where there are several files. */
	line(path: ConfigPath): string {
		return this.#places.name(path);
	}
}
