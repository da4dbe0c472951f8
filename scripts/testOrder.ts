/** Which test file runs when: the longest first, so that none is left over at the end, and some by themselves. */

/** Seconds by file, for the files that take long. */
export type Seconds = Readonly<Record<string, number>>;

export interface Order {
	/** Beside each other. */
	readonly together: readonly string[];
	/** After those, one by one. */
	readonly alone: readonly string[];
}

/** A file that measures time or memory, so that others in its way would be its result, says so in a line of its own: `// alone: why`. */
const ALONE = /^\/\/ alone: \S/m;

/** Files without a time are short. */
export function orderOf(files: readonly string[], seconds: Seconds, textOf: (file: string) => string): Order {
	const longestFirst = files.toSorted((one, other) => (seconds[other] ?? 0) - (seconds[one] ?? 0));
	const { together = [], alone = [] } = Object.groupBy(longestFirst, (file) => (ALONE.test(textOf(file)) ? "alone" : "together"));
	return { together, alone };
}

/** A browser keeps two cores busy by itself: two at a time take longer than one after the other. */
export function needsBrowser(file: string): boolean {
	return file.startsWith("test/browser/");
}

/** How many run beside each other: one more than there are cores, since plays wait a lot. With many more they run out of their time on a slow machine. */
export function parallelOf(cores: number): number {
	return cores + 1;
}

/** What a run records for the next ones: whole seconds, without the many short files, which would only differ from run to run. */
export function secondsOf(results: readonly { readonly file: string; readonly milliseconds: number }[]): Seconds {
	const long = results.filter(({ milliseconds }) => milliseconds >= 4000);
	const longestFirst = long.toSorted((one, other) => other.milliseconds - one.milliseconds);
	return Object.fromEntries(longestFirst.map(({ file, milliseconds }) => [file, Math.round(milliseconds / 1000)]));
}
