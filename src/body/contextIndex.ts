/** What a path is known by: paths of the product that its pages name without an origin, `/commonauth`, `/api/users/{version}/me`. */
export class ContextIndex {
	/** By their first segment; the rest in segments, null for one that matches anything. */
	readonly #contexts = new Map<string, (readonly (string | null)[])[]>();

	/** `/` is one of them: every path is. */
	readonly #all: boolean;

	/** @param paths node paths or patterns as in {@link RoutePlan.pattern} */
	constructor(paths: readonly string[]) {
		this.#all = paths.includes("/");
		for (const path of paths) {
			const [first = "", ...rest] = path.split("/").slice(1);
			if (first === "" || first.includes("{")) continue;
			const of = this.#contexts.get(first) ?? [];
			this.#contexts.set(first, of);
			of.push(rest.map((segment) => (segment.includes("{") ? null : segment)));
		}
	}

	get isEmpty(): boolean {
		return !this.#all && this.#contexts.size === 0;
	}

	/** Marks the characters that may follow the first slash of a path in {@link has}. */
	starts(): Uint8Array {
		const starts = new Uint8Array(256);
		if (this.#all) return starts.fill(1, 0x21);
		// Tenants and organisations: `/t/`, `/o/`.
		for (const first of ["t", "o", ...this.#contexts.keys()]) starts[first.charCodeAt(0)] = 1;
		return starts;
	}

	/** Whether a node path is at or below one of them, also behind a tenant or organisation: `/t/acme.com/o/1/oauth2/token`. */
	has(path: string): boolean {
		if (this.#all) return true;
		const from = afterQualifiers(path);
		const end = segmentEnd(path, from + 1);
		const contexts = this.#contexts.get(path.slice(from + 1, end));
		return contexts?.some((rest) => leads(rest, path, end)) ?? false;
	}
}

function leads(rest: readonly (string | null)[], path: string, from: number): boolean {
	let start = from;
	for (const wanted of rest) {
		const end = segmentEnd(path, start + 1);
		if (end <= start + 1 || (wanted !== null && path.slice(start + 1, end) !== wanted)) return false;
		start = end;
	}
	return true;
}

/** Where the path goes on behind `/t/{tenant}`, `/o/{org}` or both. */
function afterQualifiers(path: string): number {
	const tenant = path.startsWith("/t/") ? segmentEnd(path, 3) : 0;
	return path.startsWith("/o/", tenant) ? segmentEnd(path, tenant + 3) : tenant;
}

function segmentEnd(path: string, from: number): number {
	const slash = path.indexOf("/", from);
	return slash === -1 ? path.length : slash;
}
