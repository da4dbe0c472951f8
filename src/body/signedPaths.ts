const MOST = 1000;
const LONGEST = 1024;

/** Places at the node whose documents hold a signature that came too late to be waited for. Bounded. Lifetime: snapshot. */
export class SignedPaths {
	readonly #paths = new Set<string>();

	has(target: string): boolean {
		return this.#paths.size > 0 && this.#paths.has(pathOf(target));
	}

	add(target: string): void {
		const path = pathOf(target);
		if (path.length > LONGEST) return;
		if (this.#paths.size >= MOST) this.#paths.clear();
		this.#paths.add(path);
	}
}

function pathOf(target: string): string {
	const query = target.indexOf("?");
	return query === -1 ? target : target.slice(0, query);
}
