/** Parts of a page. */

export function table(title: string, head: readonly string[], rows: readonly string[]): string {
	return [`## ${title}`, "", `| | ${head.join(" | ")} |`, `| --- |${" ---: |".repeat(head.length)}`, ...rows].join("\n");
}

/** The median, with lowest and highest where they differ. `never` stands for Infinity. */
export function spread(values: readonly number[], never = "never"): string {
	const sorted = values.toSorted((a, b) => a - b);
	const text = (value: number | undefined): string =>
		value === undefined ? "" : Number.isNaN(value) ? "–" : Number.isFinite(value) ? value.toFixed(0) : never;
	const [low, high] = [text(sorted[0]), text(sorted.at(-1))];
	// Of an even number the worse one of the two in the middle.
	const median = text(sorted[Math.floor(sorted.length / 2)]);
	return low === high ? median : `${median} [${low}–${high}]`;
}
