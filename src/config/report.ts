/** Problems and warnings as they are found. Lives as long as one load. */
import type { ConfigPath, Part, Source } from "./parse.ts";
import type { Problem } from "./problem.ts";

export class Report {
	readonly problems: Problem[] = [];
	readonly warnings: Problem[] = [];
	readonly #source: Source;

	constructor(source: Source) {
		this.#source = source;
	}

	problem(path: ConfigPath, problem: string, hint?: string, part: Part = "value"): void {
		this.problems.push(this.#source.problem(path, part, problem, hint));
	}

	warning(path: ConfigPath, problem: string, hint?: string, part: Part = "value"): void {
		this.warnings.push(this.#source.problem(path, part, problem, hint));
	}

	/** For messages that name a second place: `line 12`. */
	line(path: ConfigPath): string {
		return `line ${this.#source.problem(path, "key", "").line}`;
	}
}
