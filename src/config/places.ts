/** Where the values of a configuration are written: in one file, or in several that were merged. */
import type { Problem } from "./problem.ts";
import type { ConfigPath, Part, Source } from "./source.ts";

/** What checks need to know of it. Lives as long as one load. */
export interface Places {
	/** A problem at the value (or key) at `path`; where nothing stands there, at the nearest thing around it. */
	problem(path: ConfigPath, part: Part, problem: string, hint?: string): Problem;
	/** Whether something is written at `path`. */
	has(path: ConfigPath): boolean;
	/** The place of a key for other messages: `line 12`, or `conf.d/a.yaml:12` where there is more than one file. */
	name(path: ConfigPath): string;
}

/** A value in a file. */
export interface Place {
	readonly source: Source;
	readonly path: ConfigPath;
}

/** A value that several files may have a part of. */
export interface Origin {
	/** All that write something of it, in the order in which they are read. */
	readonly places: readonly [Place, ...Place[]];
	/** Null: all of it is at its one place. */
	readonly children: ReadonlyMap<string | number, Origin> | null;
}

/** The places of a configuration that is made of several files. */
export class MergedPlaces implements Places {
	readonly #root: Origin;

	constructor(root: Origin) {
		this.#root = root;
	}

	problem(path: ConfigPath, part: Part, problem: string, hint?: string): Problem {
		const { source, path: own } = this.#at(path);
		return source.problem(own, part, problem, hint);
	}

	has(path: ConfigPath): boolean {
		const { source, path: own } = this.#at(path);
		return source.has(own);
	}

	name(path: ConfigPath): string {
		return placeName(this.#at(path));
	}

	#at(path: ConfigPath): Place {
		let origin = this.#root;
		for (const [index, step] of path.entries()) {
			const child = origin.children?.get(step);
			if (child === undefined) {
				const [place] = origin.places;
				return { source: place.source, path: [...place.path, ...path.slice(index)] };
			}
			origin = child;
		}
		return origin.places[0];
	}
}

/** `conf.d/a.yaml:12`. */
export function placeName({ source, path }: Place): string {
	const { file, line } = source.problem(path, "key", "");
	return `${file}:${line}`;
}
