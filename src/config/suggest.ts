const LONGEST = 64;

/** Did-you-mean: the candidate nearest to what was written, if it is near enough to be what was meant. */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
	if (written.length > LONGEST) return undefined;
	const allowed = Math.max(1, Math.floor(written.length / 3));
	let best: string | undefined;
	let bestDistance = allowed + 1;
	for (const candidate of candidates) {
		const away = distance(written.toLowerCase(), candidate.toLowerCase());
		if (away < bestDistance) {
			best = candidate;
			bestDistance = away;
		}
	}
	return best;
}

/** Optimal string alignment distance: Levenshtein's, where a swap of neighbours counts as one. For short texts: it costs the product of their lengths. */
export function distance(a: string, b: string): number {
	let before: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, at(before, j - 2) + 1);
			row.push(least);
		}
		before = last;
		last = row;
	}
	return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
	return row[index] ?? Number.POSITIVE_INFINITY;
}
