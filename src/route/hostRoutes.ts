/**
 * The routes of one host. Those that the file wrote and those of presets are looked up on their own, each by
 * its own rule (trie.ts); then the winners are compared. So the cost of a look-up depends on the length of
 * the path, not on the number of routes.
 */
import { compareFromLeft, parsePattern } from "./pattern.ts";
import { type RouteEntry, RouteSet } from "./routeSet.ts";
import { findRoutes, TrieNode } from "./trie.ts";

/** Lives as long as the snapshot; not changed after the router is built. */
export class HostRoutes {
	/** Null: there are none. */
	#file: TrieNode | null = null;
	#presets: TrieNode | null = null;
	/**
	 * All routes, where they are of one kind, as on most hosts: then `findRoutes` on it is what `find` does.
	 * Null: there are both kinds, or none.
	 */
	only: TrieNode | null = null;

	/** Throws Error for a bad pattern. */
	add(entry: RouteEntry): void {
		const { pattern, exact, written } = entry.match;
		const segments = parsePattern(pattern, exact);
		let root: TrieNode;
		if (written === null) root = this.#file ??= new TrieNode(0);
		else root = this.#presets ??= new TrieNode(0);
		const node = root.insert(segments);
		if (exact) node.exact ??= new RouteSet(segments);
		else node.covering ??= new RouteSet(segments);
		(exact ? node.exact : node.covering)?.add(entry);
		this.only = this.#file === null || this.#presets === null ? root : null;
	}

	/**
	 * The routes whose pattern takes a path, or null. They may not take the method. Hot path.
	 * @param segments of a view of the path
	 */
	find(segments: readonly string[], method: string, upgrade: string | null): RouteSet | null {
		const file = this.#file === null ? null : findRoutes(this.#file, segments, upgrade);
		const preset = this.#presets === null ? null : findRoutes(this.#presets, segments, upgrade);
		if (file === null || preset === null) return file ?? preset;
		return file.pick(method, upgrade) !== null && isBefore(file, preset) ? file : preset;
	}

	/** As `find`. @param told gets what led to it, as plain sentences */
	explain(segments: readonly string[], method: string, upgrade: string | null, told: string[]): RouteSet | null {
		const seen: RouteSet[] = [];
		const file = this.#file === null ? null : findRoutes(this.#file, segments, upgrade, seen);
		const preset = this.#presets === null ? null : findRoutes(this.#presets, segments, upgrade, seen);
		told.push(seen.length === 0 ? "No pattern covers it." : `Patterns that cover it: ${seen.map((each) => each.toString()).join(", ")}.`);
		if (file !== null && preset !== null) told.push(reason(file, preset, method, upgrade));
		return this.find(segments, method, upgrade);
	}
}

/**
 * Whether a route of the file goes before a row of a preset; both cover the path. What the file says comes
 * before what a preset says, so below a path that the file names, a row counts as no deeper than what of it
 * the file wrote too. Of one path, a route for it alone goes before a prefix.
 */
function isBefore(file: RouteSet, preset: RouteSet): boolean {
	const stated = file.written;
	if (preset.written > stated) return false;
	if (file.depth > preset.depth) return true;
	const side = compareFromLeft(file.pattern, preset.pattern);
	if (side === 0) return stated > preset.written || (file.isExact && !preset.isExact);
	return side < 0;
}

function reason(file: RouteSet, preset: RouteSet, method: string, upgrade: string | null): string {
	const [route, row] = [file.toString(), preset.toString()];
	if (file.pick(method, upgrade) === null) return `${route} does not allow ${method}, so ${row} of the preset is used.`;
	if (isBefore(file, preset)) return `${route} is in the file, which takes precedence over ${row} of the preset.`;
	return preset.written > file.written
		? `The file specifies more of ${row} than of ${route}.`
		: `${row} of the preset is more specific than ${route}.`;
}
