/** Versions of products: how they compare, and what is there in which of them. Pure. */

/** Which versions have something. Neither: all. */
export interface Versioned {
	/** First version that has it. */
	readonly since?: string;
	/** Last version that has it. */
	readonly until?: string;
}

/** Whether a product of `version` has it. `4.x` and `4` count as the newest 4, `6.1.0` as 6.1. */
export function isIn(version: string, { since, until }: Versioned): boolean {
	const wanted = rank(version);
	if (since !== undefined && wanted < rank(since)) return false;
	return until === undefined || wanted <= rank(until);
}

/** Whether a version is one of `known`: `6.1`, also with the number of a patch, or a whole line that has one (`6.x`, `6`). */
export function isKnownVersion(version: string, known: readonly string[]): boolean {
	const [major, minor = "x"] = version.split(".");
	return known.some((each) => (minor === "x" ? majorOf(each) === major : each === `${major}.${minor}`));
}

/**
 * What to write for a version that is not known: the newest known one of its line before it; the line itself (`7.x`) where it is newer than all of them;
 * the line's oldest where it is older; of no known line, the nearest line.
 *
 * @param known oldest first
 */
export function nearestVersion(version: string, known: readonly string[]): string {
	const major = majorOf(version);
	const line = known.filter((each) => majorOf(each) === major);
	if (line.length === 0) return `${nearestLine(Number(major), known)}.x`;
	const older = line.findLast((each) => rank(each) <= rank(version));
	if (older === undefined) return line[0] ?? "";
	return older === line.at(-1) ? `${major}.x` : older;
}

function nearestLine(major: number, known: readonly string[]): number {
	const away = (line: number): number => Math.abs(line - major);
	return known.map((each) => Number(majorOf(each))).reduce((best, line) => (away(line) <= away(best) ? line : best));
}

function majorOf(version: string): string {
	return version.split(".")[0] ?? "";
}

/** Versions as numbers that compare: 5.10 is 5010, 4.x and 4 are 4999. */
function rank(version: string): number {
	const [major = "0", minor = "x"] = version.split(".");
	return Number(major) * 1000 + (minor === "x" ? 999 : Number(minor));
}
