/** Whether a version is at least another one: `7.1.0` is at least `7.1`. */
export function isSince(version: string, since: string): boolean {
	const [own, other] = [version, since].map((text) => text.split(".").map(Number)) as [number[], number[]];
	for (const [index, part] of other.entries()) {
		const difference = (own[index] ?? 0) - part;
		if (difference !== 0) return difference > 0;
	}
	return true;
}
